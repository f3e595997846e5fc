/**
 * Telemetry in the protocol's own units.
 */
import * as Os from "node:os"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Telemetry from "../../../../src/nexus/client/Telemetry.ts"

describe("Telemetry", () => {
  it("memory is MiB times 1000, in 32 bits", () => {
    assert.strictEqual(Telemetry.memoryUnits(1_048_576), 1_000)
    assert.strictEqual(Telemetry.memoryUnits(1_572_864), 1_500)
    assert.strictEqual(Telemetry.memoryUnits(2 ** 60), 2_147_483_647)
  })

  it("the widest vector unit gives the factor", () => {
    assert.deepStrictEqual(
      [["avx512f", "avx2", "sse2"], ["avx2", "sse2"], ["sse2"], ["asimd"], []].map((flags) =>
        Telemetry.vectorFactor(new Set(flags))
      ),
      [16, 8, 4, 4, 1]
    )
  })

  it.effect("a reading names this host's memory; an unknown country is not claimed", () =>
    Effect.gen(function* () {
      const reading = yield* Effect.flatten(Telemetry.make(null))
      assert.strictEqual(reading.memoryCapacity, Telemetry.memoryUnits(Os.totalmem()))
      assert.isAbove(reading.memoryUsed ?? 0, 1_000)
      assert.isAtLeast(reading.flopsPerSec ?? -1, 0)
      assert.isNull(reading.location)
      assert.strictEqual((yield* Effect.flatten(Telemetry.make("DE"))).location, "DE")
    })
  )
})
