/**
 * `pitboss pow digest`: the lottery digest of one nonce, of any version.
 */
import * as Effect from "effect/Effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { answer } from "../Steer.ts"
import type { digest as settings } from "./Settings.ts"
import { atomOf, digestOf, lengthOf, meets, strings, targetOf, versionOf } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const native = yield* Native.load
      const version = versionOf(values.proofVersion)
      const commitment = yield* digestOf(native, "commitment", values.commitment)
      const nonce = yield* digestOf(native, "nonce", values.nonce)
      const length = yield* lengthOf(values.len, version === 5 ? 1024 : 256)
      const target = values.target === null ? null : yield* targetOf(native, values.target)
      const pow = yield* NockPow.make()
      const [digest] = yield* pow.digest({ version, commitment, length, nonces: [nonce] })
      if (digest === undefined) return yield* Effect.dieMessage("the kernel gave no digest")
      const met = target === null ? null : meets(digest, target)
      const json = {
        version,
        len: length,
        commitment: strings(commitment),
        nonce: strings(nonce),
        digest: strings(digest),
        atom: String(atomOf(digest)),
        base58: native.base58(digest),
        ...(met === null ? {} : { meetsTarget: met })
      }
      const verdict = met === null ? "" : `\nmeets the target: ${met ? "yes" : "no"}`
      yield* answer(values.json, json, `${strings(digest).join(",")}\n${json.base58}${verdict}`)
    })
  )
