/**
 * An orchestrator in memory: issues tasks, keeps books, and fails as its script or its fault rate says.
 *
 * It judges as the real one does (409 for what it has, 404 for what it does not know) and its books are the other side
 * of every invariant: what was issued, handed in, accepted, and how often. Latency runs on the Clock, faults on Random,
 * so a TestClock and a seed make every run repeatable.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import {
  type AccountError,
  type FetchError,
  MalformedReply,
  NotFound,
  RateLimited,
  ServerTrouble,
  type SubmitError,
  TaskExpired,
  Unreachable
} from "../../actors/nexus/Errors.ts"
import type { OrchestratorService } from "../../actors/nexus/Orchestrator.ts"
import { type Difficulty, NodeId, type Task, type TaskType } from "../../actors/nexus/Task.ts"

export interface Request {
  readonly at: number
  readonly operation: "fetch" | "submit" | "wallet"
  readonly node: NodeId
  /** Requested class of a fetch, task of a submit. */
  readonly subject: string
  /** How many requests of this operation came before it, over all nodes. */
  readonly index: number
}

/** What a scripted request does instead of succeeding; "lost answer": it is carried out, but the answer never comes. */
export type Scripted = FetchError | SubmitError | AccountError | "lost answer" | "never" | null

export interface Options {
  readonly local?: boolean
  readonly url?: string
  readonly fetchLatency?: Duration.DurationInput
  readonly submitLatency?: Duration.DurationInput
  readonly inputs?: (task: number) => number
  readonly type?: (task: number) => TaskType
  /** What is assigned for a request; default: what was asked for. */
  readonly assign?: (asked: Difficulty, task: number) => Difficulty | null
  readonly wallet?: (node: NodeId) => string | AccountError
  /** Share of fetches and submits that fail at random, 0 to 1. */
  readonly faultRate?: number
  /** Asked before everything else; null: nothing scripted for this request. */
  readonly script?: (request: Request) => Scripted
}

export interface Book {
  readonly task: Task
  readonly node: NodeId
  /** Whether the node was told of the task. */
  delivered: boolean
  state: "issued" | "accepted" | "expired"
  /** Submissions that reached the books, and those after an acceptance whose answer the node had received. */
  submissions: number
  afterAcceptance: number
  acceptanceDelivered: boolean
}

export class FakeOrchestrator {
  readonly books = new Map<string, Book>()
  readonly requests: Array<Request> = []
  readonly service: OrchestratorService
  /** Change it in the middle of a test. */
  script: (request: Request) => Scripted
  faultRate: number
  /** Only the last `keptRequests` requests are kept, so a long simulation does not grow. */
  keptRequests = 100_000
  readonly counts = { fetch: 0, submit: 0, wallet: 0 }
  readonly #options: Options
  #issued = 0

  constructor(options: Options = {}) {
    this.#options = options
    this.script = options.script ?? (() => null)
    this.faultRate = options.faultRate ?? 0
    const unused = Effect.dieMessage("the fleet never calls this")
    this.service = {
      url: options.url ?? "http://127.0.0.1:50505",
      local: options.local ?? true,
      fetchTask: (node, asked) => this.#fetch(node, asked),
      submit: (node, { proofs, task }) => this.#submit(node, task, proofs.length),
      walletOf: (node) => this.#wallet(node),
      userOf: () => unused,
      registerUser: () => unused,
      registerNode: () => unused
    }
  }

  get accepted(): number {
    let count = 0
    for (const { state } of this.books.values()) if (state === "accepted") count += 1
    return count
  }

  of(operation: Request["operation"], node?: NodeId): ReadonlyArray<Request> {
    return this.requests.filter((request) => request.operation === operation && (!node || request.node === node))
  }

  #fetch(node: NodeId, asked: Difficulty): Effect.Effect<Task, FetchError> {
    return Effect.gen(this, function* () {
      const scripted = yield* this.#arrive("fetch", node, asked, this.#options.fetchLatency ?? "1 second")
      const fault = (scripted as FetchError | "lost answer" | null) ?? (yield* this.#fetchFault())
      if (fault !== null && fault !== "lost answer") return yield* fault
      const task = this.#issue(asked)
      const book: Book = {
        task,
        node,
        delivered: fault === null,
        state: "issued",
        submissions: 0,
        afterAcceptance: 0,
        acceptanceDelivered: false
      }
      this.books.set(task.taskId, book)
      if (fault === "lost answer") return yield* lost("fetch task")
      return task
    })
  }

