/**
 * Holds the codec's tables to orchestrator.proto, and that file to the published numbers.
 *
 * The proto text is parsed by protobufjs' full parser, which the product does not load.
 */
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import protobuf from "protobufjs"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import type { EnumType, MessageType } from "../../../../src/nexus/wire/Schema.ts"

const path = fileURLToPath(new URL("../../../../src/nexus/wire/orchestrator.proto", import.meta.url))
const root = new protobuf.Root()
root.resolvePath = (_origin, target) => target
const proto = root.loadSync(path).lookup("nexus.orchestrator") as protobuf.Namespace

const tables: ReadonlyMap<string, MessageType | EnumType> = new Map(
  Object.values(Messages).map((table) => [table.name, table])
)

const describeTable = (table: MessageType | EnumType) =>
  table._tag === "enum"
    ? { ...table.numberOf }
    : Object.values(table.fields)
        .map((field) => [field.id, typeof field.type === "string" ? field.type : field.type.name, field.label])
        .sort(([a], [b]) => Number(a) - Number(b))

const describeProto = (type: protobuf.ReflectionObject) =>
  type instanceof protobuf.Enum
    ? { ...type.values }
    : (type as protobuf.Type).fieldsArray
        .map((field) => [
          field.id,
          field.type.split(".").at(-1) ?? "",
          field.repeated ? "repeated" : field.options?.["proto3_optional"] === true ? "optional" : "implicit"
        ])
        .sort(([a], [b]) => Number(a) - Number(b))

describe("Messages", () => {
  it("has every message and enum of orchestrator.proto and no other", () => {
    const names = proto.nestedArray.map((type) => type.name)
    assert.sameMembers([...tables.keys()], [...names, "Timestamp"])
    assert.isAbove(names.length, 15)
  })

  for (const type of proto.nestedArray) {
    it(`${type.name}: numbers, types, labels and enum values agree`, () => {
      const table = tables.get(type.name)
      assert.isDefined(table)
      if (table !== undefined) assert.deepStrictEqual(describeTable(table), describeProto(type))
    })
  }

  it("names are the proto's in camel case", () => {
    for (const type of proto.nestedArray) {
      const table = tables.get(type.name)
      if (table?._tag !== "message") continue
      const names = new Map(Object.entries(table.fields).map(([name, field]) => [field.id, name]))
      for (const field of (type as protobuf.Type).fieldsArray) assert.strictEqual(names.get(field.id), field.name)
    }
  })

  it("tables list their fields in tag order, which is the order on the wire", () => {
    for (const table of tables.values()) {
      if (table._tag !== "message") continue
      const ids = Object.values(table.fields).map((field) => field.id)
      assert.deepStrictEqual(
        ids,
        [...ids].sort((a, b) => a - b),
        table.name
      )
    }
  })

  it("retired numbers stay unused", () => {
    assert.isFalse(Messages.SubmitProofRequest.byId.has(1))
    for (const number of [1, 2, 4, 6, 9, 11, 14]) assert.isFalse(Messages.TaskDifficulty.nameOf.has(number))
  })
})
