/**
 * Why one incarnation of a child ended.
 *
 * OTP tells `normal` and `shutdown` from every other exit term; so does this module, for Effect exits: a body that
 * succeeds is `normal`, one that was stopped by its supervisor or fails with `Errors.Shutdown` is `shutdown`, anything
 * else is abnormal. Restart types (permanent, transient, temporary) look at nothing but this value.
 */
import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { Quarantine, Shutdown } from "./Errors.ts"

/**
 * - `normal`: finished by itself.
 * - `shutdown`: asked to stop, by its supervisor or by its own `Errors.Shutdown`.
 * - `crashed`: failed or died.
 * - `interrupted`: its fiber was interrupted by somebody who is not its supervisor.
 * - `noproc`: there was nothing alive to watch.
 */
export type Kind = "normal" | "shutdown" | "crashed" | "interrupted" | "noproc"

/** `cause` is `Cause.empty` unless the exit was abnormal. */
export interface ExitReason {
  readonly kind: Kind
  readonly cause: Cause.Cause<unknown>
}

const make = (kind: Kind): ExitReason => ({ kind, cause: Cause.empty })

export const normal: ExitReason = make("normal")
export const shutdown: ExitReason = make("shutdown")
export const noproc: ExitReason = make("noproc")
export const crashed = (cause: Cause.Cause<unknown>): ExitReason => ({ kind: "crashed", cause })

/** The reason behind an exit; `stopRequested` tells whether the supervisor (or owner) had asked for it. */
export const fromExit = (exit: Exit.Exit<unknown, unknown>, stopRequested: boolean): ExitReason => {
  if (Exit.isSuccess(exit)) return stopRequested ? shutdown : normal
  const { cause } = exit
  if (Cause.isInterruptedOnly(cause)) return stopRequested ? shutdown : { kind: "interrupted", cause }
  const failure = Cause.failureOption(cause)
  if (Option.isSome(failure) && failure.value instanceof Shutdown) return { kind: "shutdown", cause }
  return crashed(cause)
}

/** `transient` children are restarted after abnormal exits only. */
export const isAbnormal = (reason: ExitReason): boolean => reason.kind === "crashed" || reason.kind === "interrupted"

/** The child asked never to be restarted again (`Errors.Quarantine`). */
export const quarantine = (reason: ExitReason): Quarantine | undefined => {
  const failure = Cause.failureOption(reason.cause)
  return Option.isSome(failure) && failure.value instanceof Quarantine ? failure.value : undefined
}

const MAX_DESCRIPTION = 200

/** One short line for tables and logs (at most 200 characters, no stack). */
export const describe = (reason: ExitReason): string => {
  if (!isAbnormal(reason)) return reason.kind
  if (reason.kind === "interrupted") return "interrupted from outside"
  return describeCause(reason.cause)
}

/** One short line for any cause (at most 200 characters, no stack). */
export const describeCause = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  const line = describeError(error)
  return line.length > MAX_DESCRIPTION ? `${line.slice(0, MAX_DESCRIPTION - 1)}…` : line
}

const describeError = (error: unknown): string => {
  if (typeof error === "string") return error
  if (typeof error !== "object" || error === null) return String(error)
  const tag = "_tag" in error && typeof error._tag === "string" ? error._tag : undefined
  const message = "message" in error && typeof error.message === "string" ? error.message : ""
  const name = tag ?? (error instanceof Error ? error.name : "error")
  return message === "" ? name : `${name}: ${message.split("\n", 1)[0] ?? ""}`
}
