/**
 * The durable spool of Nexus work on SQL: tasks in hand, their finished proofs, and how each task ended.
 *
 * Every write goes through the group commit, so that an effect that returned has reached the disk even when hundreds
 * of nodes write at once. The file stays small: a closed task keeps its row without inputs and proofs, old rows are
 * pruned, and the totals per outcome are counted in the transaction that closes.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { SpoolFailed } from "../../actors/nexus/Errors.ts"
import { type Outcome, Spool, type SpooledTask, type SpoolService, type SpoolTotals } from "../../actors/nexus/Spool.ts"
import { Difficulty, NodeId, type Proof, type ProofKind, type Task, TaskType } from "../../actors/nexus/Task.ts"
import * as Database from "./Database.ts"
import type { StorageError } from "./Errors.ts"
import * as GroupCommit from "./GroupCommit.ts"
import { migrations, packInputs, unpackInputs } from "./NexusSpoolSchema.ts"

/** How many closed tasks keep a row, and how long; the totals are exact whatever is pruned. */
export interface Retention {
  readonly closedTasks: number
  readonly closedFor: Duration.DurationInput
}

export const defaultRetention: Retention = { closedTasks: 10_000, closedFor: "7 days" }

/** Closings between two prunings. */
const pruneEvery = 256

const TaskRow = Schema.Struct({
  task_id: Schema.String,
  program_id: Schema.String,
  task_type: TaskType,
  difficulty: Schema.NullOr(Difficulty),
  created_at: Schema.NullOr(Database.Integer),
  inputs: Schema.Uint8ArrayFromSelf,
  fetched_at: Database.Integer
})
const ProofRow = Schema.Struct({
  input: Schema.Int,
  kind: Schema.Literal("stark", "receipt"),
  hash: Schema.String,
  bytes: Schema.Uint8ArrayFromSelf
})
const CountRow = Schema.Struct({ outcome: Schema.String, tasks: Database.Integer })

const decodeTasks = Schema.decodeUnknown(Schema.Array(TaskRow))
const decodeProofs = Schema.decodeUnknown(Schema.Array(ProofRow))
const decodeNodes = Schema.decodeUnknown(Schema.Array(Schema.Struct({ node: NodeId })))
const decodeCounts = Schema.decodeUnknown(Schema.Array(CountRow))

/** The spool in the database of the context. */
export const make = (retention: Retention = defaultRetention) =>
  Effect.map(SqlClient.SqlClient, (sql) => fromClient(sql, retention))

/** Forget proofs of a kind that nobody makes any more; their tasks are proven again. */
const forget = (kind: ProofKind) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const gone = yield* sql`DELETE FROM spool_proofs WHERE kind = ${kind} RETURNING input`
    if (gone.length > 0)
      yield* Effect.logWarning(`${gone.length} proofs of kind ${kind} in the spool are dropped, unsent`)
  })

/** The spool in a SQLite file of its own; proofs of kind `unwanted` that an earlier version left there are dropped first. */
export const layer = (
  file: string,
  retention: Retention = defaultRetention,
  unwanted: ProofKind | null = null
): Layer.Layer<Spool, StorageError> =>
  Layer.effect(
    Spool,
    Effect.zipRight(unwanted === null ? Effect.void : Effect.orDie(forget(unwanted)), make(retention))
  ).pipe(Layer.provide(Database.layer({ file, what: "Nexus spool", migrations })))

