/**
 * The codec's properties: round trips, agreement with protobufjs' own reflection, and typed errors for any bytes.
 *
 * Random messages are generated from the tables themselves, so a message added there is tested here.
 */
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import protobuf from "protobufjs"
import { limits } from "../../../../actors/nexus/Task.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import { WireError } from "../../../../src/nexus/wire/Errors.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import type { Encodable, EnumType, Field, Fields, FieldType, MessageType } from "../../../../src/nexus/wire/Schema.ts"
import * as TaskReply from "../../../../src/nexus/wire/TaskReply.ts"
import { fixture, text } from "./support.ts"

const tables: ReadonlyArray<MessageType | EnumType> = Object.values(Messages)
const types = tables.filter((table) => table._tag === "message")
const anyType = FastCheck.constantFrom(...types)

const valueOf = (type: FieldType): FastCheck.Arbitrary<unknown> => {
  if (type === "string") return FastCheck.string({ unit: "grapheme", maxLength: 20 })
  if (type === "bytes") return FastCheck.uint8Array({ maxLength: 40 })
  if (type === "int32") return FastCheck.integer()
  if (type === "int64") return FastCheck.maxSafeInteger()
  return type._tag === "enum" ? FastCheck.constantFrom(...Object.keys(type.numberOf)) : messageOf(type)
}

const fieldOf = (field: Field): FastCheck.Arbitrary<unknown> => {
  const value = valueOf(field.type)
  if (field.label === "repeated") return FastCheck.array(value, { maxLength: 5 })
  const absent = field.label === "optional" || (typeof field.type === "object" && field.type._tag === "message")
  return absent ? FastCheck.option(value, { nil: null }) : value
}

/** A complete message as a decoder would give it. */
const messageOf = (type: MessageType): FastCheck.Arbitrary<Encodable<Fields>> =>
  FastCheck.record(
    Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, fieldOf(field)]))
  ) as FastCheck.Arbitrary<Encodable<Fields>>

const typeAndMessage = anyType.chain((type) => FastCheck.tuple(FastCheck.constant(type), messageOf(type)))

const path = fileURLToPath(new URL("../../../../src/nexus/wire/orchestrator.proto", import.meta.url))
const root = new protobuf.Root()
root.resolvePath = (_origin, target) => target
const reflection = (type: MessageType) =>
  root.loadSync(path).lookupType(type.name === "Timestamp" ? "google.protobuf.Timestamp" : type.name)

/** Runs a decoder on bytes that may be anything; the result must be a message or a WireError inside the body. */
const mustBeTyped = (bytes: Uint8Array, result: Either.Either<unknown, WireError>) => {
  if (Either.isRight(result)) return
  assert.instanceOf(result.left, WireError)
  const { offset } = result.left
  if (offset !== null) assert.isTrue(offset >= 0 && offset <= bytes.length, `offset ${offset} of ${bytes.length}`)
  assert.isNotEmpty(result.left.detail)
}

