/**
 * What supervisors report, for loggers and consoles.
 *
 * OTP's supervisor reports with OTP's names (`start_error`, `child_terminated`, `shutdown_error`,
 * `reached_max_restart_intensity`), plus the events OTP does not have: back-off, quarantine, and the end of a leak.
 */
export type ReportTag =
  | "child_started"
  | "start_error"
  | "child_terminated"
  | "restart_scheduled"
  | "shutdown_error"
  | "leak_ended"
  | "reached_max_restart_intensity"
  | "quarantined"
  | "auto_shutdown"

export interface Report {
  readonly _tag: ReportTag
  readonly atMillis: number
  /** Path of the supervisor. */
  readonly supervisor: string
  /** Id of the child. */
  readonly offender: string
  readonly generation: number
  /** One short line, no stack. */
  readonly reason: string
  /** Delay of a scheduled restart. */
  readonly delayMillis?: number
}
