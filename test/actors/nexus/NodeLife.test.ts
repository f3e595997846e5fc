/** One node (or two) against every way in which fetching, proving and submitting can go. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  MalformedReply,
  NotFound,
  ProofImpossible,
  ProverCrashed,
  ProverOutOfMemory,
  RateLimited,
  ServerTrouble,
  SubmissionRefused,
  TaskExpired,
  Unreachable
} from "../../../actors/nexus/Errors.ts"
import type { NodeState } from "../../../actors/nexus/FleetStatus.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const one = { nodes: Harness.entries(1), settings }

const limited = (operation: "fetch task" | "submit proof", seconds: number | null) =>
  new RateLimited({ operation, retryAfterMillis: seconds === null ? null : seconds * 1000, detail: "limit" })

/** Moments of the requests of one operation. */
const times = (orchestrator: Harness.FakeOrchestrator, operation: "fetch" | "submit") =>
  orchestrator.of(operation).map(({ at }) => at)
const gaps = (moments: ReadonlyArray<number>) => moments.slice(1).map((at, i) => at - (moments[i] ?? 0))

const waiting = (state: NodeState) => {
  assert(state._tag === "Waiting", `expected a wait, got ${state._tag}`)
  return state
}

describe("a node", () => {
  it.scoped("fetches, proves, submits, waits the interval and goes on", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator, spool } = yield* Harness.batchFile(one)
      yield* Harness.settle
      assert.strictEqual((yield* Harness.row(fleet, 1)).state._tag, "Fetching")
      yield* Harness.pass(1_000)
      const proving = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual(proving.state, { _tag: "Proving", proven: 0, inputs: 1, fraction: 0, stage: "trace" })
      assert.strictEqual(proving.task?.taskId, "task-0")
      yield* Harness.pass(2_500)
      const half = { _tag: "Proving", proven: 0, inputs: 1, fraction: 0.5, stage: "commit" } as const
      assert.deepStrictEqual((yield* Harness.row(fleet, 1)).state, half)
      yield* Harness.pass(2_500)
      assert.deepStrictEqual((yield* Harness.row(fleet, 1)).state, { _tag: "Submitting", attempt: 1 })
      yield* Harness.pass(500)
      const after = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual(waiting(after.state), { _tag: "Waiting", until: 7_500, reason: "interval" })
      assert.strictEqual(after.counters.accepted, 1)
      assert.isNull(after.task)
      assert.strictEqual(orchestrator.accepted, 1)
      assert.strictEqual(spool.outcomes.accepted, 1)
      yield* Harness.pass(1_000)
      assert.strictEqual((yield* Harness.row(fleet, 1)).state._tag, "Fetching")
    }).pipe(Harness.onPaper(1))
  )

  it.scoped(
    "submit 429: 12 tries 30 to 60 s apart, then 300 s, for ever; the proof is made once and accepted in the end",
    () =>
      Effect.gen(function* () {
        const orchestrator = new Harness.FakeOrchestrator({
          submitLatency: 0,
          script: ({ index, operation }) =>
            operation === "submit" && index < 14 ? limited("submit proof", null) : null
        })
        const { fleet, prover } = yield* Harness.batchFile(one, { orchestrator })
        yield* Harness.pass(7_000)
        assert.strictEqual(waiting((yield* Harness.row(fleet, 1)).state).reason, "rate-limit")
        for (let i = 0; i < 12; i++) yield* Harness.pass(60_000)
        const cooling = waiting((yield* Harness.row(fleet, 1)).state)
        assert.strictEqual(cooling.reason, "cool-down")
        yield* Harness.pass(600_000)
        const waits = gaps(times(orchestrator, "submit")).slice(0, 14)
        for (const [i, wait] of waits.entries()) {
          if (i === 11) assert.strictEqual(wait, 300_000)
          else assert.isTrue(wait >= 30_000 && wait <= 60_000, `${i}: ${wait}`)
        }
        const subjects = new Set(
          orchestrator
            .of("submit")
            .slice(0, 15)
            .map(({ subject }) => subject)
        )
        assert.deepStrictEqual([...subjects], ["task-0"])
        assert.strictEqual(prover.attempts.get("task-0/0"), 1)
        const { counters } = yield* Harness.row(fleet, 1)
        assert.deepStrictEqual([counters.rateLimited, counters.failedSubmits], [14, 14])
        assert.isAtLeast(counters.accepted, 1)
      }).pipe(Harness.onPaper(2))
  )

  it.scoped("Retry-After is honoured to the second, and asked again after an hour when it is longer", () =>
    Effect.gen(function* () {
      const asked = [7, 86_400]
      const orchestrator = new Harness.FakeOrchestrator({
        submitLatency: 0,
        script: ({ index, operation }) =>
          operation === "submit" && index < 2 ? limited("submit proof", asked[index] ?? 0) : null
      })
      yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(14_000, 1_000)
      yield* Harness.pass(3_601_000)
      assert.deepStrictEqual(gaps(times(orchestrator, "submit")).slice(0, 2), [7_000, 3_600_000])
    }).pipe(Harness.onPaper(3))
  )

  it.scoped(
    "fetch 429 without a header: 30 to 60 s each, no cool-down however often; with one, 12 of them cool down",
    () =>
      Effect.gen(function* () {
        const plain = new Harness.FakeOrchestrator({
          fetchLatency: 0,
          script: ({ index }) => (index < 30 ? limited("fetch task", null) : null)
        })
        yield* Harness.batchFile(one, { orchestrator: plain })
        for (let i = 0; i < 31; i++) yield* Harness.pass(60_000)
        const waits = gaps(times(plain, "fetch")).slice(0, 29)
        assert.strictEqual(waits.length, 29)
        assert.isTrue(waits.every((wait) => wait >= 30_000 && wait <= 60_000))
      }).pipe(Harness.onPaper(4))
  )

  it.scoped("fetch 429 with a header: the twelfth in a row cools down", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ fetchLatency: 0, script: () => limited("fetch task", 10) })
      yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(430_000, 10_000)
      assert.deepStrictEqual(gaps(times(orchestrator, "fetch")).slice(0, 12), [...Array(11).fill(10_000), 300_000])
    }).pipe(Harness.onPaper(5))
  )

  it.scoped("a success resets its schedules: the twelfth rate limit counts only in a row", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        fetchLatency: 0,
        submitLatency: 0,
        script: ({ index, operation }) =>
          index === 11 || index > 12 || operation === "wallet"
            ? null
            : limited(operation === "fetch" ? "fetch task" : "submit proof", 10)
      })
      yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(290_000, 5_000)
      for (const operation of ["fetch", "submit"] as const) {
        const waits = gaps(times(orchestrator, operation))
        assert.deepStrictEqual(waits.slice(0, 11), Array(11).fill(10_000), operation)
        assert.strictEqual(waits[12], 10_000, `${operation} ${waits}`)
      }
    }).pipe(Harness.onPaper(22))
  )

  it.scoped("a proof that was made resets the prover's schedule", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({
        time: 0,
        script: ({ taskId }, _, attempt) => (attempt <= 3 ? new ProverCrashed({ taskId, detail: "x" }) : null)
      })
      const { fleet, orchestrator } = yield* Harness.batchFile(one, { prover })
      const waits: Array<number> = []
      while (orchestrator.accepted < 1) {
        yield* Harness.pass(250)
        const { state } = yield* Harness.row(fleet, 1)
        const { at } = yield* fleet.status
        if (state._tag === "Waiting" && state.reason === "prover") waits.push(state.until - at)
      }
      assert.isAbove(Math.max(...waits), 2_500)
      yield* Harness.pass(2_250, 250)
      const again = yield* Harness.row(fleet, 1)
      assert.strictEqual(waiting(again.state).reason, "prover")
      assert.isAtMost(waiting(again.state).until - (yield* fleet.status).at, 1_000)
    }).pipe(Harness.onPaper(23))
  )

  it.scoped("404 on a submit: dropped at once, never submitted again, the next task comes", () =>
    Effect.gen(function* () {
      const expired = new TaskExpired({ taskId: "task-0", status: 404, detail: "Task not found" })
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ operation, subject }) => (operation === "submit" && subject === "task-0" ? expired : null)
      })
      const { fleet, spool } = yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(20_000, 500)
      assert.strictEqual(orchestrator.of("submit").filter(({ subject }) => subject === "task-0").length, 1)
      assert.strictEqual(spool.closed.get("1/task-0"), "expired")
      assert.strictEqual((yield* Harness.row(fleet, 1)).counters.expired, 1)
      assert.isAbove(orchestrator.accepted, 0)
    }).pipe(Harness.onPaper(6))
  )

  it.scoped("409 counts as done; a lost answer is submitted again and accepted as a duplicate", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ index, operation }) => (operation === "submit" && index === 0 ? "lost answer" : null)
      })
      const { fleet, prover, spool } = yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(9_500, 500)
      const { counters } = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual([counters.accepted, counters.duplicate, counters.failedSubmits], [0, 1, 1])
      assert.strictEqual(spool.closed.get("1/task-0"), "duplicate")
      assert.strictEqual(prover.attempts.get("task-0/0"), 1)
    }).pipe(Harness.onPaper(7))
  )

  it.scoped("a refused proof is closed as refused, counted once and never sent again", () =>
    Effect.gen(function* () {
      const refused = new SubmissionRefused({ taskId: "task-0", status: 422, detail: "bad hash" })
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ index, operation }) => (operation === "submit" && index === 0 ? refused : null)
      })
      const { fleet, spool } = yield* Harness.batchFile(one, { orchestrator })
      yield* Harness.pass(6_500, 500)
      const row = yield* Harness.row(fleet, 1)
      assert.strictEqual(waiting(row.state).reason, "refused")
      assert.match(row.lastError?.message ?? "", /task-0.*refused.*bad hash/)
      yield* Harness.pass(15_000, 500)
      assert.strictEqual(spool.closed.get("1/task-0"), "refused")
      assert.strictEqual(orchestrator.of("submit").filter(({ subject }) => subject === "task-0").length, 1)
      assert.strictEqual((yield* Harness.row(fleet, 1)).counters.refused, 1)
    }).pipe(Harness.onPaper(8))
  )

  it.scoped("no network, 5xx, nonsense, no task: each has its own growing wait and its own reason, and they pass", () =>
    Effect.gen(function* () {
      const failures = [
        new Unreachable({ operation: "fetch task", detail: "refused" }),
        new ServerTrouble({ operation: "fetch task", status: 503, retryAfterMillis: null, detail: "busy" }),
        new MalformedReply({ operation: "fetch task", offset: 3, detail: "truncated" }),
        new NotFound({ operation: "fetch task", what: "task", detail: "none" })
      ]
      const orchestrator = new Harness.FakeOrchestrator({
        fetchLatency: 0,
        script: ({ index, operation }) => (operation === "fetch" ? (failures[index] ?? null) : null)
      })
      const { fleet } = yield* Harness.batchFile(one, { orchestrator })
      const reasons: Array<string> = []
      for (let i = 0; i < 4; i++) {
        yield* Harness.settle
        const state = waiting((yield* Harness.row(fleet, 1)).state)
        reasons.push(state.reason)
        yield* Harness.pass(state.until - (yield* fleet.status).at)
      }
      assert.deepStrictEqual(reasons, ["network", "server", "reply", "no-task"])
      const limits = [1_000, 2_000, 2_000, 15_000]
      for (const [i, gap] of gaps(times(orchestrator, "fetch")).entries()) {
        assert.isTrue(gap <= (limits[i] ?? 0) && gap >= 0.79 * (limits[i] ?? 0), `${i}: ${gap}`)
      }
      yield* Harness.pass(6_000, 1_000)
      assert.strictEqual(orchestrator.accepted, 1)
    }).pipe(Harness.onPaper(9))
  )

  it.scoped("a crashed prover proves the same task again; the fifth crash in a row leaves the task", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({
        script: ({ taskId }) => (taskId === "task-0" ? new ProverCrashed({ taskId, detail: "signal 11" }) : null)
      })
      const { fleet, orchestrator, spool } = yield* Harness.batchFile(one, { prover })
      yield* Harness.pass(6_000)
      assert.strictEqual(waiting((yield* Harness.row(fleet, 1)).state).reason, "prover")
      yield* Harness.pass(90_000, 1_000)
      assert.strictEqual(prover.attempts.get("task-0/0"), 5)
      assert.strictEqual(spool.closed.get("1/task-0"), "abandoned")
      assert.isAbove(orchestrator.accepted, 0)
      const { counters } = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual([counters.failedProofs, counters.abandoned, counters.restarts], [5, 1, 0])
    }).pipe(Harness.onPaper(10))
  )

  it.scoped("out of memory three times: the task is left and an easier class is asked for", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({
        script: ({ taskId }) =>
          taskId === "task-0" ? new ProverOutOfMemory({ taskId, peakBytes: null, detail: "signal 9" }) : null
      })
      const { orchestrator, spool } = yield* Harness.batchFile(one, { prover })
      yield* Harness.pass(180_000, 1_000)
      assert.strictEqual(prover.attempts.get("task-0/0"), 3)
      assert.strictEqual(spool.closed.get("1/task-0"), "abandoned")
      assert.deepStrictEqual(
        orchestrator
          .of("fetch")
          .slice(0, 2)
          .map(({ subject }) => subject),
        ["SMALL_MEDIUM", "SMALL"]
      )
    }).pipe(Harness.onPaper(11))
  )

  it.scoped("what can not be proved is left at once", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({
        script: ({ taskId }) => (taskId === "task-0" ? new ProofImpossible({ taskId, detail: "n too large" }) : null)
      })
      const { orchestrator, spool } = yield* Harness.batchFile(one, { prover })
      yield* Harness.pass(30_000, 1_000)
      assert.strictEqual(prover.attempts.get("task-0/0"), 1)
      assert.strictEqual(spool.closed.get("1/task-0"), "abandoned")
      assert.isAbove(orchestrator.accepted, 0)
    }).pipe(Harness.onPaper(12))
  )

  it.scoped("several inputs: at most workers-per-node at a time, one crash costs only its own input", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ inputs: () => 5 })
      const prover = new Harness.FakeProver({
        script: ({ taskId }, input, attempt) =>
          taskId === "task-0" && input === 1 && attempt === 1 ? new ProverCrashed({ taskId, detail: "x" }) : null
      })
      const config = { nodes: Harness.entries(1), settings: { ...settings, workersPerNode: 2 } }
      const { fleet } = yield* Harness.batchFile(config, { orchestrator, prover })
      yield* Harness.pass(9_000, 500)
      assert.strictEqual((yield* Harness.row(fleet, 1)).task?.proven, 1, "the one in flight beside the crash is kept")
      yield* Harness.pass(16_000, 500)
      assert.strictEqual(prover.most, 2)
      assert.strictEqual(orchestrator.accepted, 1)
      assert.deepStrictEqual(
        [0, 1, 2, 3, 4].map((input) => prover.attempts.get(`task-0/${input}`)),
        [1, 2, 1, 1, 1]
      )
    }).pipe(Harness.onPaper(13))
  )

  it.scoped("promotion by what the server assigned; a configured maximum fixes the request", () =>
    Effect.gen(function* () {
      const free = new Harness.FakeOrchestrator({ assign: (asked) => (asked === "LARGE" ? "SMALL" : asked) })
      yield* Harness.batchFile(one, { orchestrator: free })
      yield* Harness.pass(29_000, 500)
      const asked = free.of("fetch").map(({ subject }) => subject)
      assert.deepStrictEqual(asked, ["SMALL_MEDIUM", "MEDIUM", "LARGE", "SMALL_MEDIUM"])
    }).pipe(Harness.onPaper(14))
  )

  it.scoped("--max-difficulty fixes the request", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(1), settings: { ...settings, maxDifficulty: "EXTRA_LARGE" as const } }
      const { orchestrator } = yield* Harness.batchFile(config)
      yield* Harness.pass(20_000, 500)
      assert.deepStrictEqual([...new Set(orchestrator.of("fetch").map(({ subject }) => subject))], ["EXTRA_LARGE"])
    }).pipe(Harness.onPaper(15))
  )

  it.scoped("slow work (420 s) is not promoted; waits do not count as work", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ index, operation }) =>
          operation === "submit" && index === 0 ? limited("submit proof", 3_000) : null
      })
      const prover = new Harness.FakeProver({
        time: ({ taskId }) => (taskId === "task-0" ? "10 seconds" : "420 seconds")
      })
      yield* Harness.batchFile(one, { orchestrator, prover })
      yield* Harness.pass(3_030_000, 10_000)
      yield* Harness.pass(430_000, 10_000)
      const asked = orchestrator.of("fetch").map(({ subject }) => subject)
      assert.deepStrictEqual(asked.slice(0, 3), ["SMALL_MEDIUM", "MEDIUM", "MEDIUM"])
    }).pipe(Harness.onPaper(16))
  )
})
