/**
 * Group commit: writers that arrive while a transaction is on its way share the next one, and each is resumed only
 * after the commit that holds its write.
 *
 * One fsync then acknowledges many writers. The first writer to arrive leads: it lets everybody who is ready queue up,
 * runs the batch in one transaction (a savepoint each, so that one failure does not take the others along; none for a
 * writer alone, because SQLite copies every page that changes under a savepoint), commits, and hands the lead to the
 * oldest writer still waiting. No fiber of its own, no timer, no lost lead: a write, once queued, cannot be interrupted.
 * On SQLite a batch runs without yielding, so nobody ever queues up at the client's semaphore: that one wakes all who
 * wait at each release and lets newcomers pass (200 waiting readers starved there).
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as EventLoop from "./EventLoop.ts"

export interface GroupCommit {
  /** Run the job in the next transaction; returns after its commit. A job must contain nothing but quick SQL. */
  readonly write: <A, E>(job: Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError>
}

/** What `run` fails with when the job's savepoint has to be rolled back. */
const rollback = Symbol("rollback")

interface Writer {
  /** Runs the job and remembers its exit. */
  readonly run: Effect.Effect<void, typeof rollback>
  readonly fail: (error: SqlError) => void
  readonly wake: Deferred.Deferred<void>
}

/** `maxBatch`: most writers in one transaction, so that nobody waits long. */
export const make = (sql: SqlClient.SqlClient, maxBatch = 128): GroupCommit => {
  const waiting: Array<Writer> = []
  let led = false

  /**
   * In a transaction, or in a savepoint of the one that is open. Only the job's own failure is caught here: a savepoint
   * that fails means that the whole transaction is gone.
   */
  const attempt = (writer: Writer) =>
    sql.withTransaction(writer.run).pipe(
      Effect.catchIf(
        (error) => error === rollback,
        () => Effect.void
      )
    )

  const lead = Effect.gen(function* () {
    // Everything that is ready to write queues up: else each request would get a commit of its own.
    yield* EventLoop.turn
    const batch = waiting.splice(0, maxBatch)
    const each = Effect.forEach(batch, attempt, { discard: true })
    const transaction = batch.length === 1 ? each : sql.withTransaction(each)
    const exit = yield* Effect.exit(Effect.withMaxOpsBeforeYield(transaction, Number.MAX_SAFE_INTEGER))
    if (Exit.isFailure(exit)) {
      // BEGIN or COMMIT failed (a full disk, say): nothing of the batch is on disk, whatever the jobs thought.
      const cause = Cause.squash(exit.cause)
      const error = new SqlError({ cause, message: "the transaction could not be committed" })
      for (const writer of batch) writer.fail(error)
      // The failed COMMIT may have left the transaction open; when it did not, this fails and changes nothing.
      yield* Effect.ignore(Effect.sandbox(sql.unsafe("ROLLBACK")))
    }
    const next = waiting[0]
    led = next !== undefined
    for (const writer of batch) yield* Deferred.succeed(writer.wake, undefined)
    if (next !== undefined) yield* Deferred.succeed(next.wake, undefined)
  })

  return {
    write: <A, E>(job: Effect.Effect<A, E>) =>
      Effect.gen(function* () {
        const wake = yield* Deferred.make<void>()
        let result: Exit.Exit<A, E | SqlError> | undefined
        const run = Effect.flatMap(Effect.exit(job), (exit) => {
          result = exit
          return Exit.isSuccess(exit) ? Effect.void : Effect.fail(rollback)
        })
        const fail = (error: SqlError) => {
          result = Exit.fail(error)
        }
        waiting.push({ run, fail, wake })
        if (led) yield* Deferred.await(wake)
        if (result === undefined) {
          led = true
          yield* lead
        }
        return yield* result ?? Effect.dieMessage("group commit: a batch ended without settling its writers")
      }).pipe(Effect.uninterruptible)
  }
}
