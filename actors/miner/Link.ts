/**
 * The actor that keeps the miner connected: one session after the other, for ever, over a list of pools.
 *
 * | what happens | what it does |
 * |---|---|
 * | a try fails | the next address; after the last one a wait, doubling from 250 ms to 5 s, up to half of it random |
 * | a session that gave work is lost | the first address again; for half a minute waits of at most 1 s, for a restart is short |
 * | the pool refuses for good (wrong token, banned) | that address rests for a minute |
 * | a fallback serves | every minute it is looked whether the first address is back, with work |
 * | no work comes for a minute | the next address; without another one it waits and says so: silence is no error |
 *
 * Losing a pool is expected trouble and stays in here. The threads go on with the last job meanwhile; shares without an
 * answer are handed in again to the pool that they belong to.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Backoff from "../runtime/Backoff.ts"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import { type MinerCore, unusable } from "./MinerCore.ts"
import type { Pending } from "./Outbox.ts"
import { LinkLost, PoolLink, type PoolLinkService, type PoolSession } from "./PoolLink.ts"

const backoff = Backoff.make({ min: "250 millis", max: "5 seconds", jitter: 0.5 })
/** The same for a pool that worked until a moment ago: thousands come back with us, so most of it is random. */
const soon = Backoff.make({ min: "250 millis", max: "1 second", jitter: 0.8 })
const soonMillis = 30_000
/** How long an address rests that refused for good, and how often the first address is looked for, milliseconds. */
const restMillis = 60_000
const preferEvery = "1 minute"
/** The first rate is told when there is one; later often enough for a pool that drops the silent after 30 s. */
const firstReport = "5 seconds"
const reportEvery = "15 seconds"
/** Without a job for so long, the operator is told; and again so often. */
const idleAfter = "10 seconds"
const idleAgain = "1 minute"
/** A pool that gives no work for about so long is left when there is another one, milliseconds, looked at so often. */
const worklessMillis = 60_000
const worklessEvery = "5 seconds"
/** How long the first address may take to show that it has work again. */
const proof = "10 seconds"
/** Shares on their way at the same time. */
const senders = 8
/** A share that the pool could not take yet is handed in again after about this time, milliseconds. */
const againMillis = 2_000

/** Hands in shares one after the other until the session is lost; a share without an answer stays in the outbox. */
const sender = (core: MinerCore, session: PoolSession, shares: Queue.Dequeue<Pending>) =>
  Effect.gen(function* () {
    const share = yield* Queue.take(shares)
    while (core.outbox.has(share)) {
      if (share.expiresAt <= core.now()) {
        core.expired(share)
        return
      }
      const begin = core.now()
      share.sent += 1
      const answer = yield* session.submit(share.jobId, share.nonce)
      core.answered(share, answer, core.now() - begin)
      if (core.outbox.has(share)) yield* Effect.sleep(againMillis * (0.5 + (yield* Random.next)))
    }
  }).pipe(Effect.forever)

const heartbeats = (core: MinerCore, session: PoolSession) => {
  const beat = Effect.suspend(() => session.heartbeat(core.report))
  return beat.pipe(Effect.delay(firstReport), Effect.zipRight(Effect.forever(Effect.delay(beat, reportEvery))))
}

/** Says why a connected miner has nothing to do. */
const watchIdle = (core: MinerCore) =>
  Effect.gen(function* () {
    yield* Effect.sleep(idleAfter)
    for (;;) {
      core.overdue()
      if (core.board.current === null) {
        const known = core.idleCause
        const none =
          "connected, and no job has come: the pool may not be synchronised with its node, or have no mining key"
        core.idle(known?.cause ?? "no-job", known?.detail ?? none)
      }
      yield* Effect.sleep(idleAgain)
    }
  })

/** Fails when there was nothing to search for too long. */
const workless = (core: MinerCore, address: string): Effect.Effect<never, LinkLost> =>
  Effect.suspend(() => {
    let since = core.now()
    const look = Effect.suspend(() => {
      const now = core.now()
      if (core.board.current?.address === address) since = now
      if (now - since < worklessMillis) return Effect.void
      const detail = core.idleCause?.detail ?? "connected, and no job has come"
      return Effect.fail(new LinkLost({ address, detail, final: false }))
    })
    return Effect.forever(Effect.delay(look, worklessEvery))
  })

