/**
 * `pitboss pow verify`: judge a proof file, and whether it is the proof of what the flags say.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Digest, Statement, Verdict } from "../../../kernels/NockPowTypes.ts"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { UsageError } from "../../cli/Errors.ts"
import { read } from "../Files.ts"
import { answer } from "../Steer.ts"
import type { verify as settings } from "./Settings.ts"
import { digestOf, meets, strings, targetOf } from "./Words.ts"

/** The proof was judged and refused; the reason is one of kernels/NockPowTypes.ts, or names the flag that differs. */
export class ProofInvalid extends Data.TaggedError("ProofInvalid")<{
  readonly path: string
  readonly reason: string
  readonly detail: string
}> {
  override get message() {
    return `${this.path}: refused, ${this.reason}${this.detail === "" ? "" : ` (${this.detail})`}`
  }
}

/** Twice the size that any proof may have, MiB: larger files are not even read. */
const largest = 2

const reasonOf = (verdict: Verdict) => (verdict.valid ? null : verdict.reason)

const textOf = (statement: Statement, base58: string): string =>
  [
    `valid: version ${statement.version}, length ${statement.length}, ${statement.objects} objects`,
    `commitment ${strings(statement.commitment).join(",")}`,
    `nonce ${strings(statement.nonce).join(",")}`,
    `digest ${strings(statement.digest).join(",")}`,
    base58
  ].join("\n")

const same = (left: Digest, right: Digest) => left.every((limb, index) => limb === right[index])

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const path = values.proof
      if (path === null) return yield* new UsageError({ problem: "--proof is missing", advice: "give a file" })
      const native = yield* Native.load
      const expected = (flag: string, text: string | null) =>
        text === null ? Effect.succeed(null) : digestOf(native, flag, text)
      const commitment = yield* expected("commitment", values.commitment)
      const nonce = yield* expected("nonce", values.nonce)
      const target = values.target === null ? null : yield* targetOf(native, values.target)
      const bytes = yield* read(path, largest)
      const pow = yield* NockPow.make()
      const verdict = yield* pow.verify(bytes)
      const { statement } = verdict
      const differs = (found: Statement): string | null => {
        if (values.proofVersion !== null && String(found.version) !== values.proofVersion) return "another-version"
        if (values.len !== null && found.length !== values.len) return "another-length"
        if (commitment !== null && !same(found.commitment, commitment)) return "another-commitment"
        if (nonce !== null && !same(found.nonce, nonce)) return "another-nonce"
        return target !== null && !meets(found.digest, target) ? "above-the-target" : null
      }
      const reason = reasonOf(verdict) ?? (statement === null ? null : differs(statement))
      const detail = verdict.valid ? "" : verdict.detail !== "" ? verdict.detail : `proof object ${verdict.object}`
      const json = {
        file: path,
        valid: reason === null,
        reason,
        ...(statement === null
          ? {}
          : {
              version: statement.version,
              len: statement.length,
              objects: statement.objects,
              commitment: strings(statement.commitment),
              nonce: strings(statement.nonce),
              digest: strings(statement.digest),
              base58: native.base58(statement.digest),
              blockDigest: statement.blockDigest === null ? null : native.base58(statement.blockDigest)
            })
      }
      if (values.json) yield* answer(true, json, "")
      if (reason !== null || statement === null) {
        return yield* new ProofInvalid({ path, reason: reason ?? "not-a-proof", detail })
      }
      if (!values.json) yield* answer(false, json, textOf(statement, native.base58(statement.digest)))
    })
  )
