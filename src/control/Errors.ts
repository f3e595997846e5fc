/**
 * Why a control command found nobody to talk to, or too many.
 */
import * as Data from "effect/Data"
import type { Target } from "./Sockets.ts"

/** No running program, or not the one that was named. */
export class NoTarget extends Data.TaggedError("NoTarget")<{ readonly run: string; readonly wanted: string | null }> {
  override get message() {
    return this.wanted === null
      ? `no program is running with the data folder of ${this.run}; start one, or name another folder with --data DIR`
      : `no running program is "${this.wanted}" (looked in ${this.run}); pitboss status without --target lists what runs`
  }
}

/** Several programs run and none was named. */
export class ManyTargets extends Data.TaggedError("ManyTargets")<{ readonly targets: ReadonlyArray<Target> }> {
  override get message() {
    return [
      "several programs are running; name one with --target",
      ...this.targets.map((target) => `  --target ${target.pid}  ${target.program}  ${target.path}`)
    ].join("\n")
  }
}

/** The program was there and does not answer, or went away in the middle. */
export class TargetGone extends Data.TaggedError("TargetGone")<{ readonly target: Target; readonly detail: string }> {
  override get message() {
    return `${this.target.program} (pid ${this.target.pid}) does not answer on ${this.target.path}: ${this.detail}`
  }
}
