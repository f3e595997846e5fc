import { assert, describe, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Exit, FastCheck, Layer, TestClock } from "effect"
import { Spool, type Outcome } from "../../../actors/nexus/Spool.ts"
import { NodeId, type Proof, type Task } from "../../../actors/nexus/Task.ts"
import * as Database from "../../../src/storage/Database.ts"
import * as NexusSpool from "../../../src/storage/NexusSpool.ts"
import { migrations, packInputs, unpackInputs } from "../../../src/storage/NexusSpoolSchema.ts"

const database = Database.layer({ file: ":memory:", what: "spool", migrations })
const inMemory = (retention = NexusSpool.defaultRetention) =>
  Layer.effect(Spool, NexusSpool.make(retention)).pipe(Layer.provideMerge(database))

const node = NodeId.make("18446744073709551615")
const task = (taskId: string, inputs = 1): Task => ({
  taskId,
  programId: "fib_input_initial",
  type: "ALL_PROOF_HASHES",
  difficulty: "SMALL_MEDIUM",
  inputs: Array.from({ length: inputs }, (_, index) => new Uint8Array([index, 255, 0])),
  createdAt: 1_790_000_000_123
})
const proof = (byte: number): Proof => ({ kind: "receipt", bytes: new Uint8Array(100).fill(byte), hash: `hash${byte}` })

