/**
 * The endpoints: what each request means, in the words of the real service.
 *
 * Facts: protocols/nexus-orchestrator.md sections 1, 2 and 5. A path is looked up in one table; every handler gives a
 * reply or a typed refusal. Beside the protocol there is /health, by which another Pitboss recognises this one, and
 * /books, which tells what was issued and accepted.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Difficulty, NodeId } from "../../../actors/nexus/Task.ts"
import type { Reply, Request } from "../../http/Listener.ts"
import * as Codec from "../wire/Codec.ts"
import * as Messages from "../wire/Messages.ts"
import type { Decoded, Fields, MessageType } from "../wire/Schema.ts"
import * as TaskReply from "../wire/TaskReply.ts"
import * as Accounts from "./Accounts.ts"
import type { Books, BooksError, Entry } from "./Books.ts"
import { badRequest, conflict, gone, notFound, type Refusal, wrongMethod } from "./Errors.ts"
import type { Issued } from "./Issue.ts"
import * as Judge from "./Judge.ts"
import type { Limiter } from "./Limits.ts"
import type { Registry } from "./Registry.ts"

export interface Parts {
  readonly books: Books
  readonly registry: Registry
  readonly limiter: Limiter
  readonly judge: Judge.Judge
  readonly issue: (serial: number, hardest: Difficulty, now: number) => Issued
  readonly health: Effect.Effect<object>
}

/** A fault that a handler has to take part in: both are only ever asked for on purpose. */
export type Twist = "vanish" | "again" | null

type Handler = (request: Request, argument: string, twist: Twist) => Effect.Effect<Reply, Refusal | BooksError>

const noBytes = new Uint8Array(0)

const protobuf = (body: Uint8Array): Reply => ({
  status: 200,
  headers: { "content-type": "application/octet-stream" },
  body
})

const json = (status: number, value: unknown, headers: Reply["headers"] = {}): Reply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...headers },
  body: new TextEncoder().encode(`${JSON.stringify(value)}\n`)
})

/** The error body of the real service, and Retry-After when there is one. */
export const refused = (refusal: Refusal): Reply =>
  json(
    refusal.status,
    { name: refusal.name, message: refusal.detail, httpCode: refusal.status },
    refusal.retryAfter === null ? {} : { "retry-after": String(refusal.retryAfter) }
  )

const decode = <F extends Fields>(type: MessageType<F>, body: Uint8Array): Effect.Effect<Decoded<F>, Refusal> =>
  Either.match(Codec.decode(type, body, Number.POSITIVE_INFINITY), {
    onLeft: (error) => badRequest(error.message),
    onRight: Effect.succeed
  })

const nodeOf = (text: string): Effect.Effect<NodeId, Refusal> => {
  const node = Accounts.nodeId(text)
  return node === null ? notFound("Node not found") : Effect.succeed(node)
}

const whole = (query: URLSearchParams, name: string, otherwise: number, most: number): number => {
  const text = query.get(name) ?? ""
  return /^[0-9]{1,15}$/.test(text) ? Math.min(Number(text), most) : otherwise
}

/** A task in the list of existing ones: the clients that ask for it know only the single input of field 3. */
const listed = ({ task }: Entry) => ({
  taskId: task.taskId,
  programId: task.programId,
  publicInputs: task.inputs[0] ?? noBytes,
  createdAt: task.createdAt === null ? null : { seconds: Math.floor(task.createdAt / 1_000), nanos: 0 },
  publicInputsList: task.inputs,
  taskType: task.type,
  difficulty: task.difficulty
})

