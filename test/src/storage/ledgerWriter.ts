/**
 * A process that records shares as fast as it can and prints the numbers of those that were acknowledged, until it is
 * killed: `ledgerWriter.ts FILE FIRST`.
 */
import { Effect } from "effect"
import { Ledger } from "../../../actors/pool/Ledger.ts"
import * as PoolLedger from "../../../src/storage/PoolLedger.ts"

const [file = "", first = "0"] = process.argv.slice(2)
let next = Number(first)

const limbs = (n: number): Uint8Array => {
  const bytes = new Uint8Array(40)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n), true)
  return bytes
}

const one = Effect.gen(function* () {
  const ledger = yield* Ledger
  const numbers = Array.from({ length: 20 }, () => next++)
  yield* ledger.record(
    numbers.map((n) => ({
      jobId: "job-1",
      height: 7,
      nonce: limbs(n),
      digest: limbs(n + 1),
      minerId: "ann",
      worker: "rig",
      difficulty: 1_000n,
      block: null,
      receivedAt: 1_000_000 + n
    }))
  )
  process.stdout.write(`${numbers.join(" ")}\n`)
})

// Several writers share each commit, as the connections of a pool do.
await Effect.runPromise(
  Effect.all(
    Array.from({ length: 8 }, () => Effect.forever(one)),
    { concurrency: "unbounded" }
  ).pipe(Effect.provide(PoolLedger.sqlite(file)))
)
