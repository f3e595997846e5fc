/** Receipts never leave this machine, whichever way one tries. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as FleetTree from "../../../actors/nexus/FleetTree.ts"
import { Orchestrator } from "../../../actors/nexus/Orchestrator.ts"
import { MemoryBudget } from "../../../actors/nexus/MemoryBudget.ts"
import * as ProofBudget from "../../../actors/nexus/ProofBudget.ts"
import { Prover } from "../../../actors/nexus/Prover.ts"
import { Spool } from "../../../actors/nexus/Spool.ts"
import * as Submission from "../../../actors/nexus/Submission.ts"
import type { Proof, Task } from "../../../actors/nexus/Task.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import * as Harness from "../../harness/Harness.ts"

const remote = () => new Harness.FakeOrchestrator({ local: false, url: "https://production.example.invalid" })
const proof = (kind: Proof["kind"]): Proof => ({ kind, bytes: new Uint8Array(1), hash: "00" })
const task: Task = {
  taskId: "task-0",
  programId: "fib_input_initial",
  type: "PROOF_REQUIRED",
  difficulty: null,
  inputs: [new Uint8Array(12), new Uint8Array(12)],
  createdAt: null
}

describe("Submission", () => {
  it.effect("one receipt among proofs is enough to be refused, before a byte is sent", () =>
    Effect.gen(function* () {
      const orchestrator = remote()
      const proven = { task, proofs: [proof("stark"), proof("receipt")] }
      const result = yield* Effect.either(Submission.submit(orchestrator.service, Harness.node(1), proven))
      assert(Either.isLeft(result))
      assert.strictEqual(result.left._tag, "ReceiptsStayLocal")
      assert.match(result.left.message, /task-0.*production\.example\.invalid/)
      assert.strictEqual(orchestrator.requests.length, 0)
    })
  )

  it.effect("a fleet whose prover makes receipts does not start against a remote orchestrator", () =>
    Effect.gen(function* () {
      const ports = Layer.mergeAll(
        Layer.succeed(Orchestrator, remote().service),
        Layer.succeed(Prover, new Harness.FakeProver({ kind: "receipt" }).service),
        Layer.succeed(Spool, new Harness.MemorySpool().service),
        Layer.succeed(MemoryBudget, ProofBudget.make(1_000)),
        ActorSystem.layer
      )
      const program = Effect.scoped(FleetTree.make({ nodes: Harness.entries(1) }))
      const exit = yield* Effect.exit(Effect.provide(program, ports))
      assert(Exit.isFailure(exit))
      assert.match(String(exit.cause), /ReceiptsStayLocal/)
    })
  )

  it.scoped("a receipt that is left in the spool from a local run stays there: the node is quarantined by name", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      const one = { nodes: Harness.entries(1), settings: { startDelayMillis: 0 } }
      const refusing = new Harness.FakeOrchestrator({ submitLatency: "1 hour" })
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Harness.batchFile(one, { orchestrator: refusing, spool })
          yield* Harness.pass(7_000, 500)
        })
      )
      const orchestrator = remote()
      const prover = new Harness.FakeProver({ kind: "stark" })
      const { fleet } = yield* Harness.batchFile(one, { orchestrator, prover, spool })
      yield* Harness.pass(60_000, 1_000)
      const { state } = yield* Harness.row(fleet, 1)
      assert(state._tag === "Quarantined")
      assert.match(state.reason, /receipts/)
      assert.strictEqual(orchestrator.of("submit").length, 0)
      assert.strictEqual(spool.open.size, 1)
    }).pipe(Harness.onPaper(1))
  )
})
