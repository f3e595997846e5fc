/**
 * Pins the wire format, both directions, to bytes that Debian's protoc made (fixtures/make.sh).
 *
 * protoc shares no code with the codec or with protobufjs, so neither side can be wrong in the same way.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import type { Encodable, Fields, MessageType } from "../../../../src/nexus/wire/Schema.ts"
import * as TaskReply from "../../../../src/nexus/wire/TaskReply.ts"
import { fixture, text, words } from "./support.ts"

const none = new Uint8Array(0)
const wallet = "0x52908400098527886e0f7030069857d2e4169ee7"
const keyBytes = Uint8Array.from({ length: 32 }, (_, index) => index)

/** The whole decoded message of every fixture that was made from our own proto. */
const expected: ReadonlyArray<readonly [name: string, type: MessageType, value: Record<string, unknown>]> = [
  [
    "register-user-request",
    Messages.RegisterUserRequest,
    { uuid: "123e4567-e89b-42d3-a456-426614174000", walletAddress: "0x52908400098527886E0F7030069857D2E4169EE7" }
  ],
  ["register-node-request", Messages.RegisterNodeRequest, { nodeType: "CLI_PROVER", userId: "user-7" }],
  ["register-node-response", Messages.RegisterNodeResponse, { nodeId: "18446744073709551615" }],
  ["get-tasks-request", Messages.GetTasksRequest, { nodeId: "42", nextCursor: "" }],
  [
    "get-tasks-response",
    Messages.GetTasksResponse,
    {
      tasks: [
        {
          taskId: "a",
          programId: "fib_input_initial",
          publicInputs: words(9, 1, 1),
          createdAt: null,
          publicInputsList: [],
          taskType: "PROOF_REQUIRED",
          difficulty: "SMALL"
        },
        {
          taskId: "b",
          programId: "",
          publicInputs: none,
          createdAt: null,
          publicInputsList: [text("x"), none],
          taskType: "ALL_PROOF_HASHES",
          difficulty: "MEDIUM"
        }
      ],
      nextCursor: "more"
    }
  ],
  [
    "get-proof-task-request-small",
    Messages.GetProofTaskRequest,
    { nodeId: "6", nodeType: "CLI_PROVER", ed25519PublicKey: keyBytes, maxDifficulty: "SMALL" }
  ],
  [
    "get-proof-task-request-largest",
    Messages.GetProofTaskRequest,
    { nodeId: "6", nodeType: "WEB_PROVER", ed25519PublicKey: none, maxDifficulty: "EXTRA_LARGE_5" }
  ],
  [
    "get-proof-task-response",
    Messages.GetProofTaskResponse,
    {
      programId: "",
      publicInputs: none,
      taskId: "",
      task: {
        taskId: "01HZX-任务",
        programId: "fib_input_initial",
        publicInputs: none,
        createdAt: { seconds: 1_751_378_400, nanos: 250_000_000 },
        publicInputsList: [words(9, 1, 1), words(100, 2, 0xff_ff_ff_ff)],
        taskType: "PROOF_HASH",
        difficulty: "SMALL_MEDIUM"
      }
    }
  ],
  [
    "get-proof-task-response-flat",
    Messages.GetProofTaskResponse,
    { programId: "fib_input_initial", publicInputs: words(9, 1, 1), taskId: "flat-task", task: null }
  ],
  [
    "submit-proof-request",
    Messages.SubmitProofRequest,
    {
      nodeType: "CLI_PROVER",
      proofHash: "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
      nodeTelemetry: { flopsPerSec: 0, memoryUsed: 0, memoryCapacity: 2_147_483_647, location: "" },
      proof: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      taskId: "t-1",
      ed25519PublicKey: text("key"),
      signature: text("signature"),
      allProofHashes: [],
      proofs: [Uint8Array.of(0xde, 0xad, 0xbe, 0xef)]
    }
  ],
  [
    "submit-proof-request-hashes",
    Messages.SubmitProofRequest,
    {
      nodeType: "CLI_PROVER",
      proofHash: "98400b67ac1179a39e81a37ff904cf6baf9d442faeced4ffa13adf00bca2f5e0",
      nodeTelemetry: { flopsPerSec: -1, memoryUsed: null, memoryCapacity: null, location: null },
      proof: none,
      taskId: "t-2",
      ed25519PublicKey: none,
      signature: none,
      allProofHashes: ["a1b2c3d4e5f6", "7890abcdef12", "345678901234"],
      proofs: []
    }
  ],
  ["get-node-response", Messages.GetNodeResponse, { walletAddress: wallet }],
  [
    "user-response",
    Messages.UserResponse,
    {
      nodes: [
        { nodeId: "1", nodeType: "CLI_PROVER" },
        { nodeId: "2", nodeType: "WEB_PROVER" }
      ],
      nodesNextCursor: "c",
      userId: "user-7",
      walletAddress: wallet
    }
  ]
]

