/**
 * Many nodes over simulated hours with faults everywhere: what must always hold, and that the same seed tells the same
 * story.
 *
 * Every fetch and submit fails with a chance of 10 % (rate limits with and without header, 5xx, dropped connections
 * before and after the orchestrator acted, truncated answers, no task), every proving with 5 %, and the spool's disk now
 * and then. The fleet is torn down and started again on the same spool several times. The fakes throw when a proof is
 * kept twice, a second task is taken or a task is closed twice; the books of the orchestrator are the other side.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { FleetStatus } from "../../../actors/nexus/FleetStatus.ts"
import * as Harness from "../../harness/Harness.ts"
import { simulated } from "../../harness/SimulatedClock.ts"

interface Run {
  readonly nodes: number
  readonly accounts: number
  readonly minutes: number
  readonly lives: number
  readonly concurrent: number
  readonly seed: number
}

const simulate = ({ accounts, concurrent, lives, minutes, nodes, seed }: Run) =>
  simulated((clock) =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ faultRate: 0.1, inputs: (task) => 1 + (task % 3) })
      const prover = new Harness.FakeProver({
        faultRate: 0.05,
        time: ({ taskId }, input) => 60_000 + ((taskId.length * 7_919 + input * 104_729) % 120_000)
      })
      const spool = new Harness.MemorySpool()
      let writes = 0
      const unclosed = new Set<string>()
      spool.failing = (operation, node) => {
        // A task that could not be kept is left to expire: that case has a test of its own.
        if (operation === "list" || operation === "keep task" || ++writes % 401 !== 0) return false
        if (operation === "close" && node !== null) unclosed.add(spool.open.get(node)?.task.taskId ?? "")
        return true
      }
      const list = Harness.entries(nodes).map((entry, i) => ({ ...entry, account: `account ${i % accounts}` }))
      const config = { nodes: list, settings: { maxConcurrent: concurrent, workersPerNode: 2, startDelayMillis: 100 } }
      const seen: Array<FleetStatus> = []
      for (let life = 0; life < lives; life++) {
        yield* Effect.gen(function* () {
          const { fleet } = yield* Harness.batchFile(config, { orchestrator, prover, spool })
          for (let minute = 0; minute < minutes / lives; minute++) {
            yield* clock.pass(60_000 - (yield* Random.nextIntBetween(0, 1_000)))
            const { turnstile } = yield* fleet.status
            assert.isAtMost(turnstile.busy, concurrent)
          }
          seen.push(yield* fleet.status)
        }).pipe(Effect.scoped)
        assert.strictEqual(prover.running, 0, "nothing proves after its fleet has gone")
      }
      return { orchestrator, prover, spool, seen, unclosed }
    })
  ).pipe(Harness.seeded(seed))

type Story = Effect.Effect.Success<ReturnType<typeof simulate>>

const trace = ({ orchestrator }: Story) =>
  orchestrator.requests.map(({ at, node, operation, subject }) => `${at} ${operation} ${node} ${subject}`).join("\n")

/** Every task is where it belongs, on both sides. */
const audit = ({ orchestrator, seen, spool, unclosed }: Story): void => {
  let acceptedUnheard = 0
  for (const { acceptanceDelivered, afterAcceptance, delivered, node, state, task } of orchestrator.books.values()) {
    const closed = spool.closed.get(`${node}/${task.taskId}`)
    const open = spool.open.get(node)?.task.taskId === task.taskId
    // Only when the disk failed at the close and the whole fleet ended before it was closed at the second try.
    const excused = unclosed.has(task.taskId) ? 1 : 0
    assert.isAtMost(afterAcceptance, excused, `${task.taskId} was submitted again after its acceptance was heard`)
    if (!delivered) assert.isTrue(closed === undefined && !open)
    else if (state === "accepted") {
      if (open) acceptedUnheard += 1
      else assert.include(["accepted", "duplicate"], closed, task.taskId)
      if (acceptanceDelivered && closed !== undefined) assert.isTrue(!open)
    } else assert.isTrue(open || closed === "abandoned", `${task.taskId} was lost: ${closed}`)
  }
  const { abandoned, accepted, duplicate, expired, refused } = spool.outcomes
  assert.strictEqual(orchestrator.accepted, accepted + duplicate + acceptedUnheard)
  assert.deepStrictEqual([expired, refused], [0, 0])
  const counted = (counter: "accepted" | "duplicate" | "abandoned") =>
    seen.reduce((sum, { totals }) => sum + totals[counter], 0)
  assert.isAtMost(counted("accepted"), accepted)
  // A life may end between the spool's word and the board's: at most one task per node and life.
  assert.isAtLeast(
    counted("accepted") + counted("duplicate") + counted("abandoned"),
    accepted + duplicate + abandoned - seen.length * 60
  )
}

