import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Task } from "../../../../actors/nexus/Task.ts"
import * as Accounts from "../../../../src/nexus/orchestrator/Accounts.ts"
import * as Limits from "../../../../src/nexus/orchestrator/Limits.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"
import { fixture } from "../wire/support.ts"
import {
  call,
  fetchAnswer,
  fetchTask,
  jsonOf,
  key,
  proofOf,
  refusalOf,
  serve,
  sha3,
  submission,
  submit
} from "./support.ts"

const open: Limits.Policy = {
  ...Limits.standard,
  name: "open",
  fetch: { max: 1e6, perMillis: 1, minimumMillis: 0 },
  submit: { max: 1e6, perMillis: 1, minimumMillis: 0 }
}

const decoded = <F extends Parameters<typeof Codec.decode>[0]>(type: F, body: Uint8Array) =>
  Codec.decode(type, body).pipe(Effect.orDie)

/** The first task of the wanted type and number of inputs that node 1 gets. */
const taskOf = (url: string, type: Task["type"], several: boolean) =>
  Effect.gen(function* () {
    for (let node = 1; node < 200; node++) {
      const task = yield* fetchTask(url, String(node))
      if (task.type === type && task.inputs.length > 1 === several) return task
    }
    return yield* Effect.dieMessage(`no ${type} in 200 tasks`)
  })

const changed = (body: Uint8Array, change: Partial<Messages.SubmitProofRequest>) =>
  Effect.map(decoded(Messages.SubmitProofRequest, body), (given) =>
    Codec.encode(Messages.SubmitProofRequest, { ...(given as Messages.SubmitProofRequest), ...change })
  )

