import { assert, it } from "@effect/vitest"
import type { DisconnectReason, PoolEvent } from "../../../../actors/pool/PoolStatus.ts"
import * as Events from "../../../../src/pool/program/Events.ts"

const gone = (at: number, peer: string, minerId = "bob", reason: DisconnectReason = "unauthorised"): PoolEvent => ({
  _tag: "Disconnected",
  at,
  peer,
  minerId,
  worker: "rig",
  reason,
  detail: "this is not a token of this pool"
})

const trouble = (at: number, shares: number): PoolEvent => ({
  _tag: "Trouble",
  at,
  where: "ledger",
  message: `the ledger could not record ${shares} shares: the disk is full`
})

it("a miner without the right token is named, once a minute", () => {
  const entryOf = Events.thinned()
  const first = entryOf(gone(0, "10.0.0.1:4711"))
  assert.deepInclude(first, {
    level: "warn",
    message: "miner bob.rig is gone (unauthorised): this is not a token of this pool"
  })
  const levels = [
    entryOf(gone(1_000, "10.0.0.1:4712")),
    entryOf(gone(2_000, "10.0.0.1:4713")),
    entryOf(gone(2_000, "10.0.0.1:4713", "eve")),
    entryOf(gone(2_000, "10.0.0.2:4711"))
  ].map(({ level }) => level)
  assert.deepStrictEqual(levels, ["debug", "debug", "warn", "warn"])
  assert.deepInclude(entryOf(gone(60_000, "10.0.0.1:4714")), {
    level: "warn",
    fields: { peer: "10.0.0.1:4714", again: 2 }
  })
})

it("an outage is told once a minute, whatever numbers are in it, its end at once, and the next one again", () => {
  const entryOf = Events.thinned()
  const levels = [trouble(0, 1), trouble(250, 3), trouble(59_999, 2), trouble(60_000, 1)].map(
    (event) => entryOf(event).level
  )
  assert.deepStrictEqual(levels, ["error", "debug", "debug", "error"])
  const end: PoolEvent = { _tag: "Mended", at: 60_500, where: "ledger", message: "shares are kept again" }
  assert.deepInclude(entryOf(end), { level: "info", message: "ledger: shares are kept again" })
  assert.deepInclude(entryOf(trouble(60_600, 1)), { level: "error", fields: {} })
})

it("what happens to miners who are served is always told, and the memory of troubles is bounded", () => {
  const entryOf = Events.thinned()
  const left = gone(0, "10.0.0.1:1", "bob", "left")
  assert.deepStrictEqual([entryOf(left).level, entryOf(left).level], ["info", "info"])
  entryOf(gone(0, "10.9.9.9:1"))
  for (let n = 0; n < 1_024; n++) entryOf(gone(1, `10.1.${n >> 8}.${n & 255}:1`))
  assert.strictEqual(entryOf(gone(2, "10.9.9.9:2")).level, "warn")
})
