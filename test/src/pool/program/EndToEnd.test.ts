/**
 * The whole pool server with nothing faked: devnet, kernel hosts, SQLite books, gRPC and HTTP, and a miner that searches.
 */
import { mkdtempSync, rmSync } from "node:fs"
import * as Net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as PoolSettings from "../../../../actors/pool/PoolSettings.ts"
import * as ActorSystem from "../../../../actors/runtime/ActorSystem.ts"
import { NockPow } from "../../../../kernels/NockPow.ts"
import * as DataFolder from "../../../../src/cli/DataFolder.ts"
import * as Digest from "../../../../src/nockchain/Digest.ts"
import * as PoolProgram from "../../../../src/pool/program/PoolProgram.ts"
import * as PoolLedger from "../../../../src/storage/PoolLedger.ts"
import { native, pkh } from "../devnet/Support.ts"
import { client, type Order, originalProto, presentProto, submit, subscribe } from "../grpc/Peers.ts"

const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-pool-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const planOf = (home: string, grpc: number, http: number): PoolProgram.Plan => ({
  home,
  pkh,
  grpc: { host: "127.0.0.1", port: grpc },
  http: { host: "127.0.0.1", port: http },
  tls: null,
  statusMillis: 60_000,
  summary: "en",
  sink: { write: () => {} },
  devnet: { genesisDifficulty: 2n ** 12n, maturity: 1 },
  pool: {
    ...PoolSettings.defaults,
    vardiff: { ...PoolSettings.defaultVardiff, startDifficulty: 64n, minimumDifficulty: 64n }
  },
  drainMillis: 2_000
})

/** A pool server that runs until the effect around it ends, and how to ask its API. */
const running = (home: string) =>
  Effect.gen(function* () {
    const [grpc, http] = [yield* freePort, yield* freePort]
    const program = PoolProgram.run(planOf(home, grpc, http), PoolLedger.sqlite(join(home, "pool", "ledger.sqlite")))
    const fiber = yield* Effect.forkScoped(Effect.provide(program, ActorSystem.layer))
    const api = (path: string) =>
      Effect.promise(async () => {
        const answer = await fetch(`http://127.0.0.1:${http}${path}`).catch(() => null)
        return answer === null ? { status: 0, text: "" } : { status: answer.status, text: await answer.text() }
      })
    const until = (path: string, holds: (text: string, status: number) => boolean) =>
      Effect.delay(api(path), 100).pipe(
        Effect.repeat({ until: ({ status, text }) => holds(text, status) }),
        Effect.map(({ text }) => text),
        Effect.raceFirst(Effect.zipRight(Fiber.join(fiber), Effect.dieMessage("the pool server ended")))
      )
    yield* until("/ready", (_, status) => status === 200)
    return { grpc, api, until, stop: Fiber.interrupt(fiber) }
  })

const bytes = (value: unknown) => Buffer.from(value as Uint8Array)
const targetOf = (value: unknown) => BigInt(`0x${bytes(value).toString("hex")}`)

/** A nonce of the order's prefix that meets one of its targets, by the kernel. */
const found = (order: Order, which: "share_target" | "network_target", start: bigint) =>
  Effect.gen(function* () {
    const pow = yield* NockPow
    const outcome = yield* pow.search({
      commitment: Digest.fromLimbs(bytes(order["merkle_root"])) ?? Digest.zero,
      start: [start, 0n, 0n, 0n, BigInt(String(order["nonce_prefix"]))],
      count: 10_000_000n,
      target: native.targetLimbs(targetOf(order[which])),
      length: Number(order["pow_length"]),
      fixedLimbs: 1
    })
    if (outcome._tag === "Exhausted") return yield* Effect.dieMessage("nothing found")
    return Buffer.from(Digest.toLimbs(outcome.nonce))
  })

it.scopedLive(
  "shares are judged, a block is mined, proved and shown, and everything is there after a restart",
  () =>
    Effect.gen(function* () {
      const home = yield* folder
      yield* DataFolder.prepare(home, "pool")
      const first = yield* running(home)
      const miner = yield* client(presentProto, first.grpc)
      const { call, next } = subscribe(miner, { miner_id: pkh, worker: "rig", threads: 1 })
      const order = yield* Effect.promise(next)
      assert.match(String(order["chain"]), /^devnet/)
      assert.deepStrictEqual(bytes(order["parent_hash"]).length, 40)
      const share = (nonce: Buffer, work = order.work_id) =>
        Effect.promise(() => submit(miner, { work_id: work, nonce, miner_id: pkh, session: String(order["session"]) }))

      const good = yield* found(order, "share_target", 1n)
      assert.deepInclude(yield* share(good), { success: true, code: "ACCEPTED" })
      assert.deepInclude(yield* share(good), { success: false, code: "DUPLICATE" })
      assert.deepInclude(yield* share(good, "no-such-job"), { success: false, code: "UNKNOWN_JOB" })
      const stranger = Buffer.from(good)
      stranger.writeBigUInt64LE(5n, 32)
      assert.deepInclude(yield* share(stranger), { success: false, code: "WRONG_PREFIX" })
      assert.deepInclude(yield* share(Buffer.alloc(40, 0xff)), { success: false, code: "MALFORMED" })

      // A plain client of the original protocol gets work as well.
      const old = yield* client(originalProto, first.grpc)
      const plain = subscribe(old, { miner_id: "old", threads: 1 })
      assert.strictEqual((yield* Effect.promise(plain.next)).work_id, order.work_id)
      plain.call.cancel()

      const winner = yield* found(order, "network_target", 1_000_000_000n)
      assert.deepInclude(yield* share(winner), { success: true, code: "ACCEPTED" })
      const basic = yield* first.until("/api/basic", (text) => /"blocks":1/.test(text))
      assert.match(basic, /"current_height":1/)
      const following = yield* Effect.promise(next)
      assert.notStrictEqual(following.work_id, order.work_id)
      assert.strictEqual(following["height"], "2")
      assert.deepInclude(yield* share(yield* found(order, "share_target", 2n)), { success: false, code: "STALE" })

      const shares = yield* first.api("/api/v1/shares")
      assert.strictEqual(shares.text.match(/"id":/g)?.length, 2)
      assert.match((yield* first.api("/metrics")).text, /^pitboss_pool_ledger_shares_total 2$/m)
      yield* first.until("/api/v1/miners", (text) => text.includes(pkh))
      assert.match((yield* first.api("/api/v1/blocks")).text, /"state":"(accepted|mature)"/)
      assert.match((yield* first.api(`/api/v1/notes?pkh=${pkh}`)).text, /"coinbase":true/)
      call.cancel()
      yield* first.stop

      const second = yield* running(home)
      assert.match((yield* second.api("/api/basic")).text, /"blocks":1,"current_height":1/)
      assert.strictEqual((yield* second.api("/api/v1/shares")).text, shares.text)
      yield* second.stop
    }).pipe(Effect.provide(NockPow.InProcess)),
  180_000
)
