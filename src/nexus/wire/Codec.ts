/**
 * Encodes and decodes protobuf messages from their tables, strictly and within limits.
 *
 * The bytes are read and written by protobufjs' Reader and Writer. Its reflection decoder is not used, because it reads
 * a field of the wrong wire type as if it were right, repairs broken UTF-8 silently (we sign task ids: they must not
 * change), and cannot bound the length of a list before it is built. What is decoded here is either exactly what the
 * sender wrote or a WireError with the place; unknown fields are skipped, as is a known number under another wire type.
 */
import * as Either from "effect/Either"
import protobuf from "protobufjs/minimal.js"
import { WireError } from "./Errors.ts"
import type { Decoded, Encodable, Field, Fields, FieldType, MessageType } from "./Schema.ts"

/** The most bytes of one message that are looked at, unless the caller says otherwise. */
export const defaultMaxBytes = 4 * 1_048_576

const VARINT = 0
const DELIMITED = 2
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const toUtf8 = new TextEncoder()

const wireTypeOf = (type: FieldType) =>
  type === "string" || type === "bytes" || (typeof type === "object" && type._tag === "message") ? DELIMITED : VARINT

const zeroOf = (type: FieldType): unknown => {
  if (typeof type === "object") return type._tag === "enum" ? type.nameOf.get(0) : null
  return type === "string" ? "" : type === "bytes" ? new Uint8Array(0) : 0
}

const empty = (type: MessageType): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(type.fields).map(([name, field]) => [
      name,
      field.label === "repeated" ? [] : field.label === "optional" ? null : zeroOf(field.type)
    ])
  )

/** Reads one length-delimited value of at most `field.maxLength` bytes; a copy, so that the body can be freed. */
const readBytes = (reader: protobuf.Reader, what: string, name: string, field: Field): Uint8Array => {
  const bytes = reader.bytes()
  if (bytes.length > field.maxLength) {
    const detail = `${name} has ${bytes.length} bytes, more than the ${field.maxLength} allowed`
    throw new WireError({ what, offset: reader.pos - bytes.length, detail })
  }
  return new Uint8Array(bytes)
}

const readInt64 = (reader: protobuf.Reader, what: string, name: string): number => {
  // A number or a Long, depending on whether that package is there; both print as the same decimal.
  const value = Number(String(reader.int64()))
  // The library takes a fourth byte near the end for the last one, whatever it says.
  if (((reader.buf[reader.pos - 1] ?? 0) & 0x80) !== 0) {
    throw new WireError({ what, offset: reader.pos, detail: `${name} ends in the middle of a number` })
  }
  return value
}

const readValue = (reader: protobuf.Reader, what: string, name: string, field: Field, held: unknown): unknown => {
  const { type } = field
  if (type === "int32") return reader.int32()
  if (type === "int64") return readInt64(reader, what, name)
  if (type === "bytes") return readBytes(reader, what, name, field)
  if (type === "string") {
    const bytes = readBytes(reader, what, name, field)
    try {
      return utf8.decode(bytes)
    } catch {
      throw new WireError({ what, offset: reader.pos - bytes.length, detail: `${name} is not valid UTF-8` })
    }
  }
  const offset = reader.pos
  if (type._tag === "enum") {
    const number = reader.int32()
    const known = type.nameOf.get(number)
    if (known === undefined) throw new WireError({ what, offset, detail: `${name}: unknown ${type.name} ${number}` })
    return known
  }
  const length = reader.uint32()
  const [end, outer] = [reader.pos + length, reader.len]
  if (end > outer) {
    throw new WireError({
      what,
      offset: reader.pos,
      detail: `${name} says ${length} bytes, ${outer - reader.pos} are left`
    })
  }
  reader.len = end
  // A message field that appears twice is merged, as the protobuf specification says; a list element is not.
  const merged = field.label === "repeated" || held === null ? empty(type) : (held as Record<string, unknown>)
  readFields(reader, type, merged)
  reader.len = outer
  return merged
}

