/**
 * The embedded devnet: a real small chain in this process, behind the port that a node's adapter will implement too.
 *
 * It makes candidates, judges what comes back with a full STARK verification, keeps the chain in SQLite and tells what
 * happened. A block is on the disk before `submit` returns; after a `kill -9` the chain goes on where it was, and a
 * winner that was being proved then can still be delivered, because candidates are kept too. Candidates of the present
 * tip stay valid through refreshes (a node offers the same to those who hand in whole blocks: heard-block).
 * Everything is labelled "devnet". Rules: Rules.ts, Validate.ts; sources: protocols/nockchain.md sections 2 and 4.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  type ChainEvent,
  ChainSource,
  type ChainSourceService,
  type ChainTip,
  type CoinbaseShare
} from "../../../actors/pool/ChainSource.ts"
import { BlockRefused, ChainUnavailable, PaymentRefused } from "../../../actors/pool/Errors.ts"
import type { Candidate, Limbs } from "../../../actors/pool/Job.ts"
import type { HostMissing } from "../../../kernels/Errors.ts"
import { NockPow } from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import * as Bignum from "../../nockchain/Bignum.ts"
import * as Digest from "../../nockchain/Digest.ts"
import { list, listOf } from "../../nockchain/Noun.ts"
import * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import * as Time from "../../nockchain/Time.ts"
import * as Database from "../../storage/Database.ts"
import type { StorageError } from "../../storage/Errors.ts"
import * as Chain from "./Chain.ts"
import { DevnetDamaged, type DevnetError, ForeignDevnet } from "./Errors.ts"
import * as Payments from "./Payments.ts"
import * as Rules from "./Rules.ts"
import { migrations } from "./Schema.ts"
import * as Simulator from "./Simulator.ts"
import * as Start from "./Start.ts"
import * as Store from "./Store.ts"
import * as Template from "./Template.ts"
import * as Transaction from "./Transaction.ts"
import * as Validate from "./Validate.ts"
import * as Verify from "./Verify.ts"

export interface Settings {
  /** The database file; ":memory:" for a chain that nothing outlives. */
  readonly file: string
  /** Who the coinbases pay: a public-key hash. Null: the devnet makes a key of its own and keeps it. */
  readonly pkh: string | null
  /** Deviations from config/Devnet.ts: maturity and refresh from the settings, the others for tests. */
  readonly rules?: Partial<Rules.Rules>
  /** Allow simulated blocks; for tests. */
  readonly simulation?: boolean
}

export interface DevnetService {
  readonly source: ChainSourceService
  /** The key that is mined to, and whether the devnet made it. */
  readonly pkh: string
  readonly keyMade: boolean
  /** Renews candidates; to be run in a supervised child. Never ends by itself, whatever the disk or the clock does. */
  readonly run: Effect.Effect<never>
  /** A block as a page in jam, with its proof where it is still kept. Null for an unknown id. */
  readonly page: (blockId: string) => Effect.Effect<Uint8Array | null, ChainUnavailable>
  /** Null unless made for simulation. */
  readonly simulator: Simulator.Simulator | null
}

export class Devnet extends Context.Tag("pitboss/pool/Devnet")<Devnet, DevnetService>() {
  /**
   * Serves the devnet, and it as the chain source. Call it once and share the layer. The NockPow is best one with a host
   * of its own (`NockPow.Own`): blocks are verified on it, and jobs of one host queue up.
   */
  static readonly layer = (
    settings: Settings
  ): Layer.Layer<Devnet | ChainSource, DevnetError | StorageError | HostMissing | ChainUnavailable, NockPow> =>
    Layer.scopedContext(
      Effect.map(
        Effect.flatMap(NockPow, (pow) => make(settings, Verify.fromKernel(pow))),
        (devnet) => Context.make(Devnet, devnet).pipe(Context.add(ChainSource, devnet.source))
      )
    )
}

const label = "devnet"
const maxProofBytes = 2 ** 20
/** Subscribers further behind than this lose the oldest; `blockAt` tells what they missed. */
const eventsKept = 1024
/** Candidates of one tip that are offered again at most: more than a pool keeps open. */
const standingKept = 16

/** What the database said itself; what stands around it says only that a statement failed. */
const detailOf = (error: { readonly message: string; readonly cause?: unknown }): string =>
  error.cause instanceof Error ? detailOf(error.cause) : error.message

