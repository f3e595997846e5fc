/**
 * The control socket of a running program, as a supervised child.
 *
 * Listening is the first phase of the child's start, so a program that says it is ready can be asked. A request is at
 * most 64 kB; a peer that sends more, or garbage, is told so and nobody else notices. The socket serves operators, not a
 * public: it is private to the user of the program.
 */
import * as NodeSocketServer from "@effect/platform-node/NodeSocketServer"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as RpcServer from "@effect/rpc/RpcServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { FileError } from "../cli/Errors.ts"
import { Api, limits } from "./Api.ts"
import { Controlled } from "./Controlled.ts"
import * as Sockets from "./Sockets.ts"

const handlers = Api.toLayer(
  Effect.map(Controlled, (program) =>
    Api.of({
      about: () => Effect.succeed(program.about),
      status: () => program.status,
      watch: ({ perSecond }) =>
        program.changes.pipe(
          Stream.throttle({ cost: (chunk) => chunk.length, units: 1, duration: 1000 / perSecond, strategy: "enforce" })
        ),
      pause: ({ node }) => program.pause(node),
      resume: ({ node }) => program.resume(node),
      restart: ({ node }) => program.restart(node),
      concurrency: ({ limit }) => program.setConcurrency(limit),
      reload: () => program.reload,
      stop: () => program.stop,
      tree: () => program.tree
    })
  )
)

/**
 * Listen until the scope closes. The returned effect serves until it is interrupted: the body of the child.
 */
export const start = (run: string): Effect.Effect<Effect.Effect<never>, FileError, Controlled | Scope.Scope> =>
  Effect.gen(function* () {
    const program = yield* Controlled
    const target = yield* Effect.acquireRelease(
      Effect.try({
        try: () => Sockets.prepare(run, program.about.program),
        catch: (cause) => new FileError({ path: run, problem: `the control socket cannot be made: ${String(cause)}` })
      }),
      (made) => Effect.sync(() => Sockets.remove(made))
    )
    const listener = NodeSocketServer.layer({ path: target.address, backlog: 32, highWaterMark: limits.request })
    const protocol = RpcServer.layerProtocolSocketServer.pipe(
      Layer.provide(Layer.merge(listener, Layer.succeed(RpcSerialization.RpcSerialization, serialization)))
    )
    const context = yield* Layer.build(protocol).pipe(
      Effect.mapError(
        (error) =>
          new FileError({ path: target.path, problem: `the control socket cannot listen: ${String(error.cause)}` })
      )
    )
    yield* Effect.sync(() => Sockets.seal(target))
    return RpcServer.make(Api, { disableTracing: true }).pipe(
      Effect.provide(context),
      Effect.provide(handlers),
      Effect.provideService(Controlled, program)
    )
  })

const serialization = RpcSerialization.makeNdjson({ maxBufferSize: limits.request })
