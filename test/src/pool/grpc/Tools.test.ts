import { readdirSync, readFileSync } from "node:fs"
import * as Http2 from "node:http2"
import { createRequire } from "node:module"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Grpc from "@grpc/grpc-js"
import * as ProtoLoader from "@grpc/proto-loader"
import * as Effect from "effect/Effect"
import protobuf from "protobufjs"
import descriptor from "protobufjs/ext/descriptor/index.js"
import { packageRoot } from "../../../../kernels/Paths.ts"
import * as Protos from "../../../../src/pool/grpc/Protos.ts"
import * as Reflection from "../../../../src/pool/grpc/Reflection.ts"
import { FakePool } from "./FakePool.ts"
import { genericClient, originalProto, presentProto, reflect, serve } from "./Peers.ts"

const require = createRequire(import.meta.url)

for (const version of ["v1", "v1alpha"] as const) {
  it.scopedLive(`reflection ${version} lists the services and gives descriptors that work`, () =>
    Effect.gen(function* () {
      const { port } = yield* serve(new FakePool())
      const ask = yield* reflect(port, version)
      const listed = yield* ask({ list_services: "" })
      assert.deepStrictEqual(listed["list_services_response"]?.["service"], [
        { name: "pool.MiningPool" },
        { name: "grpc.health.v1.Health" },
        { name: "grpc.reflection.v1.ServerReflection" }
      ])
      const answered = yield* ask({ file_containing_symbol: "pool.MiningPool.SubmitWork" })
      const [file] = answered["file_descriptor_response"]?.["file_descriptor_proto"] ?? []
      assert.instanceOf(file, Buffer)
      // What a tool does with it: build a client from the bytes alone.
      const loaded = ProtoLoader.loadFileDescriptorSetFromBuffer(
        Buffer.concat([Buffer.from([10]), varint((file as Buffer).length), file as Buffer])
      )
      const service = loaded["pool.MiningPool"] as Grpc.ServiceDefinition
      assert.deepStrictEqual(
        Object.values(service).map(({ path }) => path),
        ["/pool.MiningPool/Subscribe", "/pool.MiningPool/SubmitWork"]
      )
      const decoded = descriptor.FileDescriptorProto.decode(file as Buffer).toJSON()
      assert.include(JSON.stringify(decoded), '"typeName":".pool.SubmitAck.Code"')
      assert.include(JSON.stringify(decoded), '"inputType":".pool.WorkResult"')
      const missing = yield* ask({ file_containing_symbol: "no.Such" })
      assert.strictEqual(Number(missing["error_response"]?.["error_code"]), Grpc.status.NOT_FOUND)
    })
  )
}

it.scopedLive("a stream whose answers are not read is not asked on, and goes on when they are", () =>
  Effect.gen(function* () {
    const { port, questions } = yield* bareReflection
    const session = yield* rawSession(port, { initialWindowSize: 0 })
    const stream = questionStream(session)
    const asked = 200
    for (let i = 0; i < asked; i++) stream.write(listServices)
    yield* Effect.promise(() => quiet(questions))
    assert.isBelow(questions(), asked / 2)
    let bytes = 0
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length
    })
    session.settings({ initialWindowSize: 1 << 20 })
    stream.end()
    yield* Effect.promise(() => new Promise((done) => stream.on("close", done)))
    assert.strictEqual(questions(), asked)
    assert.isAbove(bytes, asked * 50)
  })
)

it.scopedLive("reflection streams are few; one that ends makes room", () =>
  Effect.gen(function* () {
    const { port } = yield* bareReflection
    const session = yield* rawSession(port, {})
    const open = Array.from({ length: 64 }, () => questionStream(session))
    const refused = () =>
      Effect.promise(() => {
        const late = questionStream(session)
        return new Promise<string>((done) => {
          late.once("response", (headers) => done(String(headers["grpc-status"] ?? "open")))
          late.once("trailers", (headers) => done(String(headers["grpc-status"])))
          late.write(listServices)
        })
      })
    assert.strictEqual(yield* refused(), String(Grpc.status.RESOURCE_EXHAUSTED))
    yield* Effect.promise(
      () =>
        new Promise((done) => {
          open[0]?.on("close", done)
          open[0]?.resume().end()
        })
    )
    assert.strictEqual(yield* refused(), "open")
  })
)

