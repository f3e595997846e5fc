/**
 * The tables of the Nexus spool, as numbered migrations.
 *
 * One row per task in hand or recently closed, one per finished proof of an open task, and one total per outcome that
 * stays exact when old rows are pruned. Inputs are packed into one value (see `packInputs`), because a task is always
 * read whole.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { bytesType, type Migrations } from "./Database.ts"

export const migrations: Migrations = {
  "1_spool": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE spool_tasks (
        node TEXT NOT NULL,
        task_id TEXT NOT NULL,
        program_id TEXT NOT NULL,
        task_type TEXT NOT NULL,
        difficulty TEXT,
        created_at BIGINT,
        inputs ${bytesType(sql)},
        input_count INTEGER NOT NULL,
        fetched_at BIGINT NOT NULL,
        state TEXT NOT NULL,
        detail TEXT NOT NULL,
        closed_at BIGINT,
        PRIMARY KEY (node, task_id)
      )`
    yield* sql`CREATE INDEX spool_tasks_open ON spool_tasks (node, fetched_at) WHERE state = 'open'`
    yield* sql`CREATE INDEX spool_tasks_closed ON spool_tasks (closed_at) WHERE closed_at IS NOT NULL`
    yield* sql`
      CREATE TABLE spool_proofs (
        node TEXT NOT NULL,
        task_id TEXT NOT NULL,
        input INTEGER NOT NULL,
        kind TEXT NOT NULL,
        hash TEXT NOT NULL,
        bytes ${bytesType(sql)} NOT NULL,
        PRIMARY KEY (node, task_id, input),
        FOREIGN KEY (node, task_id) REFERENCES spool_tasks (node, task_id) ON DELETE CASCADE
      )`
    yield* sql`CREATE TABLE spool_totals (outcome TEXT PRIMARY KEY, tasks BIGINT NOT NULL)`
  })
}

/** All inputs of a task as one value: each as a little-endian u32 length and its bytes. */
export const packInputs = (inputs: ReadonlyArray<Uint8Array>): Uint8Array => {
  const packed = new Uint8Array(inputs.reduce((sum, input) => sum + 4 + input.length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const input of inputs) {
    view.setUint32(at, input.length, true)
    packed.set(input, at + 4)
    at += 4 + input.length
  }
  return packed
}

/** The inverse of `packInputs`; throws a RangeError when the value was not made by it. */
export const unpackInputs = (packed: Uint8Array): ReadonlyArray<Uint8Array> => {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const inputs: Array<Uint8Array> = []
  let at = 0
  while (at < packed.length) {
    const end = at + 4 + view.getUint32(at, true)
    if (end > packed.length) throw new RangeError(`packed inputs end in the middle of input ${inputs.length}`)
    inputs.push(packed.slice(at + 4, end))
    at = end
  }
  return inputs
}
