/**
 * `pitboss nexus run`: run a guest in the machine and say what it did; nothing is proven.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import * as NexusMachine from "../../../kernels/NexusMachine.ts"
import { fromKernel } from "../../../kernels/StarkErrors.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { plain } from "../../console/Width.ts"
import { answer } from "../Steer.ts"
import type { run as settings } from "./Settings.ts"
import { guestOf, hexOf, kernel, layoutText } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { host, stark } = yield* kernel
      const guest = yield* guestOf(stark, values)
      const did = yield* Effect.mapError(NexusMachine.execute(host, guest), fromKernel)
      const log = Buffer.from(did.log).toString("utf8")
      const json = {
        steps: did.steps,
        sizingSteps: did.sizingSteps,
        exitCode: did.exitCode,
        output: hexOf(did.output),
        log,
        layout: did.layout,
        programWords: did.programWords,
        initialBytes: did.initialBytes,
        traceDigest: did.traceDigest
      }
      const lines = [
        `exit code ${did.exitCode}, output ${did.output.length === 0 ? "empty" : hexOf(did.output)}`,
        `${did.steps} steps of ${did.programWords} program words, ${did.initialBytes} bytes of initial memory`,
        layoutText(did.layout),
        ...(log === "" ? [] : log.split("\n").map((line) => `log: ${plain(line)}`))
      ]
      yield* answer(values.json, json, lines.join("\n"))
    })
  )
