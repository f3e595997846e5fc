/**
 * Makes tasks: the same seed and serial number always give the same task.
 *
 * All task types, single and several inputs, every difficulty up to the one asked for, and both generations of the
 * answer come up. The sizes are far below the network's (n of a hard task there is 25,000 and more), so that a fleet
 * on one machine has something to watch.
 */
import { type Difficulty, knownProgram, type Task, type TaskType } from "../../../actors/nexus/Task.ts"
import { difficulties } from "../../../config/Difficulties.ts"
import type { Generation } from "../wire/TaskReply.ts"
import { draw } from "./Draw.ts"

/** The range of n (loop steps of the Fibonacci program) of each difficulty. */
export const sizes: Readonly<Record<Difficulty, readonly [number, number]>> = {
  SMALL: [9, 40],
  SMALL_MEDIUM: [40, 100],
  MEDIUM: [100, 200],
  LARGE: [200, 400],
  EXTRA_LARGE: [400, 700],
  EXTRA_LARGE_2: [700, 1_000],
  EXTRA_LARGE_3: [1_000, 1_500],
  EXTRA_LARGE_4: [1_500, 2_000],
  EXTRA_LARGE_5: [2_000, 3_000]
}

export interface Mix {
  /** Most inputs of one task, at least 1. */
  readonly maxInputs: number
  /** Share of answers in the older generation, 0 to 1. */
  readonly legacyReplies: number
}

export interface Issued {
  readonly task: Task & { readonly difficulty: Difficulty }
  readonly generation: Generation
}

/** The bytes of one input: n, a and b as little-endian u32 (protocols/nexus-orchestrator.md section 10). */
const inputBytes = (n: number, a: number, b: number): Uint8Array => {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, n, true)
  view.setUint32(4, a, true)
  view.setUint32(8, b, true)
  return bytes
}

/** Task number `serial`, of at most `hardest`; `now` is its time of creation, milliseconds since 1970. */
export const issue = (seed: string, serial: number, hardest: Difficulty, mix: Mix, now: number): Issued => {
  const dice = draw(seed, "task", serial)
  const flat = dice.next() < mix.legacyReplies
  // One in four is a step easier than asked: servers gate by reputation.
  const rank = Math.max(0, difficulties.indexOf(hardest) - (dice.next() < 0.25 ? 1 : 0))
  const difficulty = difficulties[rank] ?? "SMALL"
  const point = dice.next()
  const type: TaskType = flat || point < 0.6 ? "PROOF_REQUIRED" : point < 0.8 ? "PROOF_HASH" : "ALL_PROOF_HASHES"
  const several = dice.next() < 0.3
  const count = flat || !several || mix.maxInputs < 2 ? 1 : dice.between(2, mix.maxInputs)
  const inputs = Array.from({ length: count }, (_, index) => {
    const own = draw(seed, `task ${serial} input`, index)
    return inputBytes(own.between(...sizes[difficulty]), own.between(0, 0xffff_ffff), own.between(0, 0xffff_ffff))
  })
  const [, a = "", b = "", c = "", d = "", e = ""] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(dice.hex) ?? []
  return {
    task: {
      taskId: `${a}-${b}-${c}-${d}-${e}`,
      programId: knownProgram,
      type,
      difficulty,
      inputs,
      createdAt: now
    },
    generation: flat ? "flat" : "task"
  }
}