  #issue(asked: Difficulty): Task {
    const number = this.#issued
    this.#issued += 1
    const inputs = this.#options.inputs?.(number) ?? 1
    return {
      taskId: `task-${number}`,
      programId: "fib_input_initial",
      type: this.#options.type?.(number) ?? "PROOF_REQUIRED",
      difficulty: this.#options.assign === undefined ? asked : this.#options.assign(asked, number),
      inputs: Array.from({ length: inputs }, (_, input) => Uint8Array.of(number, number >> 8, number >> 16, input)),
      createdAt: null
    }
  }

  #submit(node: NodeId, task: Task, proofs: number): Effect.Effect<"accepted" | "duplicate", SubmitError> {
    return Effect.gen(this, function* () {
      const scripted = yield* this.#arrive("submit", node, task.taskId, this.#options.submitLatency ?? "500 millis")
      const fault = (scripted as SubmitError | "lost answer" | null) ?? (yield* this.#submitFault())
      if (fault !== null && fault !== "lost answer") {
        const book = this.books.get(task.taskId)
        if (fault._tag === "TaskExpired" && book !== undefined && book.state === "issued") book.state = "expired"
        return yield* fault
      }
      const book = this.books.get(task.taskId)
      if (book === undefined || book.node !== node || book.state === "expired") {
        return yield* new TaskExpired({ taskId: task.taskId, status: 404, detail: "Task not found" })
      }
      if (proofs !== task.inputs.length) throw new Error(`${task.taskId}: ${proofs} proofs for ${task.inputs.length}`)
      book.submissions += 1
      if (book.acceptanceDelivered) book.afterAcceptance += 1
      const answer = book.state === "accepted" ? "duplicate" : "accepted"
      book.state = "accepted"
      if (fault === "lost answer") return yield* lost("submit proof")
      book.acceptanceDelivered = true
      return answer
    })
  }

  #wallet(node: NodeId): Effect.Effect<string, AccountError> {
    return Effect.gen(this, function* () {
      const scripted = yield* this.#arrive("wallet", node, node, 0)
      if (scripted !== null) return yield* scripted as AccountError
      const wallet = this.#options.wallet?.(node) ?? `0x${node}`
      return typeof wallet === "string" ? wallet : yield* wallet
    })
  }

  #arrive(
    operation: Request["operation"],
    node: NodeId,
    subject: string,
    latency: Duration.DurationInput
  ): Effect.Effect<Exclude<Scripted, "never">> {
    return Effect.gen(this, function* () {
      const at = yield* Clock.currentTimeMillis
      const request: Request = { at, operation, node, subject, index: this.counts[operation] }
      this.counts[operation] += 1
      this.requests.push(request)
      if (this.requests.length > this.keptRequests) this.requests.splice(0, this.keptRequests / 2)
      const scripted = this.script(request)
      if (scripted === "never") return yield* Effect.never
      if (Duration.toMillis(latency) > 0) yield* Effect.sleep(latency)
      return scripted
    })
  }

  #fetchFault(): Effect.Effect<FetchError | "lost answer" | null> {
    return this.#roll<FetchError | "lost answer">([
      (seconds) =>
        new RateLimited({ operation: "fetch task", retryAfterMillis: seconds * 1000, detail: "Rate limit exceeded" }),
      () => new RateLimited({ operation: "fetch task", retryAfterMillis: null, detail: "Rate limit exceeded" }),
      () => new ServerTrouble({ operation: "fetch task", status: 503, retryAfterMillis: null, detail: "unavailable" }),
      () => new NotFound({ operation: "fetch task", what: "task", detail: "none" }),
      () => new MalformedReply({ operation: "fetch task", offset: 7, detail: "truncated" }),
      () => new Unreachable({ operation: "fetch task", detail: "connection refused" }),
      () => "lost answer"
    ])
  }

  #submitFault(): Effect.Effect<SubmitError | "lost answer" | null> {
    return this.#roll<SubmitError | "lost answer">([
      (seconds) =>
        new RateLimited({ operation: "submit proof", retryAfterMillis: seconds * 1000, detail: "limit exceeded" }),
      () => new RateLimited({ operation: "submit proof", retryAfterMillis: null, detail: "limit exceeded" }),
      () => new ServerTrouble({ operation: "submit proof", status: 500, retryAfterMillis: null, detail: "verifier" }),
      () => new Unreachable({ operation: "submit proof", detail: "connection refused" }),
      () => "lost answer"
    ])
  }

  #roll<E>(kinds: ReadonlyArray<(seconds: number) => E>): Effect.Effect<E | null> {
    return Effect.gen(this, function* () {
      if (this.faultRate === 0 || (yield* Random.next) >= this.faultRate) return null
      const kind = kinds[yield* Random.nextIntBetween(0, kinds.length)]
      return kind === undefined ? null : kind(yield* Random.nextIntBetween(1, 30))
    })
  }
}

const lost = (operation: "fetch task" | "submit proof") =>
  new Unreachable({ operation, detail: "connection dropped before the answer" })

/** A node id of the tests. */
export const node = (id: number | string): NodeId => NodeId.make(String(id))
