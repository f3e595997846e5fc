/**
 * Why a control command found nobody to talk to, or too many.
 */
import * as Data from "effect/Data"
import type { Target } from "./Sockets.ts"

const listed = (targets: ReadonlyArray<Target>) =>
  targets.map((target) => `  --target ${target.pid}  ${target.program}  ${target.path}`)

/** No running program, or not the one that was named. */
export class NoTarget extends Data.TaggedError("NoTarget")<{
  readonly run: string
  readonly wanted: string | null
  /** What runs instead of the one that was named. */
  readonly living: ReadonlyArray<Target>
}> {
  override get message() {
    const { living, run, wanted } = this
    if (living.length === 0) {
      const what = wanted === null ? "no program is running" : `"${wanted}" is not running`
      return `${what} (its control socket would be in ${run}); start one, or name another data folder with --data DIR`
    }
    return [`"${wanted}" is not running; these are`, ...listed(living)].join("\n")
  }
}

/** Several programs run and none was named. */
export class ManyTargets extends Data.TaggedError("ManyTargets")<{ readonly targets: ReadonlyArray<Target> }> {
  override get message() {
    return ["several programs are running; name one with --target", ...listed(this.targets)].join("\n")
  }
}

/** The program was there and does not answer, or went away in the middle. */
export class TargetGone extends Data.TaggedError("TargetGone")<{ readonly target: Target; readonly detail: string }> {
  override get message() {
    return `${this.target.program} (pid ${this.target.pid}) does not answer on ${this.target.path}: ${this.detail}`
  }
}