export const make = (parts: Parts) => {
  const { books, judge, limiter, registry } = parts

  const newTask: Handler = (request, _, twist) =>
    Effect.gen(function* () {
      const asked = yield* decode(Messages.GetProofTaskRequest, request.body)
      const node = yield* nodeOf(asked.nodeId)
      if (asked.ed25519PublicKey.length !== 32) {
        return yield* badRequest(`ed25519_public_key has ${asked.ed25519PublicKey.length} bytes, not 32`)
      }
      yield* limiter.take("fetch", yield* books.accountOf(node))
      if (twist === "vanish") return yield* notFound("Task not found")
      const issued = yield* books.issue({
        node,
        publicKey: asked.ed25519PublicKey,
        again: twist === "again",
        make: (serial, now) => parts.issue(serial, asked.maxDifficulty, now)
      })
      return protobuf(TaskReply.write(issued.task, issued.generation))
    })

  const existingTasks: Handler = (request) =>
    Effect.gen(function* () {
      const asked = yield* decode(Messages.GetTasksRequest, request.body)
      const node = yield* nodeOf(asked.nodeId)
      yield* limiter.take("fetch", yield* books.accountOf(node))
      const open = yield* books.openTasks(node)
      return protobuf(Codec.encode(Messages.GetTasksResponse, { tasks: open.map(listed) }))
    })

  /** A refusal that concerns a task is counted in the books before it is told. */
  const counted =
    (entry: Entry) =>
    <A>(effect: Effect.Effect<A, Refusal>): Effect.Effect<A, Refusal | BooksError> =>
      Effect.tapError(effect, (refusal) =>
        refusal.status === 409
          ? books.count(entry, "duplicates")
          : refusal.status < 500
            ? books.count(entry, "refused")
            : Effect.void
      )

  const submit: Handler = (request, _, twist) =>
    Effect.gen(function* () {
      const given = yield* decode(Messages.SubmitProofRequest, request.body)
      if (given.taskId === "") return yield* badRequest("task_id is missing")
      const entry = yield* books.find(given.taskId)
      if (entry === null) return yield* notFound("Task not found")
      yield* limiter.take("submit", entry.account)
      yield* counted(entry)(Judge.identity(entry, given))
      if (entry.state === "accepted") return yield* counted(entry)(conflict("Proof already submitted"))
      if (entry.state === "vanished") return yield* notFound("Task not found")
      if (entry.state === "expired") return yield* gone("Task expired")
      if (twist === "vanish") {
        yield* books.vanish(entry)
        return yield* notFound("Task not found")
      }
      yield* counted(entry)(judge.proof(entry, given))
      switch (yield* books.accept(entry, given.proofHash)) {
        case "accepted":
          return protobuf(noBytes)
        case "duplicate":
          return yield* conflict("Proof already submitted")
        case "gone":
          return yield* gone("Task expired")
      }
    })

  const readUser: Handler = (_, wallet) =>
    Effect.gen(function* () {
      const user = yield* registry.userOf(wallet)
      const nodes = yield* registry.nodesOf(user)
      return protobuf(
        Codec.encode(Messages.UserResponse, {
          nodes: nodes.map((nodeId) => ({ nodeId, nodeType: "CLI_PROVER" as const })),
          userId: user.userId,
          walletAddress: user.wallet
        })
      )
    })

  const registerUser: Handler = (request) =>
    Effect.gen(function* () {
      const given = yield* decode(Messages.RegisterUserRequest, request.body)
      yield* registry.register(given.uuid, given.walletAddress)
      return protobuf(noBytes)
    })

  const registerNode: Handler = (request) =>
    Effect.gen(function* () {
      const given = yield* decode(Messages.RegisterNodeRequest, request.body)
      const nodeId = yield* registry.registerNode(given.userId)
      return protobuf(Codec.encode(Messages.RegisterNodeResponse, { nodeId }))
    })

  const readNode: Handler = (_, id) =>
    Effect.gen(function* () {
      const node = yield* nodeOf(id)
      const walletAddress = yield* books.accountOf(node)
      return protobuf(Codec.encode(Messages.GetNodeResponse, { walletAddress }))
    })

  const query = (request: Request) => new URLSearchParams(request.target.split("?")[1] ?? "")

  const routes: ReadonlyArray<readonly [method: string, path: RegExp, handler: Handler]> = [
    ["POST", /^\/v3\/tasks$/, newTask],
    ["GET", /^\/v3\/tasks$/, existingTasks],
    ["POST", /^\/v3\/tasks\/submit$/, submit],
    ["GET", /^\/v3\/users\/([^/]+)$/, readUser],
    ["POST", /^\/v3\/users$/, registerUser],
    ["POST", /^\/v3\/nodes$/, registerNode],
    ["GET", /^\/v3\/nodes\/([^/]+)$/, readNode],
    ["GET", /^\/health$/, () => Effect.map(parts.health, (health) => json(200, health))],
    ["GET", /^\/books$/, () => Effect.map(books.totals, (totals) => json(200, totals))],
    [
      "GET",
      /^\/books\/nodes$/,
      (request) => {
        const asked = query(request)
        return Effect.map(books.tallies(asked.get("after") ?? "", whole(asked, "limit", 1_000, 10_000)), (nodes) =>
          json(200, { nodes })
        )
      }
    ],
    [
      "GET",
      /^\/books\/tasks$/,
      (request) => {
        const asked = query(request)
        return Effect.map(books.tasks(whole(asked, "after", 0, 1e15), whole(asked, "limit", 1_000, 10_000)), (tasks) =>
          json(200, { tasks })
        )
      }
    ]
  ]

  /** Answer one request, or refuse it. */
  return (request: Request, twist: Twist): Effect.Effect<Reply, Refusal | BooksError> => {
    const path = request.target.split("?")[0] ?? ""
    const allowed: Array<string> = []
    for (const [method, pattern, handler] of routes) {
      const match = pattern.exec(path)
      if (match === null) continue
      if (method === request.method) {
        const argument = Either.try(() => decodeURIComponent(match[1] ?? ""))
        return Either.isLeft(argument)
          ? badRequest("the path is not valid percent-encoding")
          : handler(request, argument.right, twist)
      }
      allowed.push(method)
    }
    return allowed.length > 0 ? wrongMethod(`use ${allowed.join(" or ")}`) : notFound("No such endpoint")
  }
}