const readFields = (reader: protobuf.Reader, type: MessageType, into: Record<string, unknown>): void => {
  while (reader.pos < reader.len) {
    const offset = reader.pos
    const tag = reader.uint32()
    const [number, wireType] = [tag >>> 3, tag & 7]
    if (number === 0) throw new WireError({ what: type.name, offset, detail: "field number 0 does not exist" })
    const known = type.byId.get(number)
    if (known === undefined || wireType !== wireTypeOf(known[1].type)) {
      reader.skipType(wireType)
    } else {
      const [name, field] = known
      const value = readValue(reader, type.name, name, field, into[name])
      if (field.label === "repeated") {
        const list = into[name] as Array<unknown>
        if (list.length >= field.maxCount) {
          const detail = `${name} has more than the ${field.maxCount} elements allowed`
          throw new WireError({ what: type.name, offset, detail })
        }
        list.push(value)
      } else {
        into[name] = value
      }
    }
    if (reader.pos > reader.len) {
      throw new WireError({ what: type.name, offset, detail: `field ${number} runs past the end of its message` })
    }
  }
}

/** Decodes a whole message. Never throws: whatever the bytes are, the result is a message or a WireError. */
export const decode = <F extends Fields>(
  type: MessageType<F>,
  bytes: Uint8Array,
  maxBytes: number = defaultMaxBytes
): Either.Either<Decoded<F>, WireError> => {
  if (bytes.length > maxBytes) {
    const detail = `${bytes.length} bytes are more than the ${maxBytes} allowed`
    return Either.left(new WireError({ what: type.name, offset: null, detail }))
  }
  const reader = new protobuf.Reader(bytes)
  return Either.try({
    try: () => {
      const into = empty(type)
      readFields(reader, type, into)
      return into as Decoded<F>
    },
    catch: (cause) => {
      if (cause instanceof WireError) return cause
      // protobufjs says "index out of range" for whatever ends too early; its other faults name themselves.
      const detail = cause instanceof RangeError ? "ends in the middle of a field" : String(cause)
      return new WireError({ what: type.name, offset: Math.min(reader.pos, bytes.length), detail })
    }
  })
}

const isZero = (field: Field, value: unknown): boolean =>
  value instanceof Uint8Array ? value.length === 0 : value === zeroOf(field.type)

const writeValue = (writer: protobuf.Writer, field: Field, value: unknown): void => {
  const { type } = field
  writer.uint32(((field.id << 3) | wireTypeOf(type)) >>> 0)
  if (type === "int32") writer.int32(value as number)
  else if (type === "int64") writer.int64(value as number)
  else if (type === "bytes") writer.bytes(value as Uint8Array)
  else if (type === "string") writer.bytes(toUtf8.encode(value as string))
  else if (type._tag === "enum") writer.int32(type.numberOf[value as string] ?? 0)
  else {
    writer.fork()
    writeFields(writer, type, value as Record<string, unknown>)
    writer.ldelim()
  }
}

const writeFields = (writer: protobuf.Writer, type: MessageType, value: Readonly<Record<string, unknown>>): void => {
  // The tables list fields in tag order, so the bytes are in tag order too.
  for (const [name, field] of Object.entries(type.fields)) {
    const given = value[name]
    if (given === null || given === undefined) continue
    if (field.label === "repeated")
      for (const element of given as ReadonlyArray<unknown>) writeValue(writer, field, element)
    else if (field.label === "optional" || !isZero(field, given)) writeValue(writer, field, given)
  }
}

/** Encodes a message: fields in tag order, defaults left out except in optional fields that are given. */
export const encode = <F extends Fields>(type: MessageType<F>, value: Encodable<F>): Uint8Array => {
  const writer = new protobuf.Writer()
  writeFields(writer, type, value as Readonly<Record<string, unknown>>)
  return writer.finish()
}