const fromClient = (sql: SqlClient.SqlClient, retention: Retention): SpoolService => {
  const commits = GroupCommit.make(sql)
  const keepMillis = Duration.toMillis(retention.closedFor)
  // Starts one short, so that what an earlier process left is pruned at the first closing.
  let closings = pruneEvery - 1

  const keepTask: SpoolService["keepTask"] = (node, task) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      commits.write(sql`
        INSERT INTO spool_tasks ${sql.insert({
          node,
          task_id: task.taskId,
          program_id: task.programId,
          task_type: task.type,
          difficulty: task.difficulty,
          created_at: task.createdAt,
          inputs: packInputs(task.inputs),
          input_count: task.inputs.length,
          fetched_at: now,
          state: "open",
          detail: "",
          closed_at: null
        })}
        ON CONFLICT (node, task_id) DO NOTHING`)
    ).pipe(Effect.asVoid, failingTo(`keep task ${task.taskId} of node ${node}`))

  const keepProof: SpoolService["keepProof"] = (node, taskId, input, proof) =>
    commits
      .write(
        Effect.gen(function* () {
          const [task] = yield* sql<{ readonly state: string; readonly input_count: number }>`
            SELECT state, input_count FROM spool_tasks WHERE node = ${node} AND task_id = ${taskId}`
          if (task === undefined) return yield* Fault.of("the spool holds no such task")
          if (!Number.isInteger(input) || input < 0 || input >= task.input_count) {
            return yield* Fault.of(`the task has ${task.input_count} inputs, numbered from 0`)
          }
          // A proof that arrives after the task was closed is of no more use.
          if (task.state !== "open") return
          yield* sql`
            INSERT INTO spool_proofs ${sql.insert({
              node,
              task_id: taskId,
              input,
              kind: proof.kind,
              hash: proof.hash,
              bytes: proof.bytes
            })}
            ON CONFLICT (node, task_id, input) DO NOTHING`
        })
      )
      .pipe(failingTo(`keep proof ${input} of task ${taskId} of node ${node}`))

  const openTask: SpoolService["openTask"] = (node) =>
    Effect.gen(function* () {
      const [row] = yield* Effect.flatMap(
        sql`
          SELECT task_id, program_id, task_type, difficulty, created_at, inputs, fetched_at FROM spool_tasks
          WHERE node = ${node} AND state = 'open' ORDER BY fetched_at, task_id LIMIT 1`,
        decodeTasks
      )
      if (row === undefined) return null
      const inputs = yield* Effect.try({ try: () => unpackInputs(row.inputs), catch: Fault.of })
      const proofs: Array<Proof | null> = inputs.map(() => null)
      const rows = yield* Effect.flatMap(
        sql`SELECT input, kind, hash, bytes FROM spool_proofs WHERE node = ${node} AND task_id = ${row.task_id}`,
        decodeProofs
      )
      for (const { bytes, hash, input, kind } of rows) {
        if (input < proofs.length) proofs[input] = { kind, hash, bytes: new Uint8Array(bytes) }
      }
      const task: Task = {
        taskId: row.task_id,
        programId: row.program_id,
        type: row.task_type,
        difficulty: row.difficulty,
        inputs,
        createdAt: row.created_at
      }
      return { node, task, proofs, fetchedAt: row.fetched_at } satisfies SpooledTask
    }).pipe(sql.withTransaction, failingTo(`read the open task of node ${node}`))

  const openNodes: SpoolService["openNodes"] = Effect.flatMap(
    sql`SELECT node FROM spool_tasks WHERE state = 'open' GROUP BY node ORDER BY min(fetched_at), node`,
    decodeNodes
  ).pipe(
    Effect.map((rows) => rows.map((row) => row.node)),
    failingTo("list the nodes that have a task in hand")
  )

  const prune = (now: number) => sql`
    DELETE FROM spool_tasks
    WHERE closed_at < ${now - keepMillis} OR closed_at < (
      SELECT closed_at FROM spool_tasks WHERE closed_at IS NOT NULL
      ORDER BY closed_at DESC LIMIT 1 OFFSET ${Math.max(0, retention.closedTasks - 1)})`

  const close: SpoolService["close"] = (node, taskId, outcome, detail) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      commits.write(
        Effect.gen(function* () {
          const closed = yield* sql`
            UPDATE spool_tasks SET state = ${outcome}, detail = ${detail}, closed_at = ${now}, inputs = NULL
            WHERE node = ${node} AND task_id = ${taskId} AND state = 'open' RETURNING task_id`
          if (closed.length === 0) return
          yield* sql`DELETE FROM spool_proofs WHERE node = ${node} AND task_id = ${taskId}`
          yield* sql`
            INSERT INTO spool_totals ${sql.insert({ outcome, tasks: 1 })}
            ON CONFLICT (outcome) DO UPDATE SET tasks = spool_totals.tasks + 1`
          closings += 1
          if (closings % pruneEvery === 0) yield* prune(now)
        })
      )
    ).pipe(failingTo(`close task ${taskId} of node ${node} as ${outcome}`))

  const totals: SpoolService["totals"] = Effect.gen(function* () {
    const counts = yield* Effect.flatMap(
      sql`
        SELECT outcome, tasks FROM spool_totals
        UNION ALL SELECT 'open', count(*) FROM spool_tasks WHERE state = 'open'
        UNION ALL SELECT 'proven', count(*) FROM spool_tasks t WHERE t.state = 'open' AND t.input_count = (
          SELECT count(*) FROM spool_proofs p WHERE p.node = t.node AND p.task_id = t.task_id)`,
      decodeCounts
    )
    const of = (outcome: Outcome | "open" | "proven") => counts.find((row) => row.outcome === outcome)?.tasks ?? 0
    return {
      open: of("open"),
      proven: of("proven"),
      outcomes: {
        accepted: of("accepted"),
        duplicate: of("duplicate"),
        expired: of("expired"),
        refused: of("refused"),
        abandoned: of("abandoned")
      }
    } satisfies SpoolTotals
  }).pipe(failingTo("count its tasks"))

  return { keepTask, keepProof, openTask, openNodes, close, totals }
}

/** What is wrong with a call or a row, before the operation that it belongs to is known. */
class Fault extends Data.TaggedError("Fault")<{ readonly cause: unknown }> {
  static readonly of = (cause: unknown) => new Fault({ cause })
}

const failingTo =
  (operation: string) =>
  <A>(effect: Effect.Effect<A, SqlError | ParseError | Fault>): Effect.Effect<A, SpoolFailed> =>
    Effect.mapError(effect, (error) => new SpoolFailed({ operation, cause: deepest(error) }))

/** The deepest cause, because "Failed to execute statement" helps nobody. */
const deepest = (error: unknown): unknown => {
  let current = error
  while (current instanceof Error && current.cause !== undefined) current = current.cause
  return current
}
