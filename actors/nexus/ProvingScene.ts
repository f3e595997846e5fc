/**
 * The inputs of one task as they are being proved, shown as one state of the node.
 *
 * Several inputs may be in line, in the prover or done at the same time; the board has one state per node. The scene also
 * keeps the times: how long each input was really proved, and how long the node worked on all of them.
 */
import type { NodeWorld } from "./NodeWorld.ts"
import type { Step } from "./ProverPool.ts"
import type { NodeId, Proof } from "./Task.ts"

export class ProvingScene {
  readonly #world: NodeWorld
  readonly #node: NodeId
  readonly #proofs: ReadonlyArray<Proof | null>
  readonly #steps = new Map<number, Step>()
  readonly #began = new Map<number, number>()
  #firstBegan: number | null = null

  constructor(world: NodeWorld, node: NodeId, proofs: ReadonlyArray<Proof | null>) {
    this.#world = world
    this.#node = node
    this.#proofs = proofs
  }

  step(input: number, step: Step): void {
    this.#steps.set(input, step)
    if (step._tag === "Proving" && !this.#began.has(input)) {
      const now = this.#world.board.now()
      this.#began.set(input, now)
      this.#firstBegan ??= now
    }
    this.#show()
  }

  over(input: number): void {
    this.#steps.delete(input)
  }

  /** Time since the input left the lines for slot and memory. */
  millis(input: number): number {
    const now = this.#world.board.now()
    return now - (this.#began.get(input) ?? now)
  }

  workMillis(): number {
    return this.#firstBegan === null ? 0 : this.#world.board.now() - this.#firstBegan
  }

  #show(): void {
    const { board } = this.#world
    let stage: string | null = null
    let running = 0
    let awaits: "slot" | "memory" = "slot"
    for (const step of this.#steps.values()) {
      if (step._tag === "AwaitingMemory") awaits = "memory"
      if (step._tag !== "Proving") continue
      stage = step.progress.stage
      running += step.progress.fraction
    }
    if (stage === null) {
      board.state(this.#node, { _tag: "AwaitingProver", for: awaits })
      return
    }
    const inputs = this.#proofs.length
    const proven = this.#proofs.filter((proof) => proof !== null).length
    board.state(this.#node, { _tag: "Proving", proven, inputs, fraction: (proven + running) / inputs, stage })
  }
}
