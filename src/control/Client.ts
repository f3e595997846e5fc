/**
 * Finds the running program that a control command means and talks to it.
 *
 * One running program is the default; several need `--target`, none is exit code 4. Every call has a time limit, so a
 * program that hangs is reported and not waited for.
 */
import { createConnection } from "node:net"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import * as RpcClient from "@effect/rpc/RpcClient"
import type { RpcClientError } from "@effect/rpc/RpcClientError"
import type * as RpcGroup from "@effect/rpc/RpcGroup"
import * as RpcSerialization from "@effect/rpc/RpcSerialization"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { Api, limits } from "./Api.ts"
import { ManyTargets, NoTarget, TargetGone } from "./Errors.ts"
import * as Sockets from "./Sockets.ts"

export type Client = RpcClient.RpcClient<RpcGroup.Rpcs<typeof Api>, RpcClientError>

export interface Connection {
  readonly target: Sockets.Target
  /** One call, with its time limit and with trouble of the connection named. */
  readonly call: <A, E>(
    use: (client: Client) => Effect.Effect<A, E | RpcClientError>
  ) => Effect.Effect<A, Exclude<E, RpcClientError> | TargetGone>
  readonly client: Client
}

/** Seconds that a program may take for one answer. */
const patience = 10

export const choose = (run: string, wanted: string | null): Effect.Effect<Sockets.Target, NoTarget | ManyTargets> =>
  Effect.suspend((): Effect.Effect<Sockets.Target, NoTarget | ManyTargets> => {
    const living = Sockets.list(run)
    if (wanted !== null) {
      const named = /^\d+$/.test(wanted) ? living.find((one) => one.pid === Number(wanted)) : Sockets.at(wanted)
      return named ? Effect.succeed(named) : Effect.fail(new NoTarget({ run, wanted, living }))
    }
    const [first, ...others] = living
    if (first === undefined) return Effect.fail(new NoTarget({ run, wanted, living }))
    return others.length > 0 ? Effect.fail(new ManyTargets({ targets: living })) : Effect.succeed(first)
  })

const isClientError = (error: unknown): error is RpcClientError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RpcClientError"

const serialization = RpcSerialization.makeNdjson({ maxBufferSize: limits.answer })

/** Whether somebody listens: the protocol's own connection would wait without saying so. */
const probe = (target: Sockets.Target): Effect.Effect<void, TargetGone> =>
  Effect.async<void, TargetGone>((resume) => {
    const socket = createConnection({ path: target.address })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.once("error", () => resume(Effect.fail(new TargetGone({ target, detail: "nobody listens there" }))))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutFail({
      duration: patience * 1000,
      onTimeout: () => new TargetGone({ target, detail: `no connection within ${patience} s` })
    })
  )

export const connect = (target: Sockets.Target): Effect.Effect<Connection, TargetGone, Scope.Scope> =>
  Effect.gen(function* () {
    const gone = (detail: string) => new TargetGone({ target, detail })
    yield* probe(target)
    const socket = NodeSocket.layerNet({ path: target.address })
    const protocol = RpcClient.layerProtocolSocket({
      retryTransientErrors: false,
      retrySchedule: Schedule.recurs(0)
    }).pipe(Layer.provide(Layer.merge(socket, Layer.succeed(RpcSerialization.RpcSerialization, serialization))))
    const context = yield* Layer.build(protocol).pipe(Effect.mapError(() => gone("nobody listens there")))
    const client = yield* RpcClient.make(Api, { disableTracing: true }).pipe(Effect.provide(context))
    const call: Connection["call"] = (use) =>
      use(client).pipe(
        Effect.timeoutOption(patience * 1000),
        Effect.mapError((error) =>
          isClientError(error) ? gone(error.message) : (error as Exclude<typeof error, RpcClientError>)
        ),
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.fail(gone(`no answer within ${patience} s`)),
            onSome: (value) => Effect.succeed(value)
          })
        )
      )
    return { target, call, client }
  })