/** Nothing but the reflection service, and how many questions it has read. */
const bareReflection = Effect.gen(function* () {
  let questions = 0
  const server = yield* Effect.acquireRelease(
    Effect.sync(() => new Grpc.Server()),
    (made) => Effect.sync(() => made.forceShutdown())
  )
  Reflection.addTo(server, {
    ended: () => {},
    touch: () => {
      questions += 1
    }
  })
  const port = yield* Effect.promise(
    () =>
      new Promise<number>((done, failed) =>
        server.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (error, bound) =>
          error === null ? done(bound) : failed(error)
        )
      )
  )
  return { port, questions: () => questions }
})

const rawSession = (port: number, settings: Http2.Settings) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Http2.ClientHttp2Session>((done) => {
          const session = Http2.connect(`http://127.0.0.1:${port}`, { settings }, () => done(session))
        })
    ),
    (session) => Effect.sync(() => session.destroy())
  )

const questionStream = (session: Http2.ClientHttp2Session) => {
  const stream = session.request({
    ":method": "POST",
    ":path": "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "content-type": "application/grpc",
    te: "trailers"
  })
  stream.on("error", () => {})
  return stream
}

/** ServerReflectionRequest { string list_services = 7 }, as one gRPC message. */
const listServices = Buffer.from([0, 0, 0, 0, 3, 0x3a, 1, 0x2a])

/** Until a count has stopped growing. */
const quiet = async (count: () => number) => {
  for (let last = -1; count() === 0 || count() !== last; ) {
    last = count()
    await new Promise((done) => setTimeout(done, 100))
  }
}

const varint = (value: number): Buffer =>
  Buffer.from(value < 128 ? [value] : value < 16_384 ? [(value & 127) | 128, value >> 7] : [])

it.scopedLive("health follows what the pool can do, for a client of the published package", () =>
  Effect.gen(function* () {
    const { health, port } = yield* serve(new FakePool())
    const { service } = require("grpc-health-check") as { readonly service: ProtoLoader.AnyDefinition }
    const of = yield* genericClient({ health: service }, "health", port)
    const check = (name: string) =>
      Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            const method: unknown = Reflect.get(of, "check")
            if (typeof method === "function") {
              Reflect.apply(method, of, [
                { service: name },
                (error: Grpc.ServiceError | null, reply: { status: string }) =>
                  resolve(error === null ? reply.status : Grpc.status[error.code])
              ])
            }
          })
      )
    assert.strictEqual(yield* check(""), "NOT_SERVING")
    health.set("SERVING")
    assert.strictEqual(yield* check("pool.MiningPool"), "SERVING")
    assert.strictEqual(yield* check("other"), "NOT_FOUND")
    const watch: unknown = Reflect.get(of, "watch")
    if (typeof watch !== "function") return assert.fail("no method")
    const call: Grpc.ClientReadableStream<{ status: string }> = Reflect.apply(watch, of, [{ service: "" }])
    call.on("error", () => {})
    const next = () =>
      Effect.promise(() => new Promise<string>((done) => call.once("data", ({ status }) => done(status))))
    assert.strictEqual(yield* next(), "SERVING")
    health.set("NOT_SERVING")
    assert.strictEqual(yield* next(), "NOT_SERVING")
    call.cancel()
  })
)

it("the text for reflection is pool.proto, also in the bundle", () => {
  const text = readFileSync(presentProto, "utf8")
  assert.strictEqual(Protos.pool, text)
  const chunks = join(packageRoot, "dist", "chunks")
  const bundled = readdirSync(chunks)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(chunks, name), "utf8"))
    .find((chunk) => chunk.includes("service MiningPool {"))
  // Quotes and line ends are escaped there, so line by line.
  for (const line of text.split("\n").filter((each) => !/["`]/.test(each))) assert.include(bundled, line)
})

it("every field of the original protocol keeps its number and type", () => {
  const fieldsOf = (path: string) => {
    const root = protobuf.parse(readFileSync(path, "utf8"), { keepCase: true }).root
    return root.lookup("pool") instanceof protobuf.Namespace
      ? ["WorkOrder", "WorkResult", "SubmitAck", "MinerStatus"].flatMap((name) =>
          root.lookupType(`pool.${name}`).fieldsArray.map((field) => `${name}.${field.id} ${field.name} ${field.type}`)
        )
      : []
  }
  const [original, present] = [fieldsOf(originalProto), new Set(fieldsOf(presentProto))]
  assert.strictEqual(original.length, 11)
  for (const field of original) assert.isTrue(present.has(field), field)
})
