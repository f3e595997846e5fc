/**
 * Why a control command found nobody to talk to, or too many. In the language of whoever typed the command.
 */
import * as Data from "effect/Data"
import type { Language, Text } from "../../config/Setting.ts"
import type { Target } from "./Sockets.ts"

const listed = (targets: ReadonlyArray<Target>) =>
  targets.map((target) => `  --target ${target.pid}  ${target.program}  ${target.path}`)

/** No running program, or not the one that was named. */
export class NoTarget extends Data.TaggedError("NoTarget")<{
  readonly run: string
  readonly wanted: string | null
  /** What runs instead of the one that was named. */
  readonly living: ReadonlyArray<Target>
  readonly language: Language
}> {
  override get message() {
    const { language, living, run, wanted } = this
    const named: Text = { en: `"${wanted}" is not running`, zh: `"${wanted}" 没有在运行` }
    if (living.length > 0) {
      const these: Text = { en: "; these are", zh: "；正在运行的有" }
      return [`${named[language]}${these[language]}`, ...listed(living)].join("\n")
    }
    const nobody: Text = { en: "no program is running", zh: "没有正在运行的程序" }
    const advice: Text = {
      en: ` (its control socket would be in ${run}); start one, or name another data folder with --data DIR`,
      zh: `（控制套接字应在 ${run} 中）；请先启动程序，或用 --data 指定其他数据目录`
    }
    return `${(wanted === null ? nobody : named)[language]}${advice[language]}`
  }
}

/** Several programs run and none was named. */
export class ManyTargets extends Data.TaggedError("ManyTargets")<{
  readonly targets: ReadonlyArray<Target>
  readonly language: Language
}> {
  override get message() {
    const head: Text = {
      en: "several programs are running; name one with --target",
      zh: "有多个程序正在运行；请用 --target 指定一个"
    }
    return [head[this.language], ...listed(this.targets)].join("\n")
  }
}

/** The program was there and does not answer, or went away in the middle. */
export class TargetGone extends Data.TaggedError("TargetGone")<{
  readonly target: Target
  readonly detail: Text
  readonly language: Language
}> {
  override get message() {
    const { detail, language, target } = this
    const head: Text = {
      en: `${target.program} (pid ${target.pid}) does not answer on ${target.path}: `,
      zh: `${target.program}（pid ${target.pid}）在 ${target.path} 上没有应答：`
    }
    return `${head[language]}${detail[language]}`
  }
}

/** A question about nodes to a program that has none. */
export class NoNodes extends Data.TaggedError("NoNodes")<{ readonly program: string; readonly language: Language }> {
  override get message() {
    const text: Text = {
      en: `${this.program} runs no nodes; pitboss status shows what it does`,
      zh: `${this.program} 不运行节点；请用 pitboss status 查看其状态`
    }
    return text[this.language]
  }
}
