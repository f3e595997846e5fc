/**
 * The fleet on its real surroundings: HTTP to the embedded orchestrator, SQLite spool, kernel hosts, real time, trouble on
 * purpose, and ends without a word in between.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Spool } from "../../../actors/nexus/Spool.ts"
import * as HostPool from "../../../kernels/HostPool.ts"
import * as EmbeddedOrchestrator from "../../../src/nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Faults from "../../../src/nexus/orchestrator/Faults.ts"
import * as Settings from "../../../src/nexus/orchestrator/Settings.ts"
import * as NativeProver from "../../../src/nexus/prover/NativeProver.ts"
import * as NexusSpool from "../../../src/storage/NexusSpool.ts"
import * as Harness from "../../harness/Harness.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-fleet-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("a fleet on real peers", () => {
  it.scopedLive(
    "proofs go over HTTP, the spool is SQLite, lives end in the middle: books and spool agree",
    () =>
      Effect.gen(function* () {
        const file = join(yield* folder, "spool.sqlite")
        const faults = yield* Faults.parse("error=0.03,drop=0.03,truncate=0.03,lost=0.03,again=0.05")
        const { books, url } = yield* EmbeddedOrchestrator.serve({
          ...Settings.defaults,
          port: 0,
          seed: "fleet",
          faults
        })
        const host = yield* HostPool.make({ size: 2 })
        const settings = { startDelayMillis: 0, proofIntervalMillis: 0, maxConcurrent: 6, workersPerNode: 2 }
        const life = (wanted: number) =>
          Effect.gen(function* () {
            const { fleet } = yield* Harness.batchFile(
              { nodes: Harness.entries(20), settings },
              {
                http: { client: FetchHttpClient.layer, url },
                kernel: { host, slots: 2 },
                spool: NexusSpool.layer(file)
              }
            )
            const done = Effect.map(fleet.status, ({ totals }) => totals.accepted + totals.duplicate >= wanted)
            yield* Effect.repeat(Effect.delay(done, "20 millis"), { until: (enough) => enough })
            return fleet
          })
        // Two lives end without a stop, in the middle of whatever they did; the third is drained.
        yield* Effect.scoped(life(20))
        yield* Effect.scoped(life(20))
        yield* Effect.scoped(
          Effect.gen(function* () {
            const fleet = yield* life(10)
            yield* fleet.drain
            const { interrupted, unproven, unsubmitted } = yield* fleet.finished
            assert.deepStrictEqual([interrupted, unproven, unsubmitted], [false, [], []])
          })
        )
        const spooled = yield* Effect.flatMap(Spool, ({ totals }) => totals).pipe(
          Effect.provide(NexusSpool.layer(file))
        )
        const { accepted, refused } = yield* books.totals
        assert.isAtLeast(accepted, 50)
        assert.strictEqual(refused, 0)
        assert.strictEqual(spooled.open, 0)
        assert.strictEqual(spooled.outcomes.accepted + spooled.outcomes.duplicate, accepted)
        assert.deepStrictEqual([spooled.outcomes.refused, spooled.outcomes.abandoned], [0, 0])
      }).pipe(
        Effect.provide(Layer.orDie(NativeProver.verifierLayer({ slots: 1, guest: null }))),
        Effect.provide(Logger.minimumLogLevel(LogLevel.None)),
        Harness.seeded(1)
      ),
    60_000
  )
})
