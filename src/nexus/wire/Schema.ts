/**
 * A protobuf message described as data, and the TypeScript types that follow from the description.
 *
 * The tables of Messages.ts are written with these constructors; Codec.ts walks them. `Decoded` is what a reader gets
 * (every field present: proto3 defaults filled in, absent messages and optional fields null); `Encodable` is what a
 * writer gives (a field left out means its default).
 */

export interface EnumType<Name extends string = string> {
  readonly _tag: "enum"
  readonly name: string
  readonly numberOf: Readonly<Record<Name, number>>
  readonly nameOf: ReadonlyMap<number, Name>
}

export interface MessageType<F extends Fields = Fields> {
  readonly _tag: "message"
  readonly name: string
  readonly fields: F
  readonly byId: ReadonlyMap<number, readonly [name: string, field: Field]>
}

export type Scalar = "string" | "bytes" | "int32" | "int64"
export type FieldType = Scalar | EnumType | MessageType
/** How presence works: a default is not written; present even when default; a list. */
export type Label = "implicit" | "optional" | "repeated"

export interface Field<T extends FieldType = FieldType, L extends Label = Label> {
  readonly id: number
  readonly type: T
  readonly label: L
  /** Most bytes that one string or bytes value may have. */
  readonly maxLength: number
  /** Most elements of a repeated field. */
  readonly maxCount: number
}
export type Fields = Readonly<Record<string, Field>>

type Value<T> = T extends "string"
  ? string
  : T extends "bytes"
    ? Uint8Array
    : T extends "int32" | "int64"
      ? number
      : T extends EnumType<infer Name>
        ? Name
        : T extends MessageType<infer F>
          ? Decoded<F>
          : never

type Held<T, L> = L extends "repeated"
  ? ReadonlyArray<Value<T>>
  : L extends "optional"
    ? Value<T> | null
    : T extends MessageType
      ? Value<T> | null
      : Value<T>

export type Decoded<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, infer L> ? Held<T, L> : never
}

type Given<T> = T extends MessageType<infer F> ? Encodable<F> : Value<T>
export type Encodable<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Field<infer T, infer L>
    ? (L extends "repeated" ? ReadonlyArray<Given<T>> : Given<T>) | null | undefined
    : never
}

/** The type of a message as a reader gets it. */
export type Message<M> = M extends MessageType<infer F> ? Decoded<F> : never

interface Bounds {
  readonly maxLength?: number
  readonly maxCount?: number
}

const make = <T extends FieldType, L extends Label>(id: number, type: T, label: L, bounds: Bounds): Field<T, L> => ({
  id,
  type,
  label,
  maxLength: bounds.maxLength ?? Number.POSITIVE_INFINITY,
  maxCount: bounds.maxCount ?? Number.POSITIVE_INFINITY
})

export const field = <const T extends FieldType>(id: number, type: T, bounds: Bounds = {}) =>
  make(id, type, "implicit", bounds)

export const optional = <const T extends FieldType>(id: number, type: T, bounds: Bounds = {}) =>
  make(id, type, "optional", bounds)

export const repeated = <const T extends FieldType>(id: number, type: T, bounds: Bounds & { maxCount: number }) =>
  make(id, type, "repeated", bounds)

export const enumeration = <Name extends string>(name: string, numberOf: Record<Name, number>): EnumType<Name> => ({
  _tag: "enum",
  name,
  numberOf,
  nameOf: new Map((Object.keys(numberOf) as Array<Name>).map((key) => [numberOf[key], key]))
})

export const message = <F extends Fields>(name: string, fields: F): MessageType<F> => ({
  _tag: "message",
  name,
  fields,
  byId: new Map(Object.entries(fields).map(([key, value]) => [value.id, [key, value] as const]))
})