describe("simulation", () => {
  const run: Run = { nodes: 60, accounts: 12, minutes: 180, lives: 6, concurrent: 25, seed: 7 }

  it.effect(
    "60 nodes, 3 hours, 6 lives, 10 % faults: nothing is lost, nothing doubled, bounds are kept, all get their turns",
    () =>
      Effect.gen(function* () {
        const before = process.cpuUsage()
        const story = yield* simulate(run)
        const { system, user } = process.cpuUsage(before)
        const seconds = (system + user) / 1e6
        const { orchestrator, prover, seen, spool } = story
        audit(story)
        assert.isAtMost(prover.most, run.concurrent * 2)
        assert.isAbove(orchestrator.accepted, 1_000)
        for (const [key, times] of prover.proved) assert.isAtMost(times, 1 + run.lives, key)
        const served = new Map<string, number>()
        for (const { node, state } of orchestrator.books.values()) {
          if (state === "accepted") served.set(node, (served.get(node) ?? 0) + 1)
        }
        const shares = [...served.values()]
        assert.strictEqual(shares.length, run.nodes)
        assert.isAtMost(Math.max(...shares), 3 * Math.min(...shares))
        const counts = seen.reduce((sum, { totals }) => sum + totals.rateLimited + totals.failedFetches, 0)
        assert.isAbove(counts, 100)
        assert.isAbove(
          seen.reduce((sum, { totals }) => sum + totals.restarts, 0),
          0
        )
        const hours = (run.nodes * run.minutes) / 60
        console.log(
          `simulation: ${hours} node-hours in ${seconds.toFixed(2)} s of CPU (${(hours / seconds).toFixed(0)} node-hours/s), ` +
            `${orchestrator.accepted} tasks accepted, ${spool.outcomes.abandoned} abandoned, ${prover.attempts.size} inputs`
        )
        const short: Run = { ...run, minutes: 36, lives: 3 }
        const twice = [yield* simulate(short), yield* simulate(short)].map(trace)
        assert.strictEqual(twice[0], twice[1], "the same seed tells the same story")
        const other = yield* simulate({ ...short, seed: 8 })
        audit(other)
        assert.notStrictEqual(trace(other), twice[0])
      }),
    120_000
  )

  it.effect("a day of 30 % faults slows nobody down: the last hours bring as much as the first", () =>
    simulated((clock) =>
      Effect.gen(function* () {
        const orchestrator = new Harness.FakeOrchestrator({ faultRate: 0.3 })
        const prover = new Harness.FakeProver({ faultRate: 0.2, time: "3 minutes" })
        const { fleet } = yield* Harness.batchFile({ nodes: Harness.entries(5) }, { orchestrator, prover })
        const quarters: Array<number> = []
        for (let quarter = 0; quarter < 4; quarter++) {
          const before = orchestrator.accepted
          yield* clock.pass("6 hours")
          quarters.push(orchestrator.accepted - before)
        }
        // A back-off that is never reset leaves 3 % of the work after a day (design/effect.md).
        assert.isAbove(Math.min(...quarters), 0.8 * Math.max(...quarters), `${quarters}`)
        const { totals } = yield* fleet.status
        assert.isAbove(totals.failedFetches + totals.failedSubmits + totals.failedProofs, 300)
        assert.isAbove(totals.accepted + totals.duplicate, 1_000)
      }).pipe(Effect.scoped)
    ).pipe(Harness.seeded(24))
  )
})
