/**
 * Server reflection (grpc.reflection.v1 and v1alpha): tools such as grpcurl can list and call the pool without a file.
 *
 * Descriptors are made from the texts in Protos.ts at the first question. The package @grpc/reflection is not used: it
 * reads .proto files beside its own source, which do not exist in a bundle. An answer is a hundred times as large as its
 * question, so a stream whose answers are not read is not asked on, it may ask a few hundred times, and few are open.
 */
import * as Grpc from "@grpc/grpc-js"
import protobuf from "protobufjs"
import descriptor from "protobufjs/ext/descriptor/index.js"
import * as Protos from "./Protos.ts"
import type { Sockets } from "./Sockets.ts"

interface Descriptors {
  readonly services: ReadonlyArray<string>
  /** FileDescriptorProto by file name. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Name of the file by the full name of everything in it. */
  readonly symbols: ReadonlyMap<string, string>
}

const sources = {
  "pool.proto": Protos.pool,
  "grpc/health/v1/health.proto": Protos.health,
  "grpc/reflection/v1/reflection.proto": Protos.reflection("v1"),
  "grpc/reflection/v1alpha/reflection.proto": Protos.reflection("v1alpha")
} as const

/** Questions of one stream. */
const mostQuestions = 500
/** Streams that may be open at the same time, of all peers. */
const mostStreams = 64

interface Message {
  readonly name: string
  readonly field: ReadonlyArray<{ typeName?: string }>
  readonly nestedType: ReadonlyArray<Message>
}

interface File {
  name: string
  readonly package: string
  readonly messageType: ReadonlyArray<Message>
  readonly service: ReadonlyArray<{ readonly method: ReadonlyArray<{ inputType: string; outputType: string }> }>
}

/** protobufjs adds `toDescriptor` to Root when its extension is loaded; its types do not say so. */
interface Describable {
  readonly toDescriptor: (edition: string) => { readonly file: ReadonlyArray<File> }
}

const isDescribable = (root: object): root is Describable => "toDescriptor" in root

const namesIn = (space: protobuf.NamespaceBase, found: Array<string>): Array<string> => {
  for (const one of space.nestedArray) {
    if (one instanceof protobuf.Type || one instanceof protobuf.Enum || one instanceof protobuf.Service) {
      found.push(one.fullName.slice(1))
    }
    if (one instanceof protobuf.Service) {
      for (const method of one.methodsArray) found.push(`${one.fullName.slice(1)}.${method.name}`)
    }
    if (one instanceof protobuf.Namespace) namesIn(one, found)
  }
  return found
}

/** A name of the file as descriptors want it, ".pool.SubmitAck.Code": protobufjs writes names as they stand in the text. */
const absolute = (name: string, scope: string, known: ReadonlySet<string>): string => {
  if (name.startsWith(".")) return name
  for (let at = scope; ; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const full = at === "" ? name : `${at}.${name}`
    if (known.has(full) || at === "") return `.${full}`
  }
}

const qualify = (file: File, known: ReadonlySet<string>): void => {
  const visit = (message: Message, outer: string) => {
    const scope = `${outer}.${message.name}`
    for (const field of message.field) {
      if (field.typeName) field.typeName = absolute(field.typeName, scope, known)
    }
    for (const nested of message.nestedType) visit(nested, scope)
  }
  for (const message of file.messageType) visit(message, file.package)
  for (const { method } of file.service) {
    for (const one of method) {
      one.inputType = absolute(one.inputType, file.package, known)
      one.outputType = absolute(one.outputType, file.package, known)
    }
  }
}

const describe = (): Descriptors => {
  const files = new Map<string, Uint8Array>()
  const symbols = new Map<string, string>()
  const type = descriptor.FileDescriptorProto
  for (const [name, text] of Object.entries(sources)) {
    const root = protobuf.parse(text, { keepCase: true }).root.resolveAll()
    const names = namesIn(root, [])
    const [file] = isDescribable(root) ? root.toDescriptor("proto3").file : []
    if (file === undefined) throw new Error(`${name} has no descriptor`)
    file.name = name
    qualify(file, new Set(names))
    files.set(name, type.encode(file).finish())
    for (const symbol of names) symbols.set(symbol, name)
  }
  const services = ["pool.MiningPool", "grpc.health.v1.Health"]
  return { services: [...services, "grpc.reflection.v1.ServerReflection"], files, symbols }
}

