/**
 * The answer to "give me a task", read into a Task and written from one, in both generations of the protocol.
 *
 * Today's servers fill field 4, with a type, a difficulty and a list of inputs; older ones fill fields 1 to 3 with one
 * input. A reader prefers field 4 and accepts both (protocols/nexus-orchestrator.md section 2: the official client
 * panics when field 4 is absent). Both clients and the embedded orchestrator use this one translation.
 */
import * as Either from "effect/Either"
import type { Task } from "../../../actors/nexus/Task.ts"
import * as Codec from "./Codec.ts"
import { WireError } from "./Errors.ts"
import * as Messages from "./Messages.ts"
import { isPrintable } from "./Printable.ts"
import type { Encodable, Message } from "./Schema.ts"

/** "task" is field 4; "flat" is fields 1 to 3, which can carry only one input and no type or difficulty. */
export type Generation = "task" | "flat"

const what = "GetProofTaskResponse"

const millisOf = (stamp: Message<typeof Messages.Timestamp> | null): number | null => {
  if (stamp === null) return null
  const millis = stamp.seconds * 1000 + Math.floor(stamp.nanos / 1_000_000)
  // Outside what a Date can hold the time says nothing; it is only shown, so the task is not refused for it.
  return Math.abs(millis) <= 8.64e15 ? millis : null
}

/** The id is signed and shown to operators: it must be there and must not steer a terminal. */
const faultOf = (task: Task): string | null => {
  if (task.taskId === "") return "no task id"
  if (!isPrintable(task.taskId)) return "the task id holds control characters"
  return task.inputs.length === 0 ? `task ${task.taskId} has no input` : null
}

const checked = (task: Task): Either.Either<Task, WireError> => {
  const detail = faultOf(task)
  return detail === null ? Either.right(task) : Either.left(new WireError({ what, offset: null, detail }))
}

/** The task in one `Task` message: the list of inputs, or the deprecated single input when the list is empty. */
const fromMessage = (task: Message<typeof Messages.Task>): Either.Either<Task, WireError> =>
  checked({
    taskId: task.taskId,
    programId: task.programId,
    type: task.taskType,
    difficulty: task.difficulty,
    inputs:
      task.publicInputsList.length > 0
        ? task.publicInputsList
        : task.publicInputs.length > 0
          ? [task.publicInputs]
          : [],
    createdAt: millisOf(task.createdAt)
  })

/** Reads a GetProofTaskResponse of either generation. */
export const read = (bytes: Uint8Array, maxBytes?: number): Either.Either<Task, WireError> =>
  Either.flatMap(Codec.decode(Messages.GetProofTaskResponse, bytes, maxBytes), (reply) =>
    reply.task !== null
      ? fromMessage(reply.task)
      : checked({
          taskId: reply.taskId,
          programId: reply.programId,
          type: "PROOF_REQUIRED",
          difficulty: null,
          inputs: reply.publicInputs.length > 0 ? [reply.publicInputs] : [],
          createdAt: null
        })
  )

/** A task as one `Task` message; `createdAt` to the millisecond. */
const toMessage = (task: Task): Encodable<typeof Messages.Task.fields> => {
  const seconds = task.createdAt === null ? 0 : Math.floor(task.createdAt / 1000)
  return {
    taskId: task.taskId,
    programId: task.programId,
    createdAt: task.createdAt === null ? null : { seconds, nanos: (task.createdAt - seconds * 1000) * 1_000_000 },
    publicInputsList: task.inputs,
    taskType: task.type,
    difficulty: task.difficulty
  }
}

/** Writes a task; in the "flat" generation only its first input travels. */
export const write = (task: Task, generation: Generation = "task"): Uint8Array =>
  generation === "task"
    ? Codec.encode(Messages.GetProofTaskResponse, { task: toMessage(task) })
    : Codec.encode(Messages.GetProofTaskResponse, {
        programId: task.programId,
        publicInputs: task.inputs[0] ?? new Uint8Array(0),
        taskId: task.taskId
      })
