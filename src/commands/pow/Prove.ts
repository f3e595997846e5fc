/**
 * `pitboss pow prove`: the complete proof for one nonce, written as jam.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { write } from "../Files.ts"
import { answer } from "../Steer.ts"
import type { prove as settings } from "./Settings.ts"
import { digestOf, lengthOf, strings, threadsOf, versionOf } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const native = yield* Native.load
      const version = versionOf(values.proofVersion)
      const commitment = yield* digestOf(native, "commitment", values.commitment)
      const nonce = yield* digestOf(native, "nonce", values.nonce)
      const length = yield* lengthOf(values.len, 256)
      const pow = yield* NockPow.make()
      const made = yield* pow.prove({ version, commitment, nonce, length }, { threads: threadsOf(values.threads) })
      if (values.out !== null) yield* write(values.out, made.jam)
      const json = {
        version,
        len: length,
        digest: strings(made.digest),
        base58: native.base58(made.digest),
        bytes: made.jam.length,
        sha256: createHash("sha256").update(made.jam).digest("hex"),
        seconds: made.micros / 1e6,
        peakBytes: made.peakBytes,
        out: values.out
      }
      const where = values.out === null ? "not written (--out FILE)" : values.out
      const lines = [
        `digest ${strings(made.digest).join(",")}`,
        json.base58,
        `${json.bytes} bytes, sha256 ${json.sha256}`,
        `${json.seconds.toFixed(3)} s, ${where}`
      ]
      yield* answer(values.json, json, lines.join("\n"))
    })
  )