describe("embedded orchestrator: tasks", () => {
  it.scoped("answers bytes made by another protobuf implementation", () =>
    Effect.gen(function* () {
      const { url } = yield* serve({ maxInputs: 1 })
      const answer = yield* call(url, "POST", "/v3/tasks", fixture("get-proof-task-request-small"))
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers["content-type"], "application/octet-stream")
      const reply = yield* decoded(Messages.GetProofTaskResponse, answer.body)
      assert.strictEqual((reply.task as { programId: string }).programId, "fib_input_initial")
      // Without a public key nobody could submit the task.
      const keyless = yield* call(url, "POST", "/v3/tasks", fixture("get-proof-task-request-largest"))
      assert.strictEqual(keyless.status, 400)
      assert.include(refusalOf(keyless).message, "ed25519_public_key")
      assert.strictEqual((yield* call(url, "GET", "/v3/tasks", fixture("get-tasks-request"))).status, 200)
      // Signed by nobody we know and for a task that does not exist, but well formed: 404, not 400.
      assert.strictEqual((yield* submit(url, fixture("submit-proof-request"))).status, 404)
    })
  )

  for (const type of ["PROOF_REQUIRED", "PROOF_HASH", "ALL_PROOF_HASHES"] as const) {
    for (const several of [false, true]) {
      it.scoped(`accepts ${type} with ${several ? "several inputs" : "one input"} once, and no bad one`, () =>
        Effect.gen(function* () {
          const { books, url } = yield* serve({ limits: open })
          const task = yield* taskOf(url, type, several)
          const wrongProofs = task.inputs.map((input, index) =>
            index === task.inputs.length - 1 ? new Uint8Array(20) : proofOf(input)
          )
          const wrong = yield* submit(url, submission(task, key(1), wrongProofs))
          assert.strictEqual(wrong.status, 422)
          assert.strictEqual(refusalOf(wrong).name, "InvalidProofError")
          assert.strictEqual(refusalOf(wrong).httpCode, 422)
          const good = yield* submit(url, submission(task))
          assert.strictEqual(good.status, 200, Buffer.from(good.body).toString())
          assert.strictEqual(good.body.length, 0)
          const second = yield* submit(url, submission(task))
          assert.strictEqual(second.status, 409)
          const totals = yield* books.totals
          assert.deepInclude(totals, { accepted: 1, refused: 1, duplicates: 1 })
        })
      )
    }
  }

  it.scoped("refuses what is not signed by the key that fetched, and every confusion of hashes", () =>
    Effect.gen(function* () {
      const { books, url } = yield* serve({ limits: open })
      const task = yield* taskOf(url, "PROOF_REQUIRED", false)
      const honest = submission(task)
      const proof = proofOf(task.inputs[0] ?? new Uint8Array(0))
      const sha = sha3(proof)
      const spoilt: Record<string, readonly [Uint8Array, number, string]> = {
        "SHA3-256 instead of Keccak-256": [
          yield* changed(honest, { proofHash: sha, signature: key(1).sign(Signing.message(task.taskId, sha)) }),
          422,
          "Keccak-256"
        ],
        "the signature of another text": [
          yield* changed(honest, { signature: key(1).sign(new Uint8Array(3)) }),
          400,
          "signature"
        ],
        "no signature": [yield* changed(honest, { signature: new Uint8Array(0) }), 400, "signature"],
        "a hash that was not signed": [yield* changed(honest, { proofHash: "00".repeat(32) }), 400, "signature"],
        "a key of its own, validly signed": [submission(task, key(2)), 400, "key that fetched"],
        "a short key": [yield* changed(honest, { ed25519PublicKey: new Uint8Array(31) }), 400, "32"],
        "no proof at all": [yield* changed(honest, { proof: new Uint8Array(0), proofs: [] }), 422, "proofs"],
        "hashes where proofs are wanted": [yield* changed(honest, { allProofHashes: ["ab"] }), 422, "all_proof_hashes"],
        "two different proofs": [yield* changed(honest, { proof: new Uint8Array(5) }), 422, "only proof"],
        "no task": [yield* changed(honest, { taskId: "" }), 400, "task_id"],
        "another task": [
          yield* changed(honest, { taskId: "00000000-0000-0000-0000-000000000000" }),
          404,
          "Task not found"
        ]
      }
      for (const [what, [body, status, text]] of Object.entries(spoilt)) {
        const answer = yield* submit(url, body)
        assert.strictEqual(answer.status, status, what)
        assert.include(refusalOf(answer).message, text, what)
      }
      assert.deepInclude(yield* books.totals, { accepted: 0, refused: 9 })
      assert.strictEqual((yield* submit(url, honest)).status, 200)
    })
  )

  it.scoped("accepts one of many simultaneous submissions", () =>
    Effect.gen(function* () {
      const { books, url } = yield* serve()
      const task = yield* fetchTask(url, "1")
      const answers = yield* Effect.all(
        Array.from({ length: 24 }, () => submit(url, submission(task))),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(answers.filter((answer) => answer.status === 200).length, 1)
      assert.strictEqual(answers.filter((answer) => answer.status === 409).length, 23)
      assert.deepInclude(yield* books.totals, { accepted: 1, duplicates: 23 })
    })
  )

  it.scoped("lets a task expire: 410, and the node gets another", () =>
    Effect.gen(function* () {
      const { books, url } = yield* serve({ taskLifetime: "5 minutes", openTasksPerNode: 1 })
      const task = yield* fetchTask(url, "1")
      yield* TestClock.adjust("299 seconds")
      assert.strictEqual((yield* fetchTask(url, "1")).taskId, task.taskId)
      yield* TestClock.adjust("1 second")
      const late = yield* submit(url, submission(task))
      assert.strictEqual(late.status, 410)
      assert.notStrictEqual((yield* fetchTask(url, "1")).taskId, task.taskId)
      assert.deepInclude(yield* books.totals, { issued: 2, reissued: 1, expired: 1, open: 1 })
    })
  )

  it.scoped("gives a node its oldest task again when it holds as many as it may, under the key that asks", () =>
    Effect.gen(function* () {
      const { books, url } = yield* serve({ openTasksPerNode: 2, limits: open })
      const first = yield* fetchTask(url, "1")
      const second = yield* fetchTask(url, "1")
      assert.notStrictEqual(first.taskId, second.taskId)
      // A client that lost its key, and with it two answers.
      assert.deepStrictEqual(yield* fetchTask(url, "1", key(2)), first)
      assert.strictEqual((yield* submit(url, submission(first, key(1)))).status, 400)
      assert.strictEqual((yield* submit(url, submission(first, key(2)))).status, 200)
      assert.deepInclude(yield* books.totals, { issued: 2, reissued: 1, accepted: 1, open: 1 })
    })
  )

  it.scoped("speaks the older generation: flat answers, and the list of existing tasks by GET with a body", () =>
    Effect.gen(function* () {
      const { url } = yield* serve({ legacyReplies: 1, limits: open })
      const flat = yield* decoded(Messages.GetProofTaskResponse, (yield* fetchAnswer(url, "77")).body)
      assert.isNull(flat.task)
      assert.strictEqual(flat.programId, "fib_input_initial")
      assert.strictEqual((flat.publicInputs as Uint8Array).length, 12)
      const listed = yield* call(url, "GET", "/v3/tasks", Codec.encode(Messages.GetTasksRequest, { nodeId: "77" }))
      const { tasks } = (yield* decoded(Messages.GetTasksResponse, listed.body)) as unknown as {
        tasks: ReadonlyArray<{ taskId: string; publicInputs: Uint8Array }>
      }
      assert.strictEqual(tasks.length, 1)
      assert.strictEqual(tasks[0]?.taskId, flat.taskId)
      assert.deepStrictEqual(tasks[0]?.publicInputs, flat.publicInputs)
      const task = yield* fetchTask(url, "78")
      assert.isNull(task.difficulty)
      assert.strictEqual((yield* submit(url, submission(task))).status, 200)
    })
  )
})

