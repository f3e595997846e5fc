/** The wire against protobufjs, which knows pool.proto from its text and nothing of our code. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import protobuf from "protobufjs"
import { difficultyOf, maxTarget } from "../../../../actors/pool/Job.ts"
import { ShareCode } from "../../../../actors/pool/Share.ts"
import * as Wire from "../../../../src/pool/grpc/Wire.ts"
import { job } from "./FakePool.ts"
import { presentProto } from "./Peers.ts"

const root = protobuf.parse(readFileSync(presentProto, "utf8"), { keepCase: true }).root
const type = (name: string) => root.lookupType(`pool.${name}`)
const encoded = (name: string, value: object) => Buffer.from(type(name).encode(type(name).create(value)).finish())
const decoded = (name: string, bytes: Uint8Array): Record<string, unknown> =>
  type(name).toObject(type(name).decode(bytes), { longs: String, enums: String, bytes: Buffer })

const text = (most: number) => FastCheck.string({ unit: "binary", maxLength: Math.floor(most / 4) })
const u64 = FastCheck.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const target = FastCheck.bigInt({ min: 1n, max: maxTarget })

describe("what miners send", () => {
  it("is read as protobufjs wrote it", () => {
    const status = FastCheck.record({
      miner_id: text(Wire.limits.minerId),
      threads: FastCheck.integer({ min: 0, max: 2 ** 32 - 1 }),
      worker: text(Wire.limits.worker),
      hashrate: FastCheck.double({ min: 0, noDefaultInfinity: true, noNaN: true }),
      version: text(Wire.limits.version),
      token: text(Wire.limits.token),
      resume: text(Wire.limits.session)
    })
    FastCheck.assert(
      FastCheck.property(status, (given) => {
        const { minerId, resume, threads, token, version, worker, hashrate } = Wire.decodeMinerStatus(
          encoded("MinerStatus", given)
        )
        assert.deepStrictEqual(
          { miner_id: minerId, threads, worker, hashrate: hashrate ?? 0, version, token, resume },
          { ...given, hashrate: given.hashrate + 0 }
        )
      })
    )
    const nonce = FastCheck.uint8Array({ maxLength: Wire.limits.nonce })
    const share = FastCheck.record({
      work_id: text(Wire.limits.workId),
      nonce,
      session: text(Wire.limits.session),
      sequence: FastCheck.integer({ min: 0, max: 2 ** 32 - 1 })
    })
    const same = (
      result: Wire.WorkResult | undefined,
      { nonce: bytes, work_id, ...given }: typeof share extends FastCheck.Arbitrary<infer A> ? A : never
    ) =>
      assert.deepStrictEqual(
        { ...result, nonce: Array.from(result?.nonce ?? []) },
        { ...given, workId: work_id, nonce: Array.from(bytes), minerId: "m" }
      )
    FastCheck.assert(
      FastCheck.property(share, (given) =>
        same(Wire.decodeWorkResult(encoded("WorkResult", { ...given, miner_id: "m" })), given)
      )
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.array(share, { maxLength: 30 }), (given) => {
        const shares = given.map((one) => ({ ...one, miner_id: "m" }))
        const read = Wire.decodeMinerStatus(encoded("MinerStatus", { shares })).shares
        assert.strictEqual(read.length, given.length)
        for (const [index, one] of given.entries()) same(read[index], one)
      })
    )
  })

  it("is skipped where it is of a later protocol", () => {
    const later = Buffer.concat([
      encoded("MinerStatus", { miner_id: "m", threads: 3 }),
      Buffer.from([0xf8, 0x07, 0x80, 0x01]),
      Buffer.from([0xfa, 0x07, 2, 1, 2]),
      Buffer.from([0xf9, 0x07, 0, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([0xfd, 0x07, 0, 0, 0, 0])
    ])
    assert.deepInclude(Wire.decodeMinerStatus(later), { minerId: "m", threads: 3, hashrate: null })
  })

  it("whatever it is, is read or refused in words, and never keeps the network's buffer", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [Wire.decodeMinerStatus, Wire.decodeWorkResult]) {
          try {
            const value = decode(Buffer.from(bytes))
            if ("nonce" in value) assert.isAtMost(value.nonce.buffer.byteLength, Wire.limits.nonce)
          } catch (error) {
            assert.instanceOf(error, Wire.WireError)
          }
        }
      }),
      { numRuns: 2_000 }
    )
    assert.throws(() => Wire.decodeMinerStatus(Buffer.from([10, 2, 0xff, 0xff])), /miner_id is not valid UTF-8/)
    assert.throws(() => Wire.decodeMinerStatus(encoded("MinerStatus", { hashrate: -1 })), /hashrate is no rate/)
    assert.throws(() => Wire.decodeWorkResult(encoded("WorkResult", { nonce: Buffer.alloc(65) })), /nonce has 65 bytes/)
  })
})

describe("what miners get", () => {
  it("is a WorkOrder: a common part, each connection's own, and what overrides", () => {
    FastCheck.assert(
      FastCheck.property(u64, target, FastCheck.boolean(), (prefix, share, clean) => {
        const own = Wire.encodeOwn(prefix, share) + Wire.encodeClean(clean) + Wire.encodeSession("secret")
        const bytes = Wire.encodeOrder(Wire.encodeJob(job(), Buffer.alloc(40, 9), "devnet", 1_799_999_400_000), own)
        const order = decoded("WorkOrder", bytes)
        const big = share.toString(16).padStart(80, "0")
        assert.deepInclude(order, {
          work_id: "job-1",
          timestamp: "1700000000",
          nonce_prefix: String(prefix),
          height: "12",
          proof_version: 5,
          pow_length: 64,
          clean_jobs: clean,
          expires_at: "1800000000000",
          expires_in: "600000",
          chain: "devnet",
          session: "secret",
          takes_shares: true
        })
        assert.strictEqual(Buffer.from(order["share_target"] as Uint8Array).toString("hex"), big)
        assert.strictEqual(Buffer.from(order["difficulty_target"] as Uint8Array).toString("hex"), big)
        const difficulty = difficultyOf(share)
        assert.strictEqual(order["share_difficulty"], String(difficulty < 2n ** 64n ? difficulty : 2n ** 64n - 1n))
      })
    )
  })

  it("is a SubmitAck whose success is that of an accepted share alone", () => {
    for (const code of ShareCode.literals) {
      const ack = decoded("SubmitAck", Wire.encodeAck({ code, reason: "why", newDifficulty: 2n ** 70n }))
      assert.strictEqual(ack["success"], code === "accepted")
      assert.strictEqual(ack["code"], code.toUpperCase().replace("-", "_"))
      assert.strictEqual(ack["new_difficulty"], String(2n ** 64n - 1n))
    }
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 0, max: 2 ** 32 - 1 }), FastCheck.boolean(), (sequence, plain) => {
        const answer = { code: "accepted", reason: plain ? "" : "why", newDifficulty: null } as const
        const { acks, ...rest } = decoded("WorkOrder", Wire.encodeAcks([{ sequence, answer }]))
        assert.deepStrictEqual(rest, {})
        const told = plain ? {} : { reason: "why" }
        const numbered = sequence === 0 ? {} : { sequence }
        assert.deepStrictEqual(acks, [{ success: true, code: "ACCEPTED", ...told, ...numbered }])
        const single = decoded("SubmitAck", Wire.encodeAck(answer, sequence))
        assert.deepStrictEqual(acks, [single])
      })
    )
    const plain = decoded("SubmitAck", Wire.encodeAck({ code: "stale", reason: "", newDifficulty: null }))
    assert.notProperty(plain, "new_difficulty")
  })
})