describe("bytes made by protoc", () => {
  for (const [name, type, value] of expected) {
    it(`${name}: decodes to the value`, () => {
      assert.deepStrictEqual(Either.getOrThrow(Codec.decode(type, fixture(name))), value)
    })
    it(`${name}: the value encodes to the same bytes`, () => {
      assert.deepStrictEqual(Codec.encode(type, value as Encodable<Fields>), fixture(name))
    })
  }

  it("defaults left out by the writer are the same bytes as defaults given", () => {
    const bytes = Codec.encode(Messages.GetProofTaskRequest, { nodeId: "6", maxDifficulty: "EXTRA_LARGE_5" })
    assert.deepStrictEqual(bytes, fixture("get-proof-task-request-largest"))
  })
})

describe("task replies of both generations", () => {
  it("reads today's reply", () => {
    assert.deepStrictEqual(Either.getOrThrow(TaskReply.read(fixture("get-proof-task-response"))), {
      taskId: "01HZX-任务",
      programId: "fib_input_initial",
      type: "PROOF_HASH",
      difficulty: "SMALL_MEDIUM",
      inputs: [words(9, 1, 1), words(100, 2, 0xff_ff_ff_ff)],
      createdAt: 1_751_378_400_250
    })
  })

  it("writes today's reply as protoc does", () => {
    const bytes = fixture("get-proof-task-response")
    assert.deepStrictEqual(TaskReply.write(Either.getOrThrow(TaskReply.read(bytes))), bytes)
  })

  it("reads the older reply: fields 1 to 3, no type, no difficulty", () => {
    assert.deepStrictEqual(Either.getOrThrow(TaskReply.read(fixture("get-proof-task-response-flat"))), {
      taskId: "flat-task",
      programId: "fib_input_initial",
      type: "PROOF_REQUIRED",
      difficulty: null,
      inputs: [words(9, 1, 1)],
      createdAt: null
    })
  })

  it("writes the older reply as protoc does", () => {
    const bytes = fixture("get-proof-task-response-flat")
    assert.deepStrictEqual(TaskReply.write(Either.getOrThrow(TaskReply.read(bytes)), "flat"), bytes)
  })

  it("prefers field 4 when both are there, and its single deprecated input when the list is empty", () => {
    const task = Either.getOrThrow(TaskReply.read(fixture("get-proof-task-response-both")))
    assert.strictEqual(task.taskId, "new-task")
    assert.deepStrictEqual(task.inputs, [words(9, 1, 1)])
  })

  it("skips fields of a later protocol, whatever their wire type", () => {
    const task = Either.getOrThrow(TaskReply.read(fixture("future-response")))
    assert.deepStrictEqual([task.taskId, task.inputs], ["later", [words(9, 1, 1)]])
  })

  it("an unknown enum value is a typed error with its place, not a panic", () => {
    const error = Either.getOrThrow(Either.flip(TaskReply.read(fixture("future-enum"))))
    assert.strictEqual(error._tag, "WireError")
    assert.strictEqual(error.offset, 13)
    assert.strictEqual(error.message, "Task at byte 13: taskType: unknown TaskType 7")
  })

  it("a known number under another wire type is an unknown field, so this reply has no task id", () => {
    const error = Either.getOrThrow(Either.flip(TaskReply.read(fixture("future-retyped"))))
    assert.strictEqual(error.message, "GetProofTaskResponse: no task id")
  })

  it("an empty reply is a typed error (the official client panics)", () => {
    const error = Either.getOrThrow(Either.flip(TaskReply.read(none)))
    assert.strictEqual(error.message, "GetProofTaskResponse: no task id")
  })
})
