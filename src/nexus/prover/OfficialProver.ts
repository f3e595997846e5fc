/**
 * The `official` prover: the user's installed Nexus program, one supervised process per input.
 *
 * Facts: protocols/nexus-orchestrator.md section 10. `<program> prove-fib-subprocess --inputs '[n,a,b]'` writes the proof to
 * stdout; exit 3 is its own proving error, an end by signal 9 (or exit 137 through a shell) means out of memory. The hash
 * covers exactly the bytes of stdout.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import {
  ProofImpossible,
  type ProveError,
  ProverCrashed,
  ProverMissing,
  ProverOutOfMemory
} from "../../../actors/nexus/Errors.ts"
import type * as Port from "../../../actors/nexus/Prover.ts"
import * as Signing from "../wire/Signing.ts"
import * as OfficialProgram from "./OfficialProgram.ts"
import * as ProverProcess from "./ProverProcess.ts"
import * as TaskInput from "./TaskInput.ts"

export interface Options {
  /** Processes at the same time. */
  readonly slots: number
  /** A proof that takes longer is given up. Default one hour. */
  readonly timeoutMillis?: number
}

/** Known proofs have 42 to 171 KB; more than this is no proof. */
const maxProofBytes = 4 * 1024 * 1024
/** Less than this is no proof either. */
const minProofBytes = 1024

// Measured: 142 MB at 2^12 rows, 2134 MB at 2^16, 4261 MB at 2^17 (specs/nexus-prover.md section 19); a little more each.
const bytesPerRow = 36_000
const baseBytes = 32 * 1024 * 1024

/**
 * Memory class and expected peak of a proof over `n`: the prover works on a power of two of rows, at least as many as the
 * network's guest has words (2550).
 */
export const estimate = (n: number): { readonly memoryClass: string; readonly bytes: number } => {
  const log = Math.max(12, Math.ceil(Math.log2(TaskInput.rowsBound(n))))
  return { memoryClass: `official/2^${log}`, bytes: baseBytes + bytesPerRow * 2 ** log }
}

/** A proof is binary from its first byte on; log lines or a help text on stdout are not. */
const looksLikeText = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 16).every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))

const lastLine = (stderr: string): string => {
  const lines = stderr.trim().split("\n")
  const line = lines[lines.length - 1] ?? ""
  return line === "" ? "it said nothing" : `it said: ${line.trim().slice(0, 300)}`
}

/** What the end of the process means; the proof's bytes when it is one. */
const judge = (taskId: string, end: ProverProcess.Finished): Either.Either<Uint8Array, ProveError> => {
  const said = lastLine(end.stderr)
  const crashed = (detail: string) => Either.left(new ProverCrashed({ taskId, detail }))
  if (end.killed === "timeout") return crashed("it took longer than allowed and was killed")
  if (end.killed === "output") return crashed(`it wrote more than ${maxProofBytes} bytes and was killed`)
  if (end.signal === "SIGKILL" || end.exitCode === 137) {
    return Either.left(
      new ProverOutOfMemory({ taskId, peakBytes: end.peakBytes, detail: `it was killed (SIGKILL); ${said}` })
    )
  }
  if (end.signal !== null) return crashed(`it ended by ${end.signal}; ${said}`)
  // The guard's answer, and a shell's, when the system cannot run the file.
  if (end.exitCode === 127) {
    return Either.left(
      new ProverMissing({ detail: `the official prover cannot be run (${said}): ${OfficialProgram.howToGetIt}` })
    )
  }
  if (end.exitCode === 3)
    return Either.left(new ProofImpossible({ taskId, detail: `the official prover refused (exit 3); ${said}` }))
  if (end.exitCode !== 0) return crashed(`exit code ${end.exitCode}; ${said}`)
  if (end.stdout.length < minProofBytes || looksLikeText(end.stdout)) {
    return crashed(`it wrote ${end.stdout.length} bytes that are no proof; ${said}`)
  }
  return Either.right(end.stdout)
}

/** A prover over the program at this absolute path. */
export const prover = (program: string, options: Options): Port.ProverService => ({
  name: "official",
  kind: "stark",
  slots: Math.max(1, options.slots),
  estimate: (task, input) => {
    const bytes = task.inputs[input]
    const parsed = bytes === undefined ? null : Either.getOrNull(TaskInput.parse(task.programId, bytes))
    return estimate(parsed?.n ?? 0)
  },
  prove: (task, input, onProgress) =>
    Effect.gen(function* () {
      const { taskId } = task
      const bytes = task.inputs[input]
      if (bytes === undefined) return yield* new ProofImpossible({ taskId, detail: "it has no such input" })
      const parsed = TaskInput.parse(task.programId, bytes)
      if (Either.isLeft(parsed)) return yield* new ProofImpossible({ taskId, detail: parsed.left })
      const { a, b, n } = parsed.right
      // The program tells nothing about how far it is.
      onProgress({ stage: "official prover", fraction: 0 })
      const end = yield* ProverProcess.run({
        program,
        args: ["prove-fib-subprocess", "--inputs", `[${n},${a},${b}]`],
        maxOutput: maxProofBytes,
        timeoutMillis: options.timeoutMillis ?? 3_600_000
      }).pipe(
        Effect.mapError(({ missing, reason }) =>
          missing
            ? new ProverMissing({ detail: `${program} cannot be started (${reason}): ${OfficialProgram.howToGetIt}` })
            : new ProverCrashed({ taskId, detail: `it could not be started: ${reason}` })
        )
      )
      const proof = yield* judge(taskId, end)
      return {
        proof: { kind: "stark" as const, bytes: proof, hash: Signing.proofHash(proof) },
        peakBytes: end.peakBytes
      }
    })
})
