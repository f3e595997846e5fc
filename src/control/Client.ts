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
import { type Language, same, type Text } from "../../config/Setting.ts"
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

const nobody: Text = { en: "nobody listens there", zh: "那里没有程序在监听" }

/** Seconds that a program may take for one answer. */
const patience = 10

/** Every program that may be meant: the named one, else all that run; at least one. */
export const chooseAll = (
  run: string,
  wanted: string | null,
  language: Language
): Effect.Effect<ReadonlyArray<Sockets.Target>, NoTarget> =>
  Effect.suspend(() => {
    const living = Sockets.list(run)
    const named = living.filter(({ pid, program }) => wanted === null || program === wanted || String(pid) === wanted)
    const socket = wanted === null || named.length > 0 || /^\d+$/.test(wanted) ? null : Sockets.at(wanted)
    const found = socket === null ? named : [socket]
    return found.length > 0 ? Effect.succeed(found) : Effect.fail(new NoTarget({ run, wanted, living, language }))
  })

/** The one program that is meant. */
export const choose = (
  run: string,
  wanted: string | null,
  language: Language
): Effect.Effect<Sockets.Target, NoTarget | ManyTargets> =>
  Effect.flatMap(chooseAll(run, wanted, language), ([first, ...others]) =>
    first !== undefined && others.length === 0
      ? Effect.succeed(first)
      : Effect.fail(new ManyTargets({ targets: [...(first ? [first] : []), ...others], language }))
  )

const isClientError = (error: unknown): error is RpcClientError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "RpcClientError"

const serialization = RpcSerialization.makeNdjson({ maxBufferSize: limits.answer })

/** Whether somebody listens: the protocol's own connection would wait without saying so. */
const probe = (target: Sockets.Target, gone: (detail: Text) => TargetGone): Effect.Effect<void, TargetGone> =>
  Effect.async<void, TargetGone>((resume) => {
    const socket = createConnection({ path: target.address })
    socket.once("connect", () => {
      socket.destroy()
      resume(Effect.void)
    })
    socket.once("error", () => resume(Effect.fail(gone(nobody))))
    return Effect.sync(() => socket.destroy())
  }).pipe(
    Effect.timeoutFail({
      duration: patience * 1000,
      onTimeout: () => gone({ en: `no connection within ${patience} s`, zh: `${patience} 秒内未能连接` })
    })
  )

export const connect = (
  target: Sockets.Target,
  language: Language
): Effect.Effect<Connection, TargetGone, Scope.Scope> =>
  Effect.gen(function* () {
    const gone = (detail: Text) => new TargetGone({ target, detail, language })
    yield* probe(target, gone)
    const socket = NodeSocket.layerNet({ path: target.address })
    const protocol = RpcClient.layerProtocolSocket({
      retryTransientErrors: false,
      retrySchedule: Schedule.recurs(0)
    }).pipe(Layer.provide(Layer.merge(socket, Layer.succeed(RpcSerialization.RpcSerialization, serialization))))
    const context = yield* Layer.build(protocol).pipe(Effect.mapError(() => gone(nobody)))
    const client = yield* RpcClient.make(Api, { disableTracing: true }).pipe(Effect.provide(context))
    const call: Connection["call"] = (use) =>
      use(client).pipe(
        Effect.timeoutOption(patience * 1000),
        Effect.mapError((error) =>
          isClientError(error) ? gone(same(error.message)) : (error as Exclude<typeof error, RpcClientError>)
        ),
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.fail(gone({ en: `no answer within ${patience} s`, zh: `${patience} 秒内没有应答` })),
            onSome: (value) => Effect.succeed(value)
          })
        )
      )
    return { target, call, client }
  })
