/**
 * `pitboss pow search`: the lowest nonce of a range whose version-5 digest is within the target.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { UsageError } from "../../cli/Errors.ts"
import { answer } from "../Steer.ts"
import type { search as settings } from "./Settings.ts"
import { digestOf, lengthOf, strings, targetOf, threadsOf } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const native = yield* Native.load
      const commitment = yield* digestOf(native, "commitment", values.commitment)
      const start = yield* digestOf(native, "start-nonce", values.startNonce)
      if (values.target === null) {
        return yield* new UsageError({ problem: "--target is missing", advice: "give a number or five limbs" })
      }
      const target = yield* targetOf(native, values.target)
      const length = yield* lengthOf(values.len, 1024)
      const pow = yield* NockPow.make()
      const job = { commitment, start, target, length, count: BigInt(values.count), threads: threadsOf(values.threads) }
      const [time, outcome] = yield* Effect.timed(pow.search(job))
      const seconds = Duration.toSeconds(time)
      const rate = seconds === 0 ? 0 : Math.round(Number(outcome.tried) / seconds)
      const tried = { tried: String(outcome.tried), seconds, perSecond: rate }
      if (outcome._tag === "Exhausted") {
        return yield* answer(
          values.json,
          { found: false, ...tried },
          `none in ${outcome.tried} nonces (${rate} per second)`
        )
      }
      const { digest, nonce, offset } = outcome
      const json = {
        found: true,
        offset: String(offset),
        nonce: strings(nonce),
        digest: strings(digest),
        base58: native.base58(digest),
        ...tried
      }
      const lines = [
        `nonce ${strings(nonce).join(",")}`,
        `offset ${offset}`,
        `digest ${strings(digest).join(",")}`,
        json.base58
      ]
      yield* answer(values.json, json, lines.join("\n"))
    })
  )
