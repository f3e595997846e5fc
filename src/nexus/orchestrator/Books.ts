/**
 * The orchestrator's books: who is registered, which task went to whom, and which proofs were accepted, once each.
 *
 * Everything is one transaction of the group commit: an answer is given only after what it says is on disk. A task is
 * accepted by one conditional update from "open", so that no race and no restart can accept it twice.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { Difficulty, NodeId, type Task, TaskType } from "../../../actors/nexus/Task.ts"
import { Integer } from "../../storage/Database.ts"
import * as GroupCommit from "../../storage/GroupCommit.ts"
import { packInputs, unpackInputs } from "../../storage/NexusSpoolSchema.ts"
import * as Accounts from "./Accounts.ts"
import type { Issued } from "./Issue.ts"

export type BooksError = SqlError | ParseError

export const TaskState = Schema.Literal("open", "accepted", "expired", "vanished")
export type TaskState = typeof TaskState.Type

/** A task in the books. */
export interface Entry extends Issued {
  readonly node: NodeId
  readonly account: string
  /** The key it was fetched with; a submission must be signed by it. */
  readonly publicKey: Uint8Array
  readonly state: TaskState
  readonly expiresAt: number
}

/** What is counted per node. "expired" counts tasks, the last four of the others count answers. */
export type Tally = "issued" | "reissued" | "accepted" | "duplicates" | "refused" | "expired" | "vanished"

export interface Ask {
  readonly node: NodeId
  readonly publicKey: Uint8Array
  /** Hand out a task that the node was given before, if there is one. */
  readonly again: boolean
  /** Make the task with this serial number. */
  readonly make: (serial: number, now: number) => Issued
}

export interface Rules {
  /** Group names by node, as the operator gave them. */
  readonly groups: ReadonlyMap<string, string>
  readonly openTasksPerNode: number
  readonly taskLifetimeMillis: number
  /** Settled tasks that keep a row; the tallies are exact whatever is pruned. */
  readonly settledTasks: number
}

const Row = Schema.Struct({
  task_id: Schema.String,
  node_id: NodeId,
  account: Schema.String,
  public_key: Schema.Uint8ArrayFromSelf,
  program_id: Schema.String,
  task_type: TaskType,
  difficulty: Difficulty,
  generation: Schema.Literal("task", "flat"),
  inputs: Schema.Uint8ArrayFromSelf,
  issued_at: Integer,
  expires_at: Integer,
  state: TaskState
})
const decodeRows = Schema.decodeUnknown(Schema.Array(Row))

const tallyFields = {
  issued: Integer,
  reissued: Integer,
  accepted: Integer,
  duplicates: Integer,
  refused: Integer,
  expired: Integer,
  vanished: Integer
}
const decodeTotals = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ ...tallyFields, nodes: Integer, open: Integer }))
)
const decodeTallies = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ node_id: NodeId, account: Schema.String, ...tallyFields }))
)
const decodeListed = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ serial: Integer, task_id: Schema.String, node_id: NodeId, state: TaskState }))
)
const decodeNumber = Schema.decodeUnknown(Schema.Tuple(Schema.Struct({ value: Integer })))

const entryOf = (row: typeof Row.Type): Entry => {
  const task: Task & { readonly difficulty: Difficulty } = {
    taskId: row.task_id,
    programId: row.program_id,
    type: row.task_type,
    difficulty: row.difficulty,
    inputs: unpackInputs(row.inputs),
    createdAt: row.issued_at
  }
  return {
    task,
    generation: row.generation,
    node: row.node_id,
    account: row.account,
    publicKey: row.public_key,
    state: row.state,
    expiresAt: row.expires_at
  }
}

export type Books = Effect.Effect.Success<ReturnType<typeof make>>

