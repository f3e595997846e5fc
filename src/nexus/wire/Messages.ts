/**
 * The messages of the orchestrator's protocol (package `nexus.orchestrator`) as tables for the codec.
 *
 * The same content as orchestrator.proto beside it, which a test holds them to; here each field that can grow also has
 * its limit. Field names are the proto's in camel case. Both directions, client and orchestrator, use these tables.
 */
import { limits } from "../../../actors/nexus/Task.ts"
import { enumeration, field, type Message, message, optional, repeated } from "./Schema.ts"

/** Bytes of an identifier, cursor or address; of a key, signature or hash in hex. */
const id = { maxLength: limits.taskIdLength } as const
const inputs = { maxLength: limits.inputBytes } as const

export const NodeType = enumeration("NodeType", { WEB_PROVER: 0, CLI_PROVER: 1 })

export const TaskDifficulty = enumeration("TaskDifficulty", {
  SMALL: 0,
  SMALL_MEDIUM: 3,
  MEDIUM: 5,
  LARGE: 10,
  EXTRA_LARGE: 15,
  EXTRA_LARGE_2: 16,
  EXTRA_LARGE_3: 17,
  EXTRA_LARGE_4: 18,
  EXTRA_LARGE_5: 19
})

export const TaskType = enumeration("TaskType", { PROOF_REQUIRED: 0, PROOF_HASH: 1, ALL_PROOF_HASHES: 2 })

export const Timestamp = message("Timestamp", { seconds: field(1, "int64"), nanos: field(2, "int32") })

export const RegisterUserRequest = message("RegisterUserRequest", {
  uuid: field(1, "string", id),
  walletAddress: field(2, "string", id)
})

export const RegisterNodeRequest = message("RegisterNodeRequest", {
  nodeType: field(1, NodeType),
  userId: field(2, "string", id)
})

export const RegisterNodeResponse = message("RegisterNodeResponse", { nodeId: field(1, "string", id) })

export const Task = message("Task", {
  taskId: field(1, "string", id),
  programId: field(2, "string", id),
  /** Deprecated: the only input, of the generation before the list. */
  publicInputs: field(3, "bytes", inputs),
  createdAt: field(4, Timestamp),
  publicInputsList: repeated(5, "bytes", { ...inputs, maxCount: limits.inputs }),
  taskType: field(6, TaskType),
  difficulty: field(7, TaskDifficulty)
})

export const GetTasksRequest = message("GetTasksRequest", {
  nodeId: field(1, "string", id),
  nextCursor: field(2, "string", id)
})

export const GetTasksResponse = message("GetTasksResponse", {
  tasks: repeated(1, Task, { maxCount: 1_000 }),
  nextCursor: field(2, "string", id)
})

export const GetProofTaskRequest = message("GetProofTaskRequest", {
  nodeId: field(1, "string", id),
  nodeType: field(2, NodeType),
  ed25519PublicKey: field(3, "bytes", id),
  maxDifficulty: field(4, TaskDifficulty)
})

export const GetProofTaskResponse = message("GetProofTaskResponse", {
  /** Deprecated with the two below: the older generation, which has no type or difficulty. */
  programId: field(1, "string", id),
  publicInputs: field(2, "bytes", inputs),
  taskId: field(3, "string", id),
  task: field(4, Task)
})

export const NodeTelemetry = message("NodeTelemetry", {
  flopsPerSec: optional(1, "int32"),
  /** MiB times 1000 in the official client, whatever the name says; likewise the next. */
  memoryUsed: optional(2, "int32"),
  memoryCapacity: optional(3, "int32"),
  location: optional(4, "string", id)
})

export const SubmitProofRequest = message("SubmitProofRequest", {
  nodeType: field(2, NodeType),
  proofHash: field(3, "string", id),
  nodeTelemetry: field(4, NodeTelemetry),
  proof: field(5, "bytes"),
  taskId: field(6, "string", id),
  ed25519PublicKey: field(7, "bytes", id),
  signature: field(8, "bytes", id),
  allProofHashes: repeated(9, "string", { ...id, maxCount: limits.inputs }),
  proofs: repeated(10, "bytes", { maxCount: limits.inputs })
})

export const Node = message("Node", { nodeId: field(1, "string", id), nodeType: field(2, NodeType) })

export const GetNodeResponse = message("GetNodeResponse", { walletAddress: field(1, "string", id) })

export const UserResponse = message("UserResponse", {
  nodes: repeated(1, Node, { maxCount: 10_000 }),
  nodesNextCursor: field(2, "string", id),
  userId: field(3, "string", id),
  walletAddress: field(4, "string", id)
})

export type SubmitProofRequest = Message<typeof SubmitProofRequest>
export type GetProofTaskRequest = Message<typeof GetProofTaskRequest>
export type NodeTelemetry = Message<typeof NodeTelemetry>
