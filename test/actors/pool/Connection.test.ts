/**
 * Connections: identity, silence, resumption, difficulty, abuse.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import { difficultyOf } from "../../../actors/pool/Job.ts"
import * as Grade from "../../../actors/pool/Grade.ts"
import * as Identity from "../../../actors/pool/Identity.ts"
import {
  networkDifficulty,
  nonce,
  pass,
  report,
  settle,
  shut,
  start,
  startDifficulty,
  TestMiner,
  token
} from "../../harness/pool/PoolHarness.ts"

describe("identity", () => {
  it.scoped("the first report is answered with a welcome and the present job", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, { threads: 3 })
      assert.deepStrictEqual(
        miner.pushes.map(({ _tag }) => _tag),
        ["Welcome", "Work"]
      )
      assert.isTrue(miner.work.clean)
      assert.strictEqual(difficultyOf(miner.work.shareTarget) >= startDifficulty, true)
      const { connections } = yield* pool.status
      assert.deepStrictEqual([connections.active, connections.pending, connections.threads], [1, 0, 3])
    })
  )

  it("ACCOUNT.WORKER is taken apart; names are bounded", () => {
    assert.deepStrictEqual(Identity.of({ minerId: "acc.rig.7", worker: "" }), { minerId: "acc", worker: "rig.7" })
    assert.deepStrictEqual(Identity.of({ minerId: "acc.rig", worker: "w" }), { minerId: "acc.rig", worker: "w" })
    for (const minerId of ["", "a b", "ä", "x".repeat(129), "line\nbreak"]) {
      assert.isString(Identity.of({ minerId, worker: "" }))
    }
    assert.isString(Identity.of({ minerId: "a", worker: "w".repeat(65) }))
  })

  it.scoped("tokens: none and a wrong one are refused, the right one is not; ten wrong ones ban the address", () =>
    Effect.gen(function* () {
      const { pool } = yield* start({ settings: { tokens: [token("sesame"), token("other")] } })
      const right = yield* TestMiner.connect(pool, { token: token("sesame") })
      const none = yield* TestMiner.connect(pool, {}, "10.0.0.2")
      assert.isNull(right.closed)
      assert.strictEqual(none.closed?.reason, "unauthorised")
      for (let i = 0; i < 10; i++) yield* TestMiner.connect(pool, { token: token("wrong") }, "10.0.0.3")
      const banned = yield* Effect.exit(TestMiner.connect(pool, { token: token("sesame") }, "10.0.0.3"))
      assert.isTrue(Exit.isFailure(banned))
      assert.strictEqual((yield* pool.status).connections.refused.banned, 1)
    })
  )

  it.scoped("whoever is sent away before it is served is told of, by the name it gave; who just leaves is not", () =>
    Effect.gen(function* () {
      const { pool } = yield* start({ settings: { tokens: [token("sesame")] } })
      const gone = yield* pool.events.pipe(
        Stream.filter((event) => event._tag === "Disconnected"),
        Stream.take(3),
        Stream.runCollect,
        Effect.fork
      )
      yield* settle
      const visitor = yield* TestMiner.connect(pool, null)
      visitor.connection.close("left", "the stream ended")
      yield* TestMiner.connect(pool, { minerId: "bob", worker: "rig-7" })
      yield* TestMiner.connect(pool, { minerId: "", token: token("sesame") })
      yield* TestMiner.connect(pool, null)
      yield* pass(15_000, 1_000)
      const told = Array.from(yield* Fiber.join(gone), ({ detail, minerId, reason, worker }) => [
        reason,
        `${minerId}/${worker}`,
        detail
      ])
      assert.deepStrictEqual(told, [
        ["unauthorised", "bob/rig-7", "this pool asks for a token (--token-file)"],
        ["malformed", "/", "an account name has 1 to 128 visible ASCII characters"],
        ["pre-auth-timeout", "/", "it did not say who it is within 15 s"]
      ])
    })
  )

  it.scoped("pages of connections go on behind one that has left", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miners = yield* Effect.replicateEffect(TestMiner.connect(pool), 40)
      const ids = miners.map(({ connection }) => connection.id)
      const first = yield* pool.connections({ limit: 38, after: null })
      miners[37]?.connection.close("left", "bye")
      yield* settle
      const rest = yield* pool.connections({ limit: 38, after: first.at(-1)?.id ?? null })
      assert.deepStrictEqual(
        [...first, ...rest].map(({ id }) => id),
        ids
      )
      const other = yield* TestMiner.connect(pool, { minerId: "other" })
      const [own, ...none] = yield* pool.connections({ limit: 38, after: null, minerId: "other" })
      assert.deepStrictEqual([own?.id, none], [other.connection.id, []])
      assert.lengthOf(yield* pool.connections({ limit: 38, after: other.connection.id, minerId: "other" }), 0)
    })
  )

  it.scoped("two connections share an account; neither evicts the other; each has its own prefix", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const one = yield* TestMiner.connect(pool)
      const two = yield* TestMiner.connect(pool, {}, "10.0.0.9")
      assert.notStrictEqual(one.work.prefix, two.work.prefix)
      assert.deepStrictEqual([one.closed, two.closed], [null, null])
      assert.strictEqual((yield* one.share()).code, "accepted")
      assert.strictEqual((yield* two.share()).code, "accepted")
      const theirs = yield* two.connection.submit(one.work.job.jobId, nonce(one.work.prefix, startDifficulty, 77n))
      assert.strictEqual(theirs.code, "wrong-prefix")
    })
  )

  it.scoped("a connection keeps its account", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      miner.connection.report(report({ minerId: "mallory" }))
      yield* settle
      assert.strictEqual(miner.closed?.reason, "malformed")
    })
  )

  it.scoped("shares beside the subscription find their connection by address and account, or by session", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, { minerId: "acc.rig7", worker: "" })
      const { address } = miner
      const { session } = miner.welcome
      const id = (claim: Parameters<typeof pool.route>[0]) => pool.route(claim)?.id
      assert.strictEqual(id({ session: null, address, minerId: "acc" }), miner.connection.id)
      assert.strictEqual(id({ session: null, address, minerId: "acc.rig7" }), miner.connection.id)
      assert.strictEqual(id({ session, address: "elsewhere", minerId: "" }), miner.connection.id)
      assert.isUndefined(id({ session: null, address: "10.0.0.66:1", minerId: "acc" }))
      assert.isUndefined(id({ session: null, address, minerId: "bob" }))
      assert.isUndefined(id({ session: `${session}x`, address, minerId: "acc" }))
      miner.connection.close("left", "bye")
      assert.isUndefined(id({ session: null, address, minerId: "acc" }))
    })
  )
})

describe("silence", () => {
  it.scoped("15 s to say who one is", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, null)
      yield* pass(14_900)
      assert.deepStrictEqual([miner.closed], [null])
      yield* pass(200)
      assert.strictEqual(miner.closed?.reason, "pre-auth-timeout")
      assert.strictEqual((yield* pool.status).connections.pending, 0)
    })
  )

  it.scoped("120 s without heartbeat and share end it; either keeps it", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const silent = yield* TestMiner.connect(pool)
      const beating = yield* TestMiner.connect(pool)
      const working = yield* TestMiner.connect(pool)
      for (let i = 0; i < 4; i++) {
        yield* pass(40_000, 10_000)
        beating.connection.report(report())
        yield* working.share()
      }
      yield* settle
      assert.strictEqual(silent.closed?.reason, "idle")
      assert.deepStrictEqual([beating.closed, working.closed], [null, null])
      assert.strictEqual((yield* pool.status).connections.active, 2)
    })
  )
})

describe("resumption", () => {
  it.scoped("statistics, difficulty and outstanding shares survive a reconnect; so does the prefix", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const before = yield* TestMiner.connect(pool, { rate: 10_000 })
      yield* before.share(600_000)
      const outstanding = nonce(before.work.prefix, 500_000n, 99n)
      const { jobId } = before.work.job
      before.connection.close("left", "the cable")
      const after = yield* TestMiner.connect(pool, { resume: before.welcome.session })
      assert.isTrue(after.welcome.resumed)
      assert.strictEqual(after.work.prefix, before.work.prefix)
      assert.strictEqual(after.work.shareTarget, before.work.shareTarget)
      assert.strictEqual((yield* after.connection.submit(jobId, outstanding)).code, "accepted")
      assert.strictEqual((yield* after.connection.submit(jobId, outstanding)).code, "duplicate")
      const [row] = yield* pool.connections({ limit: 10, after: null })
      assert.deepStrictEqual([row?.accepted, row?.resumes], [2, 1])
    })
  )

  it.scoped("its first order is not clean: what was found before may count, and clients would drop it", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const before = yield* TestMiner.connect(pool)
      const kept = before.nonce(startDifficulty)
      const { jobId } = before.work.job
      before.connection.close("left", "the cable")
      yield* chain.refresh
      const after = yield* TestMiner.connect(pool, { resume: before.welcome.session })
      assert.deepStrictEqual([before.work.clean, after.work.clean], [true, false])
      assert.notStrictEqual(after.work.job.jobId, jobId)
      assert.strictEqual((yield* after.connection.submit(jobId, kept)).code, "accepted")
      yield* chain.extend()
      yield* settle
      assert.isTrue(after.work.clean)
    })
  )

  it.scoped("the old half-dead connection goes when its own session comes back", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const before = yield* TestMiner.connect(pool)
      const after = yield* TestMiner.connect(pool, { resume: before.welcome.session })
      assert.strictEqual(before.closed?.reason, "superseded")
      assert.isNull(after.closed)
      assert.strictEqual((yield* pool.status).connections.active, 1)
    })
  )

  it.scoped("a wrong secret, or the secret of another account, is a new session and harms nobody", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const alice = yield* TestMiner.connect(pool)
      const { session } = alice.welcome
      const guess = yield* TestMiner.connect(pool, { resume: `${session.slice(0, -5)}guess` })
      const other = yield* TestMiner.connect(pool, { minerId: "mallory", resume: session })
      assert.deepStrictEqual([guess.welcome.resumed, other.welcome.resumed], [false, false])
      assert.isNull(alice.closed)
    })
  )

  it.scoped(
    "after a quarter of an hour the statistics of a session are forgotten; the ticket still brings its prefix back",
    () =>
      Effect.gen(function* () {
        const { pool } = yield* start()
        const before = yield* TestMiner.connect(pool)
        yield* before.share()
        before.connection.close("left", "bye")
        yield* pass(901_000)
        const other = yield* TestMiner.connect(pool)
        other.connection.close("left", "bye")
        const after = yield* TestMiner.connect(pool, { resume: before.welcome.session })
        assert.strictEqual(after.work.prefix, before.work.prefix)
        const [row] = yield* pool.connections({ limit: 10, after: null })
        assert.strictEqual(row?.accepted, 0)
        assert.strictEqual((yield* after.share()).code, "accepted")
      })
  )
})

describe("difficulty", () => {
  it.scoped("a burst of shares raises it at once; ack and next work carry it", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const told: Array<bigint | null> = []
      for (let i = 0; i < 8; i++) told.push((yield* miner.share(startDifficulty * 100n)).newDifficulty)
      assert.deepStrictEqual(told, [...Array.from({ length: 7 }, () => null), startDifficulty * 4n])
      assert.isFalse(miner.work.clean)
      assert.isAtLeast(Number(difficultyOf(miner.work.shareTarget)), Number(startDifficulty * 4n))
    })
  )

  it.scoped("a share counts what it was searched for, however late it comes, while its job counts", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { jobId } = miner.work.job
      const late = [1n, 4n, 100n].map((luck) => miner.nonce(startDifficulty * luck))
      for (let i = 0; i < 8; i++) yield* miner.share(startDifficulty * 100n)
      yield* pass(20_000)
      const harder = miner.nonce(startDifficulty * 4n)
      const codes = yield* Effect.forEach([...late, harder], (each) =>
        Effect.map(miner.connection.submit(jobId, each), ({ code }) => code)
      )
      assert.deepStrictEqual(codes, ["accepted", "accepted", "accepted", "accepted"])
      assert.deepStrictEqual(
        ledger.shares.slice(-4).map(({ difficulty }) => difficulty),
        [startDifficulty, startDifficulty, startDifficulty, startDifficulty * 4n]
      )
    })
  )

  it.scoped("nobody goes on with an easier target, makes one up, or gets more for a lucky digest", () =>
    Effect.gen(function* () {
      const { chain, ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const easy = miner.work.prefix
      const session = Grade.sessionIn(easy)
      for (let i = 0; i < 8; i++) yield* miner.share(startDifficulty * 100n)
      const asked = startDifficulty * 4n
      const hand = (prefix: bigint, luck: bigint, serial: bigint) =>
        Effect.map(miner.connection.submit(miner.work.job.jobId, nonce(prefix, luck, serial)), ({ code, reason }) =>
          code === "accepted" ? ledger.shares.at(-1)?.difficulty : `${code}: ${reason}`
        )
      const misses = (difficulty: bigint) => `low-difficulty: the digest misses the target of difficulty ${difficulty}`
      const hint = (own: bigint) => `; its nonce_prefix is that of ${own}: every order has its own`
      const trivial = Grade.withGrade(session, 1)
      assert.strictEqual(yield* hand(trivial, startDifficulty, 1n), misses(asked) + hint(1n))
      // A job that came after the harder target: the easier one must meet both, and counts the less.
      yield* chain.refresh
      yield* settle
      assert.strictEqual(yield* hand(easy, startDifficulty * 2n, 1n), misses(asked) + hint(startDifficulty))
      assert.strictEqual(yield* hand(easy, asked, 2n), startDifficulty)
      // A harder one may be chosen before the search, and then it has to be met.
      const hard = Grade.withGrade(session, Grade.gradeOf(asked * 2n))
      assert.strictEqual(yield* hand(hard, asked, 4n), misses(asked * 2n))
      assert.strictEqual(yield* hand(hard, asked * 100n, 5n), asked * 2n)
    })
  )

  it.scoped("falls by a timer when no share comes; the miner is told", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, { rate: 10_000 })
      const first = difficultyOf(miner.work.shareTarget)
      yield* pass(31_000, 1_000)
      const second = difficultyOf(miner.work.shareTarget)
      assert.approximately(Number(first) / Number(second), 4, 0.3)
      assert.isFalse(miner.work.clean)
    })
  )

  it.scoped("never above the network's difficulty, also when that falls", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, { rate: 1e12 })
      assert.isAtMost(Number(difficultyOf(miner.work.shareTarget)), Number(networkDifficulty) + 1)
      chain.target *= 10n
      yield* chain.extend()
      yield* settle
      assert.isAtMost(Number(difficultyOf(miner.work.shareTarget)), Number(networkDifficulty) / 10 + 1)
    })
  )

  it.scoped("the hashrate is measured from accepted shares, whatever the miner claims", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      yield* TestMiner.connect(pool, { rate: 1e9, threads: 1_000, minerId: "boaster" })
      const worker = yield* TestMiner.connect(pool, { minerId: "worker" })
      for (let i = 0; i < 38; i++) {
        yield* pass(3_000)
        yield* worker.share(startDifficulty * 2n)
      }
      const { hashrate } = yield* pool.status
      assert.approximately(hashrate / (Number(startDifficulty) / 3), 1, 0.1)
      const rows = yield* pool.connections({ limit: 10, after: null })
      assert.deepStrictEqual(
        rows.map((row) => [row.minerId, row.hashrate > 0]),
        [
          ["boaster", false],
          ["worker", true]
        ]
      )
    })
  )
})

describe("abuse", () => {
  it.scoped("half of fifty invalid: banned with the reason; others of the address stay; the ban ends", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const good = yield* TestMiner.connect(pool, { minerId: "good" })
      const bad = yield* TestMiner.connect(pool, { minerId: "bad" })
      for (let i = 0; i < 25; i++) {
        yield* bad.share(startDifficulty * 500n)
        assert.isNull(bad.closed)
        yield* bad.share(1n)
      }
      assert.strictEqual(bad.closed?.reason, "banned")
      assert.match(bad.closed?.detail ?? "", /25 of 50/)
      assert.isNull(good.closed)
      const again = yield* TestMiner.connect(pool, { minerId: "bad" })
      assert.strictEqual(again.closed?.reason, "banned")
      assert.strictEqual((yield* pool.bans).length, 1)
      yield* pass(600_000, 60_000)
      const later = yield* TestMiner.connect(pool, { minerId: "bad" })
      assert.isNull(later.closed)
    })
  )

  it.scoped("ten thousand shares in a row over the limit are a flood; one in between that is taken begins anew", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start({ limits: { shareBurst: 1, sharesPerSecond: 1 } })
      const miner = yield* TestMiner.connect(pool, { minerId: "hasty" })
      const { jobId } = miner.work.job
      const same = miner.nonce(startDifficulty)
      const counts = new Map<string, number>()
      const hand = (times: number) => {
        for (let i = 0; i < times; i++) {
          miner.connection.unsafeSubmit(jobId, same, ({ code }) => counts.set(code, (counts.get(code) ?? 0) + 1))
        }
      }
      hand(10_000)
      yield* pass(1_000)
      hand(10_000)
      yield* settle
      assert.deepStrictEqual([miner.closed], [null])
      hand(1)
      assert.strictEqual(miner.closed?.detail, "banned: 10000 shares in a row over the limit")
      assert.strictEqual((yield* TestMiner.connect(pool, { minerId: "hasty" })).closed?.reason, "banned")
      assert.strictEqual(ledger.shares.length, 1)
      assert.strictEqual(counts.get("rate-limited"), 19_999)
    })
  )

  it.scoped("shares that miss their target are no abuse for some seconds after a resumption, and later they are", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const before = yield* TestMiner.connect(pool)
      before.connection.close("left", "gone")
      yield* settle
      const after = yield* TestMiner.connect(pool, { resume: before.welcome.session })
      for (let i = 0; i < 60; i++) assert.strictEqual((yield* after.share(1n)).code, "low-difficulty")
      assert.notStrictEqual(after.closed?.reason, "banned")
      yield* pass(20_000, 1_000)
      for (let i = 0; i < 50; i++) yield* after.share(1n)
      assert.strictEqual(after.closed?.reason, "banned")
    })
  )

  it.scoped("24 of 50 is not enough, and stale shares or unknown jobs never ban", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const old = miner.work.job.jobId
      for (let i = 0; i < 50; i++) yield* miner.share(i % 2 === 0 || i === 1 ? startDifficulty * 500n : 1n)
      yield* chain.extend()
      yield* settle
      for (let i = 0; i < 60; i++) {
        yield* miner.connection.submit(old, miner.nonce(1n))
        yield* miner.connection.submit("before-a-restart", miner.nonce(1n))
      }
      assert.isNull(miner.closed)
    })
  )

  it.scoped("an operator lifts a ban, and ends a connection", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const bad = yield* TestMiner.connect(pool, { minerId: "bad" })
      for (let i = 0; i < 50; i++) yield* bad.share(1n)
      assert.strictEqual(yield* pool.unban("bad"), 1)
      const again = yield* TestMiner.connect(pool, { minerId: "bad" })
      assert.isTrue(yield* pool.disconnect(again.connection.id))
      assert.strictEqual(again.closed?.reason, "operator")
      assert.isFalse(yield* pool.disconnect(again.connection.id))
    })
  )

  it.scoped("limits per address are told with a reason and counted; leaving makes room", () =>
    Effect.gen(function* () {
      const { pool } = yield* start({ limits: { maxConnectionsPerIp: 2 } })
      const first = yield* TestMiner.connect(pool)
      yield* TestMiner.connect(pool)
      const refused = yield* Effect.flip(TestMiner.connect(pool))
      assert.strictEqual(refused.reason, "too-many-from-address")
      first.connection.close("left", "bye")
      yield* pass(1_000)
      yield* TestMiner.connect(pool)
      assert.strictEqual((yield* pool.status).connections.active, 2)
    })
  )
})

describe("floods", () => {
  it.scoped("a flood of reports neither hides a job nor stops the clock", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      let flood: () => void = () => {}
      // Gets each job first, and then buries the other one's under reports.
      const first = yield* pool.connect({ address: "f:1", ip: "f" }, (push) => {
        if (push._tag === "Work") flood()
      })
      first.report(report())
      const miner = yield* TestMiner.connect(pool)
      flood = () => {
        for (let i = 0; i < 500; i++) miner.connection.report(report())
      }
      yield* chain.extend()
      yield* settle
      flood = () => {}
      assert.strictEqual(miner.work.job.candidate.height, 2)
      yield* pass(125_000, 5_000)
      assert.strictEqual(miner.closed?.reason, "idle")
    })
  )
})

describe("end", () => {
  it.scoped("a callback that throws ends its own connection only", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const good = yield* TestMiner.connect(pool)
      const bad = yield* pool.connect({ address: "x:1", ip: "x" }, () => {
        throw new Error("the socket broke")
      })
      bad.report(report())
      yield* settle
      yield* chain.extend()
      yield* settle
      assert.strictEqual(good.work.job.candidate.height, 2)
      assert.strictEqual((yield* pool.status).connections.active, 1)
    })
  )

  it.scoped("drain: nobody comes in, shares in the check are answered, new ones wait, then everybody is told", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const open = yield* shut(ledger)
      const early = yield* Effect.fork(miner.share())
      yield* settle
      const drained = yield* Effect.fork(pool.drain)
      yield* settle
      const late = yield* miner.share()
      assert.deepStrictEqual([late.code, miner.closed], ["rate-limited", null])
      yield* open
      assert.strictEqual((yield* Fiber.join(early)).code, "accepted")
      yield* pass(100, 50)
      yield* Fiber.join(drained)
      assert.strictEqual(miner.closed?.reason, "stopping")
      const refused = yield* Effect.flip(TestMiner.connect(pool))
      assert.strictEqual(refused.reason, "stopping")
    })
  )
})
