/**
 * Everything that can be set about the embedded orchestrator, with the values that it has when nobody says anything.
 *
 * The command line and the environment are read elsewhere; the two texts that have a grammar of their own are read by
 * `Limits.parse` and `Faults.parse`.
 */
import * as Duration from "effect/Duration"
import * as Faults from "./Faults.ts"
import * as Limits from "./Limits.ts"

export interface Settings {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** The SQLite file of the books; ":memory:" for books that end with the process. */
  readonly file: string
  /** What all chance depends on; null for a seed that is drawn once per books and kept in them. */
  readonly seed: string | null
  readonly limits: Limits.Policy
  readonly faults: Faults.Faults
  /**
   * Names of accounts by node id (`--file`, see `Accounts.groupsOf`); a node that is not in it is an account of its own.
   * Looked up at every request, so a reloaded list may change the map.
   */
  readonly groups: ReadonlyMap<string, string>
  /** Share of task answers in the older generation (`--legacy-replies`), 0 to 1. */
  readonly legacyReplies: number
  /** Most inputs of one task, 1 to 1024. */
  readonly maxInputs: number
  /** How long a task may be submitted. */
  readonly taskLifetime: Duration.DurationInput
  /** Open tasks that one node may hold before it gets the oldest again. */
  readonly openTasksPerNode: number
  /** Settled tasks that keep a row in the books, at least 1. */
  readonly settledTasks: number
  /** Submissions that are verified at the same time. */
  readonly verifications: number
  /** The version of the program, for /health. */
  readonly version: string
}

const defaultPort = 50_505

export const defaults: Settings = {
  host: "127.0.0.1",
  port: defaultPort,
  file: ":memory:",
  seed: null,
  limits: Limits.standard,
  faults: Faults.none,
  groups: new Map(),
  legacyReplies: 0,
  maxInputs: 4,
  taskLifetime: Duration.minutes(10),
  openTasksPerNode: 3,
  settledTasks: 1_000_000,
  verifications: 4,
  version: "0.1.0"
}