const unavailable = (error: { readonly message: string }): ChainUnavailable =>
  error instanceof ChainUnavailable ? error : new ChainUnavailable({ source: label, detail: detailOf(error) })

const startError = (error: { readonly message: string }) =>
  error instanceof ForeignDevnet || error instanceof DevnetDamaged ? error : unavailable(error)

export const make = (
  settings: Settings,
  verify: Verify.Verify
): Effect.Effect<DevnetService, DevnetError | StorageError | HostMissing | ChainUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const rules: Rules.Rules = { ...Rules.standard, ...settings.rules }
    const native = yield* Native.load
    const given = yield* Start.keyOf(native, settings.pkh)
    const sql = yield* Database.open({ file: settings.file, what: label, migrations })
    const store = Store.make(sql)
    const chain = Chain.make(native, rules, sql, store)
    const genesis = Rules.genesis(native, rules)
    const tipNow = yield* Effect.mapError(Start.begin(settings.file, native, store, chain, genesis), startError)
    const key = given ?? (yield* Effect.mapError(Start.ownKey(native, store), unavailable))
    const pkh = native.base58(key.pkh)

    const lock = yield* Effect.makeSemaphore(1)
    const events = yield* Effect.acquireRelease(PubSub.sliding<ChainEvent>(eventsKept), PubSub.shutdown)
    const offers = yield* Effect.acquireRelease(PubSub.sliding<Candidate>(16), PubSub.shutdown)
    let simulated = (yield* Effect.mapError(store.meta(Simulator.simulatedMark), unavailable)) !== null
    /** `trouble`: why there is no candidate as there should be one. */
    const present: { tip: Rules.Header; candidate: Candidate | null; trouble: string | null } = {
      tip: tipNow,
      candidate: null,
      trouble: null
    }

    /** Offer the next block anew; nothing happens when it would be the same one. Under the lock. */
    const renew = Effect.gen(function* () {
      const createdAt = yield* Clock.currentTimeMillis
      const { tip } = present
      const now = Time.fromMillis(createdAt)
      const template = yield* Template.build(native, rules, store, tip, now, key.pkh)
      const ahead = template.page.timestamp - now
      if (ahead > Time.maxAhead) return yield* new ChainUnavailable({ source: label, detail: aheadBy(ahead) })
      const commitment = Digest.toLimbs(template.commitment)
      if (present.candidate !== null && Buffer.compare(present.candidate.commitment, commitment) === 0) return
      yield* store.addCandidate(
        commitment,
        {
          parent: tip.id,
          height: template.page.height,
          page: Page.toJam(native, { ...template.page, digest: Digest.zero, pow: null }),
          transactions: native.jam(list(template.transactions.map(Transaction.toNoun))) ?? new Uint8Array()
        },
        createdAt
      )
      yield* offer(candidateOf(commitment, template.page, createdAt))
    })

    /** What goes wrong is told once; `run` tries again. */
    const renewed = Effect.matchEffect(renew, {
      onFailure: (error) => {
        const before = present.trouble
        present.trouble = detailOf(error)
        const text = `${label}: no new candidate: ${present.trouble}; trying again`
        return before === null ? Effect.logWarning(text) : Effect.void
      },
      onSuccess: () => {
        const before = present.trouble
        present.trouble = null
        return before === null ? Effect.void : Effect.logInfo(`${label}: there are new candidates again`)
      }
    })

    const candidateOf = (commitment: Limbs, page: Page.PageBody, createdAt: number): Candidate => ({
      version: rules.proofVersion,
      commitment,
      target: Bignum.toValue(page.target),
      powLength: rules.powLength,
      height: page.height,
      parent: native.base58(page.parent),
      createdAt
    })

    const offer = (candidate: Candidate) =>
      Effect.suspend(() => {
        present.candidate = candidate
        return PubSub.publish(offers, candidate)
      })

    /** Candidates on the tip as they were kept, oldest first. */
    const standing = Effect.suspend(() =>
      Effect.map(store.candidatesOn(present.tip.id, standingKept), (kept) =>
        kept.flatMap(({ commitment, madeAt, page: jam }) => {
          const page = Either.getOrNull(Page.fromJam(native, jam))
          return page === null ? [] : [candidateOf(commitment, page, madeAt)]
        })
      )
    )

    /** After a quick restart the miners' work goes on: the candidate of before is offered again while it is young. */
    const resume = Effect.gen(function* () {
      const latest = (yield* standing).at(-1)
      const age = latest === undefined ? 0 : (yield* Clock.currentTimeMillis) - latest.createdAt
      if (latest === undefined || age < 0 || age >= rules.refreshSeconds * 1000) return yield* renewed
      yield* offer(latest)
    })

    const newTip = (header: Rules.Header) =>
      Effect.map(
        store.bytesOf(header.id),
        (bytes): ChainEvent => ({
          _tag: "NewTip",
          tip: tipOf(header),
          commitment: bytes?.commitment ?? new Uint8Array(),
          ours: header.origin === "submitted"
        })
      )

    /** Add a judged block, then tell everybody. Under the lock; what is on the disk is also told. */
    const accept = (arrival: Chain.Arrival) =>
      Effect.gen(function* () {
        const change = yield* chain.add(arrival)
        const tip = change.connected.at(-1)
        if (tip === undefined) return change
        present.tip = tip
        for (const { height, id } of change.orphaned) {
          yield* PubSub.publish(events, { _tag: "Orphaned", blockId: id, height })
        }
        for (const header of change.connected) yield* PubSub.publish(events, yield* newTip(header))
        // The block stands even when there is no candidate on it yet.
        yield* renewed
        return change
      }).pipe(Effect.uninterruptible)

    const exclusively = lock.withPermits(1)

    const submit = (candidate: Candidate, nonceBytes: Limbs, proof: Uint8Array) =>
      Effect.gen(function* () {
        const { height } = candidate
        const nonce = Digest.fromLimbs(nonceBytes)
        if (nonce === null) return yield* Chain.refuse(height, "proof-malformed", "the nonce is no digest")
        if ((yield* store.blockOf(candidate.commitment, nonceBytes)) !== null) return "delivered" as const
        const kept = yield* store.candidate(candidate.commitment)
        if (kept === null || kept.parent !== present.tip.id) return "stale" as const
        const body = Either.getOrNull(Page.fromJam(native, kept.page))
        const cued = native.cue(kept.transactions)
        if (body === null || "problem" in cued) return yield* Effect.dieMessage("a kept candidate cannot be read")
        const transactions = listOf(cued.noun, Page.maxTransactions, "the transactions").map(Transaction.fromNoun)
        const pow = proof.length > maxProofBytes ? { problem: "it is too large" } : native.cue(proof)
        if ("problem" in pow) return yield* Chain.refuse(height, "proof-malformed", pow.problem)
        const unnamed = { ...body, pow: pow.noun }
        const digest = Validate.idOf(native, unnamed)
        if (digest === null) return yield* Chain.refuse(height, "proof-malformed")
        const page = { ...unnamed, digest }
        const now = Time.fromMillis(yield* Clock.currentTimeMillis)
        const refusal = Validate.beforeProof(native, rules, present.tip, page, now, false)
        if (refusal !== null) return yield* Chain.refuse(height, refusal)
        if (!Validate.hasNonce(native, page, nonce)) {
          return yield* Chain.refuse(height, "proof-malformed", "the proof is for another nonce")
        }
        const reason = yield* verify(proof)
        if (reason !== null) return yield* Chain.refuse(height, "failed-pow-check", reason)
        yield* accept({ page, nonce, transactions, origin: "submitted" })
        return "delivered" as const
      }).pipe(
        exclusively,
        Effect.mapError((error) => (error instanceof BlockRefused ? error : unavailable(error)))
      )

    const pay = (id: string, outputs: ReadonlyArray<CoinbaseShare>) =>
      Effect.gen(function* () {
        const changes = yield* PubSub.subscribe(events)
        yield* exclusively(
          Effect.gen(function* () {
            const taken = yield* Payments.take(native, rules, store, present.tip, pkh, id, outputs)
            if (taken) yield* renew
          }).pipe(Effect.uninterruptible)
        )
        for (;;) {
          const receipt = yield* store.receipt(id)
          if (receipt !== null) return receipt
          yield* Queue.take(changes)
        }
      }).pipe(
        Effect.scoped,
        Effect.mapError((error) => (error instanceof PaymentRefused ? error : unavailable(error)))
      )

    const blockAt = (height: number) =>
      Effect.gen(function* () {
        const header = yield* store.canonicalAt(height)
        const bytes = header === null ? null : yield* store.bytesOf(header.id)
        if (header === null || bytes === null) return null
        const page = Either.getOrNull(Page.fromJam(native, bytes.page))
        const payees = page === null ? [] : Roots.payees(page.coinbase)
        return {
          height,
          blockId: header.id,
          parent: header.parent,
          timestamp: Time.toMillis(header.timestamp),
          commitment: bytes.commitment,
          nonce: bytes.nonce,
          coinbase: payees.map((payee) => ({ pkh: native.base58(payee.pkh), nicks: payee.nicks }))
        }
      }).pipe(Effect.mapError(unavailable))

    const source: ChainSourceService = {
      kind: "devnet",
      get name() {
        return `${label} ${native.base58(genesis.digest).slice(0, 8)}${simulated ? " with simulated blocks" : ""}`
      },
      maturity: rules.maturity,
      tip: Effect.sync(() => tipOf(present.tip)),
      sync: Effect.sync(() => ({
        state: present.trouble === null ? ("synced" as const) : ("syncing" as const),
        networkHeight: present.tip.height,
        detail: `${label}: ${present.trouble ?? "the chain is this process's own, there is nothing to wait for"}`
      })),
      standing: Effect.mapError(standing, unavailable),
      candidates: Stream.unwrapScoped(
        Effect.map(PubSub.subscribe(offers), (later) => {
          const first = present.candidate
          const now = first === null ? Stream.empty : Stream.succeed(first)
          return Stream.concat(now, Stream.fromQueue(later)).pipe(
            Stream.changesWith((a, b) => Buffer.compare(a.commitment, b.commitment) === 0)
          )
        })
      ),
      events: Stream.unwrapScoped(Effect.map(PubSub.subscribe(events), (queue) => Stream.fromQueue(queue))),
      blockAt,
      submit,
      notes: (owner, page) =>
        Effect.gen(function* () {
          const [tip, sum, notes] = yield* Effect.all([store.tip, store.noteSum(owner), store.notes(owner, page)])
          return {
            tip: tipOf(tip ?? present.tip),
            ...sum,
            notes: notes.map((note) => ({
              ...note,
              spendableFrom: note.coinbase ? note.height + rules.maturity : note.height + 1
            }))
          }
        }).pipe(sql.withTransaction, Effect.mapError(unavailable)),
      pay
    }

    /** A candidate that lags behind its interval, or behind the tip when a renewal failed, is made anew. */
    const run = Effect.gen(function* () {
      for (;;) {
        const { candidate, tip } = present
        const current = candidate !== null && candidate.parent === tip.id
        // A clock that was set back must not keep a candidate for as long as it went back.
        const age = current
          ? Math.abs((yield* Clock.currentTimeMillis) - candidate.createdAt)
          : Number.POSITIVE_INFINITY
        const wait = rules.refreshSeconds * 1000 - age
        if (wait <= 0) yield* exclusively(renewed)
        yield* Effect.sleep(Math.max(1000, wait))
      }
    })

    const page = (blockId: string) =>
      Effect.gen(function* () {
        const bytes = yield* store.bytesOf(blockId)
        const kept = bytes === null ? null : Either.getOrNull(Page.fromJam(native, bytes.page))
        if (bytes === null || kept === null) return null
        const proof = bytes.proof === null ? null : native.cue(bytes.proof)
        const pow = proof === null || "problem" in proof ? null : proof.noun
        return Page.toJam(native, { ...kept, pow })
      }).pipe(Effect.mapError(unavailable))

    const simulate = Simulator.make(native, rules, store, accept)
    const simulator: Simulator.Simulator = {
      branch: (branch) =>
        Effect.suspend(() => {
          simulated = true
          return exclusively(simulate.branch(branch))
        }).pipe(Effect.mapError((error) => (error instanceof BlockRefused ? error : unavailable(error))))
    }

    yield* Effect.mapError(exclusively(resume), unavailable)
    return { source, pkh, keyMade: key.made, run, page, simulator: settings.simulation === true ? simulator : null }
  })

const aheadBy = (seconds: bigint): string => {
  const minutes = Number(seconds) / 60
  const time = minutes < 120 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`
  return `its last blocks are ${time} ahead of this machine's clock, so no block on them would be taken; set the clock right`
}

const tipOf = (header: Rules.Header): ChainTip => ({
  height: header.height,
  blockId: header.id,
  timestamp: Time.toMillis(header.timestamp)
})
