/**
 * One turn of one node: everything it does while it holds a place of the turnstile.
 *
 * A turn carries on with what the spool holds for the node or fetches a task, keeps it, proves what is not proved, keeps
 * each proof, and submits. It ends when the task is over or when the node must wait for whatever reason, and says until
 * when; it never sleeps. Because every turn begins with the spool, a resumed task and a retried submission are the same
 * path as a fresh one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Quarantine } from "../runtime/Errors.ts"
import { type DoesNotFit, NotFound, type ProveError, type SpoolFailed } from "./Errors.ts"
import * as FailurePolicy from "./FailurePolicy.ts"
import type { WaitReason } from "./FleetStatus.ts"
import type { NodeMemory, NodeWorld } from "./NodeWorld.ts"
import * as Promotion from "./Promotion.ts"
import { ProvingScene } from "./ProvingScene.ts"
import * as Retries from "./Retries.ts"
import type { Outcome, SpooledTask } from "./Spool.ts"
import * as Submission from "./Submission.ts"
import type { NodeId, Proof, Task } from "./Task.ts"

/** How a turn ended: nothing to do at all, or not before `until`. */
export type TurnEnd =
  | { readonly _tag: "Idle" }
  | { readonly _tag: "Wait"; readonly until: number; readonly reason: WaitReason }

/** A failed look-up of a node's wallet is made again after this time, milliseconds. */
const walletRetryMillis = 600_000

type Failure = { readonly _tag: string; readonly message: string; readonly retryAfterMillis?: number | null }

interface InHand {
  readonly _tag: "InHand"
  readonly spooled: SpooledTask
}

/** `fetching` says whether a new task may be taken (not while retiring, draining or stopping). */
export const run = (
  world: NodeWorld,
  node: NodeId,
  memory: NodeMemory,
  fetching: boolean
): Effect.Effect<TurnEnd, SpoolFailed | Quarantine> => new Turn(world, node, memory).run(fetching)

class Turn {
  readonly #world: NodeWorld
  readonly #node: NodeId
  readonly #memory: NodeMemory

  constructor(world: NodeWorld, node: NodeId, memory: NodeMemory) {
    this.#world = world
    this.#node = node
    this.#memory = memory
  }

  run(fetching: boolean): Effect.Effect<TurnEnd, SpoolFailed | Quarantine> {
    return Effect.gen(this, function* () {
      const found = this.#memory.holding === "nothing" ? null : yield* this.#resume()
      const hand = found ?? (yield* this.#fetch(fetching))
      if (hand._tag !== "InHand") return hand
      const { spooled } = hand
      const proofs = [...spooled.proofs]
      const stopped = yield* this.#prove(spooled.task, proofs)
      if (stopped !== null) return stopped
      return yield* this.#submit(
        spooled.task,
        proofs.filter((proof) => proof !== null)
      )
    })
  }