describe("NexusSpool", () => {
  it.effect("gives back exactly what was kept", () =>
    Effect.gen(function* () {
      const spool = yield* Spool
      assert.isNull(yield* spool.openTask(node))
      yield* TestClock.adjust("5 seconds")
      yield* spool.keepTask(node, task("t1", 3))
      yield* spool.keepProof(node, "t1", 1, proof(7))
      assert.deepStrictEqual(yield* spool.openTask(node), {
        node,
        task: task("t1", 3),
        proofs: [null, proof(7), null],
        fetchedAt: 5000
      })
      const bare: Task = { ...task("t2"), difficulty: null, createdAt: null, inputs: [new Uint8Array(0)] }
      const other = NodeId.make("2")
      yield* spool.keepTask(other, bare)
      assert.deepStrictEqual((yield* spool.openTask(other))?.task, bare)
      assert.deepStrictEqual(yield* spool.openNodes, [node, other])
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("does everything once, however often it is asked", () =>
    Effect.gen(function* () {
      const spool = yield* Spool
      yield* spool.keepTask(node, task("t1"))
      yield* spool.keepTask(node, { ...task("t1"), programId: "another" })
      yield* spool.keepProof(node, "t1", 0, proof(1))
      yield* spool.keepProof(node, "t1", 0, proof(2))
      const open = yield* spool.openTask(node)
      assert.strictEqual(open?.task.programId, "fib_input_initial")
      assert.deepStrictEqual(open?.proofs, [proof(1)])
      yield* spool.close(node, "t1", "accepted", "")
      yield* spool.close(node, "t1", "refused", "too late")
      yield* spool.keepTask(node, task("t1"))
      yield* spool.keepProof(node, "t1", 0, proof(1))
      assert.isNull(yield* spool.openTask(node))
      assert.deepStrictEqual(yield* spool.totals, {
        open: 0,
        proven: 0,
        outcomes: { accepted: 1, duplicate: 0, expired: 0, refused: 0, abandoned: 0 }
      })
      const sql = yield* SqlClient.SqlClient
      assert.deepStrictEqual(yield* sql`SELECT count(*) AS n FROM spool_proofs`, [{ n: 0 }])
      assert.deepStrictEqual(yield* sql`SELECT inputs, detail FROM spool_tasks`, [{ inputs: null, detail: "" }])
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("refuses a proof for a task or an input that it does not hold", () =>
    Effect.gen(function* () {
      const spool = yield* Spool
      yield* spool.keepTask(node, task("t1", 2))
      for (const [id, input] of [
        ["t1", 2],
        ["t1", -1],
        ["t1", 0.5],
        ["t9", 0]
      ] as const) {
        const error = yield* Effect.flip(spool.keepProof(node, id, input, proof(1)))
        assert.strictEqual(error._tag, "SpoolFailed")
        assert.include(error.message, id)
      }
    }).pipe(Effect.provide(inMemory()))
  )

  it.effect("counts every task once whatever happens (property against a model)", () =>
    Effect.gen(function* () {
      const step = FastCheck.oneof(
        FastCheck.record({ do: FastCheck.constant("keep" as const), node: FastCheck.nat(3), task: FastCheck.nat(5) }),
        FastCheck.record({
          do: FastCheck.constant("proof" as const),
          node: FastCheck.nat(3),
          task: FastCheck.nat(5),
          input: FastCheck.nat(1)
        }),
        FastCheck.record({
          do: FastCheck.constant("close" as const),
          node: FastCheck.nat(3),
          task: FastCheck.nat(5),
          outcome: FastCheck.constantFrom<Outcome>("accepted", "duplicate", "expired", "refused", "abandoned")
        })
      )
      const check = (steps: ReadonlyArray<FastCheckValue<typeof step>>) =>
        Effect.gen(function* () {
          const spool = yield* Spool
          const model = new Map<string, { state: Outcome | "open"; proofs: Set<number> }>()
          for (const action of steps) {
            const key = `${action.node}/${action.task}`
            const id = NodeId.make(String(action.node))
            const held = model.get(key)
            if (action.do === "keep") {
              if (held === undefined) model.set(key, { state: "open", proofs: new Set() })
              yield* spool.keepTask(id, task(`t${action.task}`, 2))
            } else if (action.do === "proof") {
              if (held?.state === "open") held.proofs.add(action.input)
              const exit = yield* Effect.exit(spool.keepProof(id, `t${action.task}`, action.input, proof(1)))
              assert.strictEqual(Exit.isSuccess(exit), held !== undefined)
            } else {
              if (held?.state === "open") held.state = action.outcome
              yield* spool.close(id, `t${action.task}`, action.outcome, "because")
            }
          }
          const rows = [...model.values()]
          const count = (state: string) => rows.filter((row) => row.state === state).length
          assert.deepStrictEqual(yield* spool.totals, {
            open: count("open"),
            proven: rows.filter((row) => row.state === "open" && row.proofs.size === 2).length,
            outcomes: {
              accepted: count("accepted"),
              duplicate: count("duplicate"),
              expired: count("expired"),
              refused: count("refused"),
              abandoned: count("abandoned")
            }
          })
          const open = new Set([...model].filter(([, row]) => row.state === "open").map(([key]) => key.split("/")[0]))
          assert.deepStrictEqual([...(yield* spool.openNodes)].sort(), [...open].sort())
        }).pipe(Effect.provide(inMemory()))
      const samples = FastCheck.sample(FastCheck.array(step, { maxLength: 40 }), { numRuns: 60, seed: 11 })
      yield* Effect.forEach(samples, check)
    })
  )

  it.effect("prunes closed tasks by number and by age, and keeps the totals exact", () =>
    Effect.gen(function* () {
      const spool = yield* Spool
      const sql = yield* SqlClient.SqlClient
      yield* spool.keepTask(node, task("open for ever"))
      for (let index = 0; index < 1000; index++) {
        if (index % 10 === 0) yield* TestClock.adjust("10 seconds")
        yield* spool.keepTask(node, task(`t${index}`))
        yield* spool.keepProof(node, `t${index}`, 0, proof(1))
        yield* spool.close(node, `t${index}`, index % 2 === 0 ? "accepted" : "expired", "")
      }
      const rows = yield* sql<{ readonly n: number }>`SELECT count(*) AS n FROM spool_tasks`
      assert.isAtMost(rows[0]?.n ?? 0, 50 + 256 + 10)
      assert.isAtLeast(rows[0]?.n ?? 0, 50)
      assert.deepStrictEqual((yield* spool.totals).outcomes, {
        accepted: 500,
        duplicate: 0,
        expired: 500,
        refused: 0,
        abandoned: 0
      })
      yield* TestClock.adjust("2 days")
      for (let index = 0; index < 256; index++) {
        yield* spool.keepTask(node, task(`u${index}`))
        yield* spool.close(node, `u${index}`, "accepted", "")
      }
      assert.deepStrictEqual(yield* sql`SELECT count(*) AS n FROM spool_tasks WHERE task_id LIKE 't%'`, [{ n: 0 }])
      assert.strictEqual((yield* spool.openTask(node))?.task.taskId, "open for ever")
    }).pipe(Effect.provide(inMemory({ closedTasks: 50, closedFor: "1 day" })))
  )

  it("packs and unpacks any inputs", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(FastCheck.uint8Array({ maxLength: 50 })), (inputs) => {
        assert.deepStrictEqual(unpackInputs(packInputs(inputs)), inputs)
      }),
      { seed: 5 }
    )
    assert.throws(() => unpackInputs(new Uint8Array([5, 0, 0, 0, 1])), RangeError)
    assert.throws(() => unpackInputs(new Uint8Array([5, 0])), RangeError)
  })
})

type FastCheckValue<T> = T extends FastCheck.Arbitrary<infer A> ? A : never
