import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Prover } from "../../../../actors/nexus/Prover.ts"
import { NodeId } from "../../../../actors/nexus/Task.ts"
import * as OrchestratorClient from "../../../../src/nexus/client/OrchestratorClient.ts"
import * as EmbeddedOrchestrator from "../../../../src/nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Settings from "../../../../src/nexus/orchestrator/Settings.ts"
import * as NativeProver from "../../../../src/nexus/prover/NativeProver.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"
import { key } from "./support.ts"

const one = { slots: 1, guest: null }
const proving = Layer.merge(Layer.scoped(Prover, NativeProver.make(one)), NativeProver.verifierLayer(one))

it.scopedLive("takes the real proofs of the real client for tasks of every type, and no altered one", () =>
  Effect.gen(function* () {
    const prover = yield* Prover
    const { books, url } = yield* EmbeddedOrchestrator.serve({
      ...Settings.defaults,
      port: 0,
      seed: "real",
      legacyReplies: 0.2
    })
    const client = yield* OrchestratorClient.make({
      environment: { url, local: true },
      key: key(9),
      version: "test",
      buildTimestamp: 0
    }).pipe(Effect.provide(FetchHttpClient.layer))
    const types = new Set<string>()
    let several = 0
    for (let turn = 1; turn <= 24; turn++) {
      const node = NodeId.make(String(turn))
      const task = yield* client.fetchTask(node, "LARGE")
      types.add(task.type)
      if (task.inputs.length > 1) several += 1
      const proofs = yield* Effect.forEach(task.inputs, (_, input) =>
        Effect.map(
          prover.prove(task, input, () => {}),
          (made) => made.proof
        )
      )
      const altered = proofs.map((proof, index) => {
        if (index !== proofs.length - 1) return proof
        const bytes = Uint8Array.from(proof.bytes)
        bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
        return { ...proof, bytes, hash: Signing.proofHash(bytes) }
      })
      const refused = yield* Effect.flip(client.submit(node, { task, proofs: altered }))
      assert.strictEqual(refused._tag, "SubmissionRefused")
      assert.strictEqual(yield* client.submit(node, { task, proofs }), "accepted")
      assert.strictEqual(yield* client.submit(node, { task, proofs }), "duplicate")
    }
    assert.deepStrictEqual([...types].sort(), ["ALL_PROOF_HASHES", "PROOF_HASH", "PROOF_REQUIRED"])
    assert.isAbove(several, 2)
    assert.deepInclude(yield* books.totals, { accepted: 24, refused: 24, duplicates: 24, open: 0 })
  }).pipe(Effect.provide(Layer.orDie(proving)))
)