/** Until the session is lost; `alone` when there is no other pool to go to; `began` hears of every job to work on. */
const serve = (core: MinerCore, session: PoolSession, alone: boolean, began: () => void) =>
  Effect.gen(function* () {
    const shares = yield* Queue.unbounded<Pending>()
    core.opened(session.address)
    let first = true
    const jobs = Stream.runForEach(session.jobs, (job) =>
      Effect.sync(() => {
        core.take(session.address, job)
        if (unusable(job) === null) began()
        if (!first) return
        first = false
        core.began(session.address, (share) => void shares.unsafeOffer(share))
      })
    )
    const ended = new LinkLost({ address: session.address, detail: "the pool ended the session", final: false })
    return yield* Effect.all(
      [
        Effect.zipRight(jobs, Effect.fail(ended)),
        heartbeats(core, session),
        watchIdle(core),
        alone ? Effect.never : workless(core, session.address),
        ...Array.from({ length: senders }, () => sender(core, session, shares))
      ],
      { concurrency: "unbounded", discard: true }
    )
  }).pipe(Effect.ensuring(Effect.sync(() => core.closed())))

/** Succeeds when the address can be reached again and has work. */
const back = (core: MinerCore, link: PoolLinkService, address: string) =>
  Effect.suspend(() => link.connect(address, core.report)).pipe(
    Effect.flatMap(({ jobs }) => Stream.runHead(Stream.filter(jobs, (job) => unusable(job) === null))),
    Effect.flatten,
    Effect.timeout(proof),
    Effect.scoped,
    Effect.delay(preferEvery),
    Effect.eventually
  )

/** One try, from connecting to the end of its session. Succeeds only when a better address is there. */
const attempt = (
  core: MinerCore,
  link: PoolLinkService,
  address: string,
  addresses: ReadonlyArray<string>,
  began: () => void
) =>
  Effect.gen(function* () {
    core.link = { _tag: "Connecting", address, since: core.now() }
    const session = yield* link.connect(address, core.report)
    const [first = address] = addresses
    const served = serve(core, session, addresses.length === 1, began)
    yield* address === first ? served : Effect.raceFirst(served, back(core, link, first))
  }).pipe(Effect.scoped)

/** Everything for ever. `addresses` has at least one. */
const body = (core: MinerCore, link: PoolLinkService, addresses: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const first = addresses[0] ?? ""
    const rests = new Map<string, number>()
    let index = 0
    let failures = 0
    let lostAt = Number.NEGATIVE_INFINITY
    let reason = ""
    for (;;) {
      const address = addresses[index] ?? first
      if ((rests.get(address) ?? 0) > core.now()) {
        const until = Math.min(...addresses.map((one) => rests.get(one) ?? 0))
        index = (index + 1) % addresses.length
        if (until > core.now()) yield* pause(core, until - core.now(), reason)
        continue
      }
      let worked = false
      const began = () => {
        worked = true
        failures = 0
      }
      const lost = yield* Effect.flip(
        Effect.zipRight(attempt(core, link, address, addresses, began), Effect.fail(null))
      )
      if (lost === null) {
        core.tell({ _tag: "Preferred", at: core.now(), address: first })
        index = 0
        continue
      }
      failures += 1
      if (worked) lostAt = core.now()
      const policy = core.now() < lostAt + soonMillis ? soon : backoff
      if (lost.final) rests.set(address, core.now() + restMillis)
      const { detail, final } = lost
      reason = detail
      core.tell({ _tag: "Disconnected", at: core.now(), address, detail, failures, final })
      index = worked ? 0 : (index + 1) % addresses.length
      const round = Math.floor((failures - 1) / addresses.length)
      const wait = index === 0 ? Backoff.delayMillis(policy, round, yield* Random.next) : policy.minMillis
      yield* pause(core, wait, detail)
    }
  })

const pause = (core: MinerCore, millis: number, detail: string) =>
  Effect.suspend(() => {
    const now = core.now()
    core.link = { _tag: "Waiting", until: now + millis, since: now, detail }
    core.alone()
    return Effect.sleep(millis)
  })

export const child = (core: MinerCore, addresses: ReadonlyArray<string>): ChildSpec.ChildSpec<PoolLink> =>
  ChildSpec.make({
    id: "link",
    backoff: Backoff.make({ min: "250 millis", max: "10 seconds" }),
    start: Effect.map(PoolLink, (link) => body(core, link, addresses))
  })
