/**
 * Runs one command line from its words to its exit code: the only place that ends the process.
 *
 * Errors arrive here with a tag and a message; the tag gives the exit code, the message is one line on stderr. A defect
 * gives one readable line as well, and its trace only with --verbose. A signal that no program has taken interrupts
 * whatever runs; a lasting program that is stopped is done (0), a short one was not (1).
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { Language } from "../../config/Setting.ts"
import { plain } from "../console/Width.ts"
import type { CommandSpec, Failure } from "./CommandSpec.ts"
import { locate, ordered, sections } from "./CommandSpec.ts"
import { UsageError } from "./Errors.ts"
import * as ExitCode from "./ExitCode.ts"
import { nearest, parse } from "./Parse.ts"
import * as Signals from "./Signals.ts"
import * as Sources from "./Sources.ts"

const say = (line: string) => process.stderr.write(`pitboss: ${line}\n`)

/** A message of several lines stays several lines, each harmless and with its indentation. */
const shown = (message: string) => message.replace(/[^\n]+/g, (line) => (/^ */.exec(line)?.[0] ?? "") + plain(line))

const isFailure = (value: unknown): value is Failure =>
  typeof value === "object" &&
  value !== null &&
  "_tag" in value &&
  typeof value._tag === "string" &&
  "message" in value &&
  typeof value.message === "string"

/** A supervisor that did not start says why: the error of the child is what the operator can act on. */
const rootOf = (failure: Failure): Failure => {
  if (failure._tag !== "StartFailed" || !("cause" in failure)) return failure
  const { cause } = failure
  const inner = Cause.isCause(cause) ? [...Cause.failures(cause)].find(isFailure) : cause
  return isFailure(inner) ? rootOf(inner) : failure
}

/** The error that a cause is about: the first failure, else a defect that is a tagged error of ours. */
const failureOf = (cause: Cause.Cause<Failure>): Failure | null => {
  for (const failure of Cause.failures(cause)) return rootOf(failure)
  for (const defect of Cause.defects(cause)) {
    if (isFailure(defect) && ExitCode.of(defect) !== ExitCode.internal) return defect
  }
  return null
}

interface Outcome {
  readonly exit: Exit.Exit<void, Failure>
  readonly signal: string | null
  readonly lasting: boolean
  readonly verbose: boolean
}

/** Say how it ended and return the code. */
export const conclude = ({ exit, signal, lasting, verbose }: Outcome): ExitCode.ExitCode => {
  if (Exit.isSuccess(exit)) return ExitCode.done
  const failure = failureOf(exit.cause)
  if (failure !== null) {
    say(shown(failure.message))
    if (verbose) process.stderr.write(`${Cause.pretty(exit.cause, { renderErrorCause: true })}\n`)
    return ExitCode.of(failure)
  }
  if (Cause.isInterruptedOnly(exit.cause)) {
    if (lasting || signal === "SIGPIPE") return ExitCode.done
    say(`stopped by ${signal ?? "an interrupt"} before it was done`)
    return ExitCode.internal
  }
  const [defect] = Cause.defects(exit.cause)
  const message = defect instanceof Error ? `${defect.name}: ${defect.message}` : String(defect)
  const advice = verbose ? "" : "; run it again with --verbose to see where"
  say(`internal error, this is a bug: ${plain(message)}${advice}`)
  if (verbose) process.stderr.write(`${Cause.pretty(exit.cause, { renderErrorCause: true })}\n`)
  return ExitCode.internal
}

/** Interrupt the fiber on the first request that no program takes; says which signal it was. */
const interruptOnSignal = (fiber: Fiber.RuntimeFiber<unknown, unknown>) => {
  const got: { signal: string | null } = { signal: null }
  const release = Signals.take(({ request, signal }) => {
    if (request === "reload") return
    got.signal = signal
    fiber.unsafeInterruptAsFork(fiber.id())
  })
  return { got, release }
}

export const main = async (root: CommandSpec, typed: ReadonlyArray<string>, language: Language): Promise<never> => {
  const words = ordered(root, typed)
  const state = { lasting: locate(root, words).spec.lasting, verbose: words.includes("--verbose") }
  // Thrown where no fiber could see it (a callback of a socket or a stream): the same one line, and the terminal is given
  // back on the way out. What was acknowledged is on disk, and whoever supervises this process starts it again.
  process.on("uncaughtException", (error) => {
    process.exit(conclude({ exit: Exit.die(error), signal: null, ...state }))
  })
  const program = Effect.gen(function* () {
    if (words.includes("--wizard") && !(process.stdin.isTTY && process.stdout.isTTY)) {
      return yield* new UsageError({ problem: "--wizard asks questions and needs a terminal", advice: "use flags" })
    }
    const parsed = yield* parse(root, words, language)
    if (parsed?.spec.execute == null) return
    const sources = yield* Sources.read(parsed.flags, process.env, sections(root))
    for (const { known, line, variable } of Sources.strangers(sources, sections(root))) {
      const near = nearest(variable, known)
      say(`.env line ${line}: no setting has the variable ${variable}${near === null ? "" : `; did you mean ${near}?`}`)
    }
    yield* parsed.spec.execute({ sources, args: parsed.args, language, onNotice: say })
  })
  const fiber = Effect.runFork(program)
  // An event loop with nothing in it would end the process in the middle of a wait.
  const alive = setInterval(() => {}, 2 ** 30)
  const { got, release } = interruptOnSignal(fiber)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  release()
  clearInterval(alive)
  const code = conclude({ exit, signal: got.signal, ...state })
  // A stream tells of a write that failed only in a later turn; an answer that went nowhere is no 0.
  await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(code)
}

/** Pipes are written asynchronously: wait until what was written has left the process, or the reader has gone. */
const flushed = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) return resolve()
    stream.once("error", () => resolve())
    stream.write("", () => resolve())
  })