describe("Codec", () => {
  it("decode after encode gives the same message, for every message of the protocol", () => {
    FastCheck.assert(
      FastCheck.property(typeAndMessage, ([type, value]) => {
        assert.deepStrictEqual(Either.getOrThrow(Codec.decode(type, Codec.encode(type, value))), value)
      }),
      { numRuns: 500, seed: 11 }
    )
  })

  it("protobufjs' reflection reads what we write, and we read what it writes", () => {
    FastCheck.assert(
      FastCheck.property(typeAndMessage, ([type, value]) => {
        const theirs = reflection(type)
        const seen = theirs.toObject(theirs.decode(Codec.encode(type, value)), { enums: String, longs: Number })
        const again = theirs.encode(theirs.fromObject(seen)).finish()
        assert.deepStrictEqual(Either.getOrThrow(Codec.decode(type, again)), value)
      }),
      { numRuns: 200, seed: 12 }
    )
  })

  it("random bytes give a message or a typed error, never an exception", () => {
    FastCheck.assert(
      FastCheck.property(anyType, FastCheck.uint8Array({ maxLength: 200 }), (type, bytes) => {
        mustBeTyped(bytes, Codec.decode(type, bytes))
        mustBeTyped(bytes, TaskReply.read(bytes))
      }),
      { numRuns: 5_000, seed: 13 }
    )
  })

  it("mutated messages give a message or a typed error, never an exception", () => {
    const edits = FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.nat(255)), { minLength: 1, maxLength: 6 })
    FastCheck.assert(
      FastCheck.property(typeAndMessage, edits, FastCheck.nat(), ([type, value], changes, cut) => {
        const bytes = Codec.encode(type, value).slice()
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
        const cutBytes = bytes.subarray(0, cut % (bytes.length + 1))
        mustBeTyped(bytes, Codec.decode(type, bytes))
        mustBeTyped(cutBytes, Codec.decode(type, cutBytes))
      }),
      { numRuns: 3_000, seed: 14 }
    )
  })

  it("every truncation of a reply is an error that gives the place", () => {
    const bytes = fixture("get-proof-task-response")
    for (let length = 1; length < bytes.length; length++) {
      const error = Either.getOrThrow(
        Either.flip(Codec.decode(Messages.GetProofTaskResponse, bytes.subarray(0, length)))
      )
      assert.isNumber(error.offset)
      assert.isAtMost(error.offset ?? Number.NaN, length)
    }
  })

  it("a truncated inner field names where it stopped", () => {
    // task (field 4) of 6 bytes whose task_id claims 9.
    const bytes = Uint8Array.of(0x22, 6, 0x0a, 9, 97, 98, 99, 100)
    const error = Either.getOrThrow(Either.flip(Codec.decode(Messages.GetProofTaskResponse, bytes)))
    assert.strictEqual(error.message, "GetProofTaskResponse at byte 4: ends in the middle of a field")
  })

  it("a number inside a message must not run past that message", () => {
    // task, created_at, seconds: 3 bytes that all say "more", and a last one behind both messages.
    const bytes = Uint8Array.of(0x22, 6, 0x22, 4, 0x08, 0x80, 0x80, 0x80, 0x01)
    const error = Either.getOrThrow(Either.flip(Codec.decode(Messages.GetProofTaskResponse, bytes)))
    assert.strictEqual(error.message, "Timestamp at byte 4: field 1 runs past the end of its message")
  })

  it("a number that ends with a byte saying that there is more is cut, however near the end it is", () => {
    for (let length = 1; length <= 9; length++) {
      const bytes = Uint8Array.of(0x08, ...new Uint8Array(length).fill(0x80))
      const error = Either.getOrThrow(Either.flip(Codec.decode(Messages.Timestamp, bytes)))
      assert.match(error.detail, /in the middle|past the end/, String(length))
    }
  })

  it("field number 0 is refused", () => {
    const error = Either.getOrThrow(Either.flip(Codec.decode(Messages.GetNodeResponse, Uint8Array.of(0x02, 0))))
    assert.strictEqual(error.detail, "field number 0 does not exist")
  })

  it("broken UTF-8 is refused instead of repaired: ids are signed", () => {
    const error = Either.getOrThrow(
      Either.flip(Codec.decode(Messages.GetNodeResponse, Uint8Array.of(0x0a, 2, 0xc3, 0x28)))
    )
    assert.strictEqual(error.detail, "walletAddress is not valid UTF-8")
  })

  it("nested unknown groups are bounded", () => {
    const bytes = new Uint8Array(100_000).fill(0xfb) // start group, field 31, for ever
    const error = Either.getOrThrow(Either.flip(Codec.decode(Messages.GetNodeResponse, bytes)))
    assert.include(error.detail, "nesting")
  })

  it("a message field that appears twice is merged, the last scalar wins", () => {
    const twice = Buffer.concat([
      Codec.encode(Messages.GetProofTaskResponse, { task: { taskId: "a", programId: "p" } }),
      Codec.encode(Messages.GetProofTaskResponse, { task: { taskId: "b" } })
    ])
    const { task } = Either.getOrThrow(Codec.decode(Messages.GetProofTaskResponse, twice))
    assert.deepStrictEqual([task?.taskId, task?.programId], ["b", "p"])
  })

  it("limits: the whole body, one identifier, one input, the number of inputs", () => {
    const detail = (bytes: Uint8Array, maxBytes?: number) =>
      Either.getOrThrow(Either.flip(TaskReply.read(bytes, maxBytes))).detail
    assert.strictEqual(detail(new Uint8Array(11), 10), "11 bytes are more than the 10 allowed")
    assert.strictEqual(
      detail(new Uint8Array(Codec.defaultMaxBytes + 1)),
      `${Codec.defaultMaxBytes + 1} bytes are more than the ${Codec.defaultMaxBytes} allowed`
    )
    const task = (value: object) => Codec.encode(Messages.GetProofTaskResponse, { task: value })
    const longId = "x".repeat(limits.taskIdLength + 1)
    assert.strictEqual(detail(task({ taskId: longId })), "taskId has 257 bytes, more than the 256 allowed")
    const longInput = { taskId: "t", publicInputsList: [new Uint8Array(limits.inputBytes + 1)] }
    assert.strictEqual(detail(task(longInput)), "publicInputsList has 65537 bytes, more than the 65536 allowed")
    const many = { taskId: "t", publicInputsList: Array.from({ length: limits.inputs + 1 }, () => text("")) }
    assert.strictEqual(detail(task(many)), "publicInputsList has more than the 1024 elements allowed")
    const most = { taskId: "t", publicInputsList: Array.from({ length: limits.inputs }, () => text("")) }
    assert.strictEqual(Either.getOrThrow(TaskReply.read(task(most))).inputs.length, limits.inputs)
  })

  it("what is decoded does not share memory with the body", () => {
    const body = Codec.encode(Messages.GetProofTaskResponse, { task: { taskId: "t", publicInputsList: [text("abc")] } })
    const task = Either.getOrThrow(TaskReply.read(body))
    body.fill(0)
    assert.deepStrictEqual(task.inputs, [text("abc")])
  })
})
