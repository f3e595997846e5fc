import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { draw } from "../../../../src/nexus/orchestrator/Draw.ts"
import * as Faults from "../../../../src/nexus/orchestrator/Faults.ts"

const read = (text: string) => Either.getOrNull(Faults.parse(text))

describe("Faults", () => {
  it("reads rates, single kinds and pauses; later entries win", () => {
    assert.isTrue(
      Faults.isNone(read("none") ?? { ...Faults.none, probability: { ...Faults.none.probability, drop: 1 } })
    )
    const even = read("rate=0.1")
    for (const kind of Faults.kinds) assert.closeTo(even?.probability[kind] ?? 0, 0.1 / 8, 1e-12)
    const mixed = read("rate=0.08, vanish=0,lost=.5,latency-ms=10,late-ms=20")
    assert.strictEqual(mixed?.probability.vanish, 0)
    assert.strictEqual(mixed?.probability.lost, 0.5)
    assert.strictEqual(mixed?.probability.drop, 0.01)
    assert.strictEqual(mixed?.latencyMillis, 10)
    assert.strictEqual(mixed?.lateMillis, 20)
  })

  it("refuses what makes no sense", () => {
    for (const text of [
      "",
      "0.1",
      "rate=",
      "rate=1.1",
      "drop=-1",
      "drop=0.6,lost=0.6",
      "dorp=0.1",
      "late-ms=1.5",
      "late-ms=700000",
      "drop=NaN",
      "drop=1e-1"
    ]) {
      assert.isNull(read(text), text)
    }
    const error = Either.getOrNull(Either.flip(Faults.parse("dorp=0.1")))
    assert.include(error?.message ?? "", "dorp=0.1")
    assert.include(error?.message ?? "", "truncate")
  })

  it("picks each kind as often as asked, and the same for the same seed", () => {
    const faults = read("latency=0.02,error=0.03,drop=0.04,lost=0.01")
    if (faults === null) throw new Error("unreadable")
    const picks = (seed: string) =>
      Array.from({ length: 20_000 }, (_, serial) => Faults.pick(faults, draw(seed, "fault", serial)))
    const first = picks("a")
    assert.deepStrictEqual(picks("a"), first)
    assert.notDeepEqual(picks("b"), first)
    for (const kind of Faults.kinds) {
      const share = first.filter((fault) => fault?.kind === kind).length / first.length
      assert.closeTo(share, faults.probability[kind], 0.006, kind)
    }
    const errors = first.filter((fault) => fault?.kind === "error")
    assert.deepStrictEqual([...new Set(errors.map((fault) => fault?.status))].sort(), [500, 502, 503])
    assert.isTrue(errors.some((fault) => fault?.retryAfter === null))
    assert.isTrue(errors.some((fault) => fault?.retryAfter !== null))
  })
})
