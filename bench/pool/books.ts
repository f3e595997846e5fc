/**
 * The pool's books, read from outside after the pool has ended.
 */
import { createRequire } from "node:module"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Ledger } from "../../actors/pool/Ledger.ts"
import * as PoolLedger from "../../src/storage/PoolLedger.ts"

export interface ShareRow {
  readonly job_id: string
  readonly worker: string
  readonly nonce: Buffer
  readonly digest: Buffer
}
interface Db {
  readonly prepare: (sql: string) => { readonly all: () => ReadonlyArray<ShareRow> }
  readonly close: () => void
}
const Database = createRequire(import.meta.url)("better-sqlite3") as new (file: string, options: object) => Db

const fileOf = (data: string) => join(data, "pool", "ledger.sqlite")

export const shares = (data: string): ReadonlyArray<ShareRow> => {
  const db = new Database(fileOf(data), { readonly: true })
  const rows = db.prepare("SELECT job_id, worker, nonce, digest FROM ledger_shares").all()
  db.close()
  return rows
}

export const keyOf = (jobId: string, nonce: Buffer) => `${jobId} ${nonce.toString("base64")}`

/** What the ledger's own audit says; null when the books balance. */
export const audit = async (data: string): Promise<string | null> => {
  const checked = Effect.either(Effect.flatMap(Ledger, (ledger) => ledger.audit))
  const said = await Effect.runPromise(Effect.scoped(Effect.provide(checked, PoolLedger.sqlite(fileOf(data)))))
  return Either.isRight(said) ? null : said.left.message
}