  #resume(): Effect.Effect<InHand | null, SpoolFailed> {
    return Effect.gen(this, function* () {
      const spooled = yield* this.#world.spool.openTask(this.#node)
      const verdict = this.#world.verdicts.get(this.#node)
      if (spooled !== null && verdict?.taskId === spooled.task.taskId) {
        yield* this.#close(spooled.task, verdict.outcome, verdict.detail)
        return null
      }
      if (spooled === null) {
        this.#memory.holding = "nothing"
        this.#world.returnTicket(this.#node)
        this.#world.board.task(this.#node, null)
        return null
      }
      const proven = spooled.proofs.filter((proof) => proof !== null).length
      if (this.#memory.holding === "unknown") {
        const { taskId } = spooled.task
        this.#world.adoptTicket(this.#node)
        this.#show(spooled, proven)
        this.#world.board.happened(this.#node, { _tag: "TaskResumed", taskId, inputs: spooled.proofs.length, proven })
      }
      this.#memory.holding = proven === spooled.proofs.length ? "proven" : "task"
      return { _tag: "InHand", spooled } as const
    })
  }

  #fetch(fetching: boolean): Effect.Effect<InHand | TurnEnd, SpoolFailed | Quarantine> {
    return Effect.gen(this, function* () {
      const { board, budgets, orchestrator, spool } = this.#world
      const node = this.#node
      if (!fetching || !this.#world.tickets()) return { _tag: "Idle" } as const
      yield* this.#findAccount()
      const now = yield* Clock.currentTimeMillis
      const slot = budgets.take(node, "fetch", now)
      if (slot > 0) return { _tag: "Wait", until: slot, reason: "budget" } as const
      if (!this.#world.takeTicket(node)) return { _tag: "Idle" } as const
      board.state(node, { _tag: "Fetching" })
      const result = yield* orchestrator.fetchTask(node, this.#memory.difficulty).pipe(
        Effect.onInterrupt(() => Effect.sync(() => this.#world.returnTicket(this.#node))),
        Effect.either
      )
      const fetchedAt = yield* Clock.currentTimeMillis
      if (result._tag === "Left") {
        this.#world.returnTicket(this.#node)
        board.count(node, "failedFetches")
        if (result.left._tag === "RateLimited") board.count(node, "rateLimited")
        return yield* this.#decide(FailurePolicy.onFetch(result.left), result.left, null)
      }
      const task = result.right
      yield* Effect.uninterruptible(spool.keepTask(node, task))
      const kept = yield* spool.openTask(node)
      if (kept === null) return yield* this.#alreadyDone(task)
      Object.assign(this.#memory, { holding: "task", failedProvings: 0, submits: 0, workMillis: fetchedAt - now })
      Retries.succeeded(this.#memory.retries, "fetched")
      board.count(node, "fetched")
      this.#show(kept, 0)
      const { difficulty, taskId, type } = task
      board.happened(node, { _tag: "TaskFetched", taskId, type, difficulty, inputs: task.inputs.length })
      return { _tag: "InHand", spooled: kept } as const
    })
  }

  /** The orchestrator issued a task again that was closed here: nothing that could be done better a second time. */
  #alreadyDone(task: Task): Effect.Effect<TurnEnd, SpoolFailed | Quarantine> {
    return Effect.suspend(() => {
      this.#world.returnTicket(this.#node)
      this.#world.board.count(this.#node, "failedFetches")
      const detail = `task ${task.taskId} was issued again, but it is finished here`
      const error = new NotFound({ operation: "fetch task", what: "task", detail })
      return this.#decide(FailurePolicy.onFetch(error), error, null)
    })
  }

  /** Nodes of one wallet share a budget. Not knowing the wallet is no reason not to work. */
  #findAccount(): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const { board, budgets, orchestrator } = this.#world
      if (orchestrator.local || (board.get(this.#node)?.account ?? null) !== null) return
      const now = yield* Clock.currentTimeMillis
      if (now < this.#memory.askWalletAt) return
      this.#memory.askWalletAt = now + walletRetryMillis
      const wallet = yield* Effect.either(orchestrator.walletOf(this.#node))
      if (wallet._tag === "Left") {
        board.error(this.#node, wallet.left._tag, wallet.left.message)
        return
      }
      budgets.assign(this.#node, wallet.right, now)
      board.change(this.#node, { account: wallet.right })
    })
  }

  /** Fills in the missing proofs; what ended the turn, or null when all are there. */
  #prove(task: Task, proofs: Array<Proof | null>): Effect.Effect<TurnEnd | null, SpoolFailed | Quarantine> {
    return Effect.gen(this, function* () {
      const missing = [...proofs.keys()].filter((input) => proofs[input] === null)
      if (missing.length === 0) return null
      // A stop that came before proving began leaves the task to the next start.
      if (this.#world.mode() === "stopping") return { _tag: "Idle" } as const
      const scene = new ProvingScene(this.#world, this.#node, proofs)
      let failed: ProveError | DoesNotFit | null = null
      const one = (input: number) =>
        Effect.gen(this, function* () {
          if (failed !== null) return
          const result = yield* Effect.either(this.#world.pool.prove(task, input, (step) => scene.step(input, step)))
          scene.over(input)
          if (result._tag === "Left") {
            this.#world.board.count(this.#node, "failedProofs")
            failed ??= result.left
            // Others in flight are worth finishing only if the task is.
            const decision = FailurePolicy.onProve(result.left, this.#memory.failedProvings + 1)
            return decision._tag === "Wait" ? undefined : yield* Effect.fail(result.left)
          }
          const { peakBytes, proof } = result.right
          yield* Effect.uninterruptible(this.#world.spool.keepProof(this.#node, task.taskId, input, proof))
          proofs[input] = proof
          this.#memory.failedProvings = 0
          Retries.succeeded(this.#memory.retries, "proved")
          this.#world.board.count(this.#node, "proofs")
          this.#world.board.proven(this.#node)
          const millis = scene.millis(input)
          this.#world.board.happened(this.#node, { _tag: "InputProved", taskId: task.taskId, input, millis, peakBytes })
        })
      yield* Effect.forEach(missing, one, {
        concurrency: this.#world.settings.workersPerNode,
        discard: true
      }).pipe(
        Effect.catchAll((error) => {
          if (error._tag === "SpoolFailed") return Effect.fail(error)
          failed = error
          return Effect.void
        })
      )
      this.#memory.workMillis += scene.workMillis()
      const error: ProveError | DoesNotFit | null = failed
      if (error === null) {
        this.#memory.holding = "proven"
        return null
      }
      this.#memory.failedProvings += 1
      return yield* this.#decide(FailurePolicy.onProve(error, this.#memory.failedProvings), error, task)
    })
  }

  #submit(task: Task, proofs: ReadonlyArray<Proof>): Effect.Effect<TurnEnd, SpoolFailed | Quarantine> {
    const attempt = Effect.uninterruptibleMask((restore) =>
      Effect.gen(this, function* () {
        const { board, orchestrator, settings } = this.#world
        const began = yield* Clock.currentTimeMillis
        const result = yield* Effect.either(restore(Submission.submit(orchestrator, this.#node, { task, proofs })))
        const now = yield* Clock.currentTimeMillis
        if (result._tag === "Left") {
          board.count(this.#node, "failedSubmits")
          const { left } = result
          if (left._tag === "RateLimited") board.count(this.#node, "rateLimited")
          if (left._tag === "ReceiptsStayLocal") return yield* this.#decide({ _tag: "Quarantine" }, left, task)
          return yield* this.#decide(FailurePolicy.onSubmit(left), left, task)
        }
        const workMillis = this.#memory.workMillis + now - began
        yield* this.#close(task, result.right, "")
        Retries.succeeded(this.#memory.retries, "accepted")
        const { difficulty } = this.#memory
        this.#ask(Promotion.afterSuccess(settings.maxDifficulty, difficulty, task.difficulty, workMillis))
        return { _tag: "Wait", until: now + settings.proofIntervalMillis, reason: "interval" } as const
      })
    )
    return Effect.gen(this, function* () {
      const now = yield* Clock.currentTimeMillis
      const slot = this.#world.budgets.take(this.#node, "submit", now)
      if (slot > 0) return { _tag: "Wait", until: slot, reason: "budget" } as const
      this.#memory.submits += 1
      this.#world.board.state(this.#node, { _tag: "Submitting", attempt: this.#memory.submits })
      return yield* attempt
    })
  }

  #decide(
    decision: FailurePolicy.Decision,
    error: Failure,
    task: Task | null
  ): Effect.Effect<TurnEnd, SpoolFailed | Quarantine> {
    return Effect.gen(this, function* () {
      const { board, budgets, settings } = this.#world
      board.error(this.#node, error._tag, error.message)
      if (decision._tag === "Quarantine") return yield* new Quarantine({ reason: error.message })
      const asked = { retryAfterMillis: error.retryAfterMillis ?? null }
      const { cooling, delayMillis } = yield* this.#memory.retries.next(decision.trouble, asked)
      const now = yield* Clock.currentTimeMillis
      const until = now + delayMillis
      const reason = cooling ? "cool-down" : decision.reason
      if (decision._tag === "Close" && task !== null) {
        yield* this.#close(task, decision.outcome, error.message)
        if (decision.easier === true) {
          this.#ask(Promotion.afterNoRoom(settings.maxDifficulty, this.#memory.difficulty, task.difficulty))
        }
      }
      if (decision._tag === "Wait" && decision.closes !== undefined) {
        budgets.close(this.#node, decision.closes, until, now)
      }
      board.happened(this.#node, { _tag: "Trouble", reason, error: error._tag, message: error.message, until })
      return { _tag: "Wait", until, reason } as const
    })
  }

  #close(task: Task, outcome: Outcome, detail: string): Effect.Effect<void, SpoolFailed> {
    return Effect.gen(this, function* () {
      const { board, spool, verdicts } = this.#world
      verdicts.set(this.#node, { taskId: task.taskId, outcome, detail })
      yield* Effect.uninterruptible(spool.close(this.#node, task.taskId, outcome, detail))
      verdicts.delete(this.#node)
      Object.assign(this.#memory, { holding: "nothing", failedProvings: 0, submits: 0, workMillis: 0 })
      board.count(this.#node, outcome)
      board.task(this.#node, null)
      board.happened(this.#node, { _tag: "TaskClosed", taskId: task.taskId, outcome, detail })
      this.#world.taskEnded(this.#node, outcome)
    })
  }

  #ask(difficulty: NodeMemory["difficulty"]): void {
    this.#memory.difficulty = difficulty
    this.#world.board.change(this.#node, { difficulty })
  }

  #show({ fetchedAt, task }: SpooledTask, proven: number): void {
    const { difficulty, inputs, taskId, type } = task
    this.#world.board.task(this.#node, { taskId, type, difficulty, inputs: inputs.length, proven, fetchedAt })
  }
}