describe("embedded orchestrator: accounts", () => {
  it.scoped("limits by account with 429 and Retry-After, not by node", () =>
    Effect.gen(function* () {
      const groups = Accounts.groupsOf([
        { id: nodeId("1"), account: "us" },
        { id: nodeId("2"), account: "us" },
        { id: nodeId("3"), account: null }
      ])
      const { url } = yield* serve({ groups })
      const statuses: Array<number> = []
      for (let turn = 0; turn < 61; turn++) statuses.push((yield* fetchAnswer(url, turn % 2 === 0 ? "1" : "2")).status)
      assert.deepStrictEqual(new Set(statuses.slice(0, 60)), new Set([200]))
      const refused = yield* fetchAnswer(url, "2")
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers["retry-after"], "60")
      assert.strictEqual(refusalOf(refused).message, "Rate limit exceeded for user. Please try again later.")
      assert.strictEqual((yield* fetchAnswer(url, "3")).status, 200)
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual((yield* fetchAnswer(url, "2")).status, 200)
    })
  )

  it.scoped("registers users and nodes, and knows whose node is whose", () =>
    Effect.gen(function* () {
      const { url } = yield* serve({ limits: { ...open, nodesPerUser: 2 } })
      const wallet = `0x${"aB".repeat(20)}`
      const uuid = "123e4567-e89b-42d3-a456-426614174000"
      const user = (walletAddress: string, id = uuid) =>
        call(url, "POST", "/v3/users", Codec.encode(Messages.RegisterUserRequest, { uuid: id, walletAddress }))
      const node = (userId: string) =>
        call(url, "POST", "/v3/nodes", Codec.encode(Messages.RegisterNodeRequest, { nodeType: "CLI_PROVER", userId }))

      assert.strictEqual((yield* call(url, "GET", `/v3/users/${wallet}`)).status, 404)
      assert.strictEqual((yield* node(uuid)).status, 404)
      assert.strictEqual((yield* user(wallet)).status, 200)
      assert.strictEqual((yield* user(wallet.toLowerCase())).status, 200)
      assert.strictEqual((yield* user(wallet, "123e4567-e89b-42d3-a456-426614174001")).status, 409)
      assert.strictEqual((yield* user("0x12")).status, 400)
      assert.strictEqual((yield* user(wallet, "me")).status, 400)

      const first = yield* decoded(Messages.RegisterNodeResponse, (yield* node(uuid)).body)
      const second = yield* decoded(Messages.RegisterNodeResponse, (yield* node(uuid)).body)
      assert.notStrictEqual(first.nodeId, second.nodeId)
      const third = yield* node(uuid)
      assert.strictEqual(third.status, 429)
      assert.include(refusalOf(third).message, "Limit per user 2 nodes")

      const seen = yield* decoded(Messages.UserResponse, (yield* call(url, "GET", `/v3/users/${wallet}`)).body)
      assert.strictEqual(seen.userId, uuid)
      assert.strictEqual(seen.walletAddress, wallet.toLowerCase())
      assert.strictEqual((seen.nodes as ReadonlyArray<unknown>).length, 2)
      const walletOf = (id: unknown) =>
        Effect.flatMap(call(url, "GET", `/v3/nodes/${String(id)}`), (answer) =>
          decoded(Messages.GetNodeResponse, answer.body)
        )
      assert.strictEqual((yield* walletOf(first.nodeId)).walletAddress, wallet.toLowerCase())
      const stranger = (yield* walletOf("5")).walletAddress
      assert.isTrue(Accounts.isWallet(String(stranger)))
      assert.notStrictEqual((yield* walletOf("6")).walletAddress, stranger)
      assert.strictEqual((yield* fetchAnswer(url, "5")).status, 200)
      assert.strictEqual((yield* walletOf("5")).walletAddress, stranger)
      for (const id of ["abc", "18446744073709551616", "-1", "01"]) {
        const answer = yield* call(url, "GET", `/v3/nodes/${id}`)
        assert.strictEqual(answer.status, 404, id)
        assert.strictEqual(refusalOf(answer).message, "Node not found")
        assert.strictEqual((yield* fetchAnswer(url, id)).status, 404, id)
      }
    })
  )

  it.scoped("shows its books", () =>
    Effect.gen(function* () {
      const { url } = yield* serve({ limits: open })
      for (const node of ["1", "2", "3"]) {
        const task = yield* fetchTask(url, node)
        if (node !== "3") yield* submit(url, submission(task))
      }
      const read = (path: string) => Effect.map(call(url, "GET", path), jsonOf)
      assert.deepInclude(yield* read("/books"), { nodes: 3, issued: 3, accepted: 2, open: 1 })
      const nodes = (yield* read("/books/nodes?after=1&limit=1")) as { nodes: ReadonlyArray<object> }
      assert.strictEqual(nodes.nodes.length, 1)
      assert.deepInclude(nodes.nodes[0], { node_id: "2", issued: 1, accepted: 1 })
      const tasks = (yield* read("/books/tasks?after=1")) as { tasks: ReadonlyArray<{ state: string }> }
      assert.deepStrictEqual(
        tasks.tasks.map((task) => task.state),
        ["accepted", "open"]
      )
      assert.deepInclude(yield* read("/health"), { service: "pitboss-orchestrator", proofs: "receipt", limits: "open" })
    })
  )
})

const nodeId = (text: string) => {
  const id = Accounts.nodeId(text)
  if (id === null) throw new Error(`${text} is no node id`)
  return id
}
