/**
 * `pitboss nexus prove`: the proof of one run of a guest, and what it took.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { write } from "../Files.ts"
import { answer } from "../Steer.ts"
import type { prove as settings } from "./Settings.ts"
import { factsJson, guestOf, hexOf, kernel, layoutText, megabytes } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { stark } = yield* kernel
      const guest = yield* guestOf(stark, values)
      const made = yield* stark.prove(guest, {
        mode: values.mode,
        threads: values.threads,
        ...(values.budget === null ? {} : { memoryBudget: values.budget })
      })
      if (values.out !== null) yield* write(values.out, made.proof)
      const json = {
        keccak: made.keccak,
        bytes: made.proof.length,
        ...factsJson(made),
        mode: made.mode,
        threads: values.threads,
        seconds: made.seconds,
        processorSeconds: made.processorSeconds.all,
        announcedBytes: made.announcedBytes,
        peakBytes: made.peakBytes,
        out: values.out
      }
      const peak = made.peakBytes === null ? "" : `, ${megabytes(made.peakBytes)} used`
      const lines = [
        `keccak ${made.keccak}`,
        `${made.proof.length} bytes, ${values.out === null ? "not written (--out FILE)" : values.out}`,
        `${made.rows} rows, log sizes ${made.logSizes.join(" ")}`,
        layoutText(made.layout),
        `exit code ${made.exitCode}, output ${made.output.length === 0 ? "empty" : hexOf(made.output)}`,
        `${made.mode}, ${made.seconds.toFixed(3)} s, ${megabytes(made.announcedBytes)} announced${peak}`
      ]
      yield* answer(values.json, json, lines.join("\n"))
    })
  )