/** Open the books in the database of the context. */
export const make = (rules: Rules) =>
  Effect.map(SqlClient.SqlClient, (sql) => {
    const commits = GroupCommit.make(sql)
    const { write } = commits
    let issues = 0

    const tally = (node: NodeId, account: string, kind: Tally) => {
      const first = {
        issued: 0,
        reissued: 0,
        accepted: 0,
        duplicates: 0,
        refused: 0,
        expired: 0,
        vanished: 0,
        [kind]: 1
      }
      return sql`
        INSERT INTO books_tallies ${sql.insert({ node_id: node, account, ...first })}
        ON CONFLICT (node_id) DO UPDATE SET ${sql(kind)} = books_tallies.${sql(kind)} + 1`
    }

    const accountOf = (node: NodeId): Effect.Effect<string, SqlError> => {
      const group = rules.groups.get(node)
      return group !== undefined
        ? Effect.succeed(Accounts.walletOf(group))
        : Effect.map(
            sql<{ readonly account: string }>`SELECT account FROM books_nodes WHERE node_id = ${node}`,
            (rows) => rows[0]?.account ?? Accounts.ownWallet(node)
          )
    }

    const listed = (tasks: Effect.Effect<ReadonlyArray<unknown>, SqlError>) => Effect.flatMap(tasks, decodeRows)

    /** Open tasks past their time become "expired"; of one node, or of all. */
    const sweep = (now: number, node: NodeId | null) =>
      Effect.gen(function* () {
        const late = yield* sql<{ readonly node_id: NodeId; readonly account: string }>`
          UPDATE books_tasks SET state = 'expired', settled_at = ${now}
          WHERE state = 'open' AND expires_at <= ${now} ${node === null ? sql.literal("") : sql`AND node_id = ${node}`}
          RETURNING node_id, account`
        for (const row of late) yield* tally(row.node_id, row.account, "expired")
      })

    const nextSerial = Effect.map(
      Effect.flatMap(sql`SELECT coalesce(max(serial), 0) + 1 AS value FROM books_tasks`, decodeNumber),
      ([row]) => row.value
    )

    const prune = (serial: number) =>
      sql`DELETE FROM books_tasks WHERE state <> 'open' AND serial <= ${serial - Math.max(1, rules.settledTasks)}`

    const reissue = (ask: Ask, account: string, held: Entry) =>
      Effect.gen(function* () {
        yield* sql`UPDATE books_tasks SET public_key = ${ask.publicKey} WHERE task_id = ${held.task.taskId} AND state = 'open'`
        yield* tally(ask.node, account, "reissued")
        return held
      })

    /**
     * Give a node a task: a new one, or its oldest open one when it holds as many as it may (an answer may have been
     * lost on the way; the task is then bound to the key that asks now).
     */
    const issue = (ask: Ask): Effect.Effect<Issued, BooksError> =>
      write(
        Effect.gen(function* () {
          const now = yield* Clock.currentTimeMillis
          const account = yield* accountOf(ask.node)
          yield* sql`
            INSERT INTO books_nodes ${sql.insert({ node_id: ask.node, account, registered_at: now })}
            ON CONFLICT (node_id) DO NOTHING`
          yield* sweep(now, ask.node)
          const open = yield* listed(
            sql`SELECT * FROM books_tasks WHERE node_id = ${ask.node} AND state = 'open' ORDER BY serial`
          )
          const [oldest] = open
          if (oldest !== undefined && (ask.again || open.length >= rules.openTasksPerNode)) {
            return yield* reissue(ask, account, entryOf(oldest))
          }
          if (ask.again) {
            const [latest] = yield* listed(
              sql`SELECT * FROM books_tasks WHERE node_id = ${ask.node} ORDER BY serial DESC LIMIT 1`
            )
            if (latest !== undefined) return yield* reissue(ask, account, entryOf(latest))
          }
          const serial = yield* nextSerial
          const issued = ask.make(serial, now)
          yield* sql`
            INSERT INTO books_tasks ${sql.insert({
              task_id: issued.task.taskId,
              serial,
              node_id: ask.node,
              account,
              public_key: ask.publicKey,
              program_id: issued.task.programId,
              task_type: issued.task.type,
              difficulty: issued.task.difficulty,
              generation: issued.generation,
              inputs: packInputs(issued.task.inputs),
              issued_at: now,
              expires_at: now + rules.taskLifetimeMillis,
              state: "open",
              proof_hash: null,
              settled_at: null
            })}`
          yield* tally(ask.node, account, "issued")
          issues += 1
          if (issues % 1_024 === 0) yield* prune(serial)
          return issued
        })
      )

    /** A task by its id, or null; "expired" when its time has passed, whether or not the books say so already. */
    const find = (taskId: string): Effect.Effect<Entry | null, BooksError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const [row] = yield* listed(sql`SELECT * FROM books_tasks WHERE task_id = ${taskId}`)
        if (row === undefined) return null
        const entry = entryOf(row)
        return entry.state === "open" && entry.expiresAt <= now ? { ...entry, state: "expired" } : entry
      })

    /** The open tasks of a node, oldest first. */
    const openTasks = (node: NodeId): Effect.Effect<ReadonlyArray<Entry>, BooksError> =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const rows = yield* listed(sql`
          SELECT * FROM books_tasks WHERE node_id = ${node} AND state = 'open' AND expires_at > ${now} ORDER BY serial`)
        return rows.map(entryOf)
      })

    /** Move an open task to its end; false when it was not open any more. */
    const settle = (entry: Entry, state: TaskState, kind: Tally, proofHash: string | null) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const moved = yield* sql`
          UPDATE books_tasks SET state = ${state}, proof_hash = ${proofHash}, settled_at = ${now}
          WHERE task_id = ${entry.task.taskId} AND state = 'open' RETURNING task_id`
        if (moved.length > 0) yield* tally(entry.node, entry.account, kind)
        return moved.length > 0
      })

    /** Accept a checked proof. "duplicate": another submit was first. "gone": it expired or vanished meanwhile. */
    const accept = (entry: Entry, proofHash: string): Effect.Effect<"accepted" | "duplicate" | "gone", BooksError> =>
      write(
        Effect.gen(function* () {
          if (yield* settle(entry, "accepted", "accepted", proofHash)) return "accepted"
          const [row] = yield* listed(sql`SELECT * FROM books_tasks WHERE task_id = ${entry.task.taskId}`)
          if (row?.state !== "accepted") return "gone"
          yield* tally(entry.node, entry.account, "duplicates")
          return "duplicate"
        })
      )

    /** Take an open task away, as if it had never been. */
    const vanish = (entry: Entry): Effect.Effect<boolean, BooksError> =>
      write(settle(entry, "vanished", "vanished", null))

    /** Count an answer that changed no task. */
    const count = (entry: Entry, kind: "duplicates" | "refused"): Effect.Effect<void, BooksError> =>
      write(Effect.asVoid(tally(entry.node, entry.account, kind)))

    const totals = Effect.gen(function* () {
      yield* write(Effect.flatMap(Clock.currentTimeMillis, (now) => sweep(now, null)))
      const sum = (kind: Tally) => sql`coalesce(sum(${sql(kind)}), 0) AS ${sql(kind)}`
      const [row] = yield* Effect.flatMap(
        sql`
          SELECT count(*) AS nodes, (SELECT count(*) FROM books_tasks WHERE state = 'open') AS open,
            ${sum("issued")}, ${sum("reissued")}, ${sum("accepted")}, ${sum("duplicates")}, ${sum("refused")},
            ${sum("expired")}, ${sum("vanished")}
          FROM books_tallies`,
        decodeTotals
      )
      return row ?? (yield* Effect.dieMessage("the books gave no totals"))
    })

    /** Tallies of each node, in the order of their ids as text; at most `limit` after the id `after`. */
    const tallies = (after: string, limit: number) =>
      Effect.flatMap(
        sql`SELECT * FROM books_tallies WHERE node_id > ${after} ORDER BY node_id LIMIT ${limit}`,
        decodeTallies
      )

    /** Tasks in the order of issue; at most `limit` after serial number `after`. */
    const tasks = (after: number, limit: number) =>
      Effect.flatMap(
        sql`SELECT serial, task_id, node_id, state FROM books_tasks WHERE serial > ${after} ORDER BY serial LIMIT ${limit}`,
        decodeListed
      )

    /** A value that is made once and stays with the books. */
    const remember = (name: string, value: string): Effect.Effect<string, BooksError> =>
      write(
        Effect.gen(function* () {
          yield* sql`INSERT INTO books_meta ${sql.insert({ name, value })} ON CONFLICT (name) DO NOTHING`
          const rows = yield* sql<{ readonly value: string }>`SELECT value FROM books_meta WHERE name = ${name}`
          return rows[0]?.value ?? value
        })
      )

    return { accountOf, issue, find, openTasks, accept, vanish, count, totals, tallies, tasks, remember, sql, write }
  })
