/**
 * `pitboss nexus verify`: judge a proof file for a guest, its public input, exit code and output.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { UsageError } from "../../cli/Errors.ts"
import { answer } from "../Steer.ts"
import type { verify as settings } from "./Settings.ts"
import { bytesOf, guestOf, hexOf, kernel, ProofRefused, read } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const path = values.proof
      if (path === null) return yield* new UsageError({ problem: "--proof is missing", advice: "give a file" })
      const { stark } = yield* kernel
      const guest = yield* guestOf(stark, values)
      const proof = yield* read(path)
      const { exitCode, output } =
        values.exitCode === null || values.output === null
          ? yield* stark.measure(guest)
          : { exitCode: values.exitCode, output: new Uint8Array() }
      const claim = {
        elf: guest.elf,
        publicInput: guest.publicInput,
        exitCode: values.exitCode ?? exitCode,
        output: values.output === null ? output : bytesOf(values.output)
      }
      const judged = yield* stark.check(claim, proof, { maxLogRows: 20 })
      const valid = judged.verdict === "accepted"
      const json = {
        file: path,
        valid,
        verdict: judged.verdict,
        reason: judged.reason,
        keccak: judged.keccak,
        exitCode: claim.exitCode,
        output: hexOf(claim.output)
      }
      if (values.json) yield* answer(true, json, "")
      if (!valid) return yield* new ProofRefused({ path, verdict: judged.verdict, reason: judged.reason })
      if (!values.json) {
        const about = `exit code ${claim.exitCode}, output ${claim.output.length === 0 ? "empty" : hexOf(claim.output)}`
        yield* answer(false, json, `valid: ${about}\nkeccak ${judged.keccak}`)
      }
    })
  )