type Answer = Record<string, unknown>

const failed = (error_code: number, error_message: string): Answer => ({
  error_response: { error_code, error_message }
})

const fileOf = ({ files }: Descriptors, name: string | undefined): Answer => {
  const file = name === undefined ? undefined : files.get(name)
  return file === undefined
    ? failed(Grpc.status.NOT_FOUND, "not found")
    : { file_descriptor_response: { file_descriptor_proto: [file] } }
}

const answerOf = (known: Descriptors, question: Record<string, unknown>): Answer => {
  const text = (key: string) => (typeof question[key] === "string" ? question[key] : undefined)
  const symbol = text("file_containing_symbol")
  const file = text("file_by_filename")
  const extended = text("all_extension_numbers_of_type")
  if (symbol !== undefined) return fileOf(known, known.symbols.get(symbol))
  if (file !== undefined) return fileOf(known, file)
  if (extended !== undefined) {
    return known.symbols.has(extended)
      ? { all_extension_numbers_response: { base_type_name: extended, extension_number: [] } }
      : failed(Grpc.status.NOT_FOUND, "not found")
  }
  if (text("list_services") !== undefined) {
    return { list_services_response: { service: known.services.map((name) => ({ name })) } }
  }
  if ("file_containing_extension" in question) return failed(Grpc.status.NOT_FOUND, "there are no extensions")
  return failed(Grpc.status.INVALID_ARGUMENT, "the request asks for nothing")
}

export const addTo = (server: Grpc.Server, sockets: Pick<Sockets, "touch" | "ended">): void => {
  let descriptors: Descriptors | null = null
  let open = 0
  for (const version of ["v1", "v1alpha"] as const) {
    const name = `grpc.reflection.${version}`
    let root: protobuf.Root | null = null
    const typeOf = (message: string) => {
      root ??= protobuf.parse(Protos.reflection(version), { keepCase: true }).root
      return root.lookupType(`${name}.${message}`)
    }
    const answer = (bytes: Buffer): Buffer => {
      const request = typeOf("ServerReflectionRequest").decode(bytes)
      const question = request.toJSON()
      descriptors ??= describe()
      const response = { valid_host: question["host"] ?? "", original_request: request }
      const type = typeOf("ServerReflectionResponse")
      const reply = type.create({ ...response, ...answerOf(descriptors, question) })
      return Buffer.from(type.encode(reply).finish())
    }
    const handle = (call: Grpc.ServerDuplexStream<Buffer, Buffer>) => {
      let count = 0
      call.on("error", () => {})
      if (open >= mostStreams) {
        call.emit("error", { code: Grpc.status.RESOURCE_EXHAUSTED, details: "too many reflection streams" })
        sockets.ended(call.getPeer())
        return
      }
      open += 1
      call.on("close", () => {
        open -= 1
      })
      call.on("end", () => call.end())
      call.on("drain", () => call.resume())
      call.on("data", (bytes: Buffer) => {
        count += 1
        sockets.touch(call.getPeer())
        try {
          if (count > mostQuestions) throw new Error("too many questions")
          if (!call.write(answer(bytes))) call.pause()
        } catch (error) {
          const details = error instanceof Error ? error.message : String(error)
          call.emit("error", { code: Grpc.status.INVALID_ARGUMENT, details })
          sockets.ended(call.getPeer())
        }
      })
    }
    const passThrough = (bytes: Buffer) => bytes
    server.addService(
      {
        serverReflectionInfo: {
          path: `/${name}.ServerReflection/ServerReflectionInfo`,
          requestStream: true,
          responseStream: true,
          requestSerialize: passThrough,
          requestDeserialize: passThrough,
          responseSerialize: passThrough,
          responseDeserialize: passThrough
        }
      },
      { serverReflectionInfo: handle }
    )
  }
}
