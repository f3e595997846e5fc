/**
 * Addresses as people write them, the miner's half of the protocol against the pool's half, and the lines of the log.
 */
import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import { maxTarget, p } from "../../../actors/pool/Job.ts"
import { ShareCode } from "../../../actors/pool/Share.ts"
import * as Endpoint from "../../../src/miner/Endpoint.ts"
import type { MinerEvent } from "../../../actors/miner/MinerStatus.ts"
import * as Lines from "../../../src/miner/Lines.ts"
import * as Messages from "../../../src/miner/Messages.ts"
import * as Wire from "../../../src/pool/grpc/Wire.ts"

describe("addresses of pools", () => {
  const forms: ReadonlyArray<readonly [string, string | null]> = [
    ["192.168.1.100", "192.168.1.100:7777"],
    ["192.168.1.100:9000", "192.168.1.100:9000"],
    ["pool.lan", "pool.lan:7777"],
    ["http://pool.lan", "pool.lan:7777"],
    ["http://pool.lan:80/", "pool.lan:80"],
    ["grpc://pool.lan", "pool.lan:7777"],
    ["https://pool.example", "https://pool.example:7777"],
    ["HTTPS://pool.example:443", "https://pool.example:443"],
    ["[::1]:7777", "[::1]:7777"],
    ["[::1]", "[::1]:7777"],
    ["::1", "[::1]:7777"],
    ["http://[2001:db8::7]:1", "[2001:db8::7]:1"],
    [" localhost ", "localhost:7777"],
    ["", null],
    ["pool:0", null],
    ["pool:65536", null],
    ["pool:port", null],
    ["ftp://pool", null],
    ["a b", null],
    ["[::1", null],
    ["user@pool", null],
    ["pool/path", null],
    ["-pool", null]
  ]
  for (const [given, expected] of forms) {
    it(`defect 10: "${given}" is ${expected ?? "refused"}`, () => {
      const found = Endpoint.parse(given)
      assert.strictEqual(found === null ? null : Endpoint.format(found), expected)
      if (found !== null) assert.deepStrictEqual(Endpoint.parse(Endpoint.format(found)), found)
    })
  }

  it("a list keeps its order, drops repeats and names what is wrong", () => {
    const found = Endpoint.parseList("a, b:1 ,a:7777")
    assert.deepStrictEqual("list" in found ? found.list.map(Endpoint.format) : found.wrong, ["a:7777", "b:1"])
    assert.deepStrictEqual(Endpoint.parseList("a,,b"), { wrong: "" })
    assert.deepStrictEqual(Endpoint.parseList("a,x y"), { wrong: "x y" })
  })
})

const nonce = FastCheck.uint8Array({ minLength: 40, maxLength: 40 })
const target = FastCheck.bigInt({ min: 0n, max: maxTarget })
const word = FastCheck.stringMatching(/^[a-z0-9-]{1,60}$/)

describe("miner and pool on the wire", () => {
  it("orders arrive as the pool means them", () => {
    FastCheck.assert(
      FastCheck.property(
        word,
        nonce,
        target,
        target,
        FastCheck.bigInt({ min: 0n, max: p - 1n }),
        FastCheck.nat(),
        FastCheck.boolean(),
        (jobId, commitment, share, network, prefix, height, clean) => {
          const candidate = {
            version: 5,
            commitment,
            target: network,
            powLength: 64,
            height,
            parent: "parent",
            createdAt: 1_000
          }
          const job = { jobId, candidate, clean: !clean, expiresAt: 123_456 }
          const own = Wire.encodeOwn(prefix, share) + Wire.encodeClean(clean) + Wire.encodeSession("secret")
          const bytes = Wire.encodeOrder(Wire.encodeJob(job, new Uint8Array(40), "devnet", 23_456), own)
          // The miner's clock is hours ahead of the pool's: what counts is how long the job lives.
          const order = Messages.decodeOrder(bytes, 9_000_000)
          assert.deepStrictEqual(order, {
            job: {
              jobId,
              version: 5,
              commitment: new Uint8Array(commitment),
              shareTarget: share,
              networkTarget: network,
              powLength: 64,
              height,
              noncePrefix: prefix,
              expiresAt: 9_100_000
            },
            session: "secret",
            chain: "devnet",
            takesShares: true,
            answers: []
          })
        }
      )
    )
  })

  it("an order of the original protocol decodes to a job without a version or a prefix", () => {
    const bytes = new Wire.Writer()
      .text(1, "w")
      .bytes(3, new Uint8Array(32))
      .bytes(5, new Uint8Array(32).fill(255))
      .done()
    const { job } = Messages.decodeOrder(bytes, 7)
    assert.deepInclude(job, { jobId: "w", version: 0, noncePrefix: null, expiresAt: 600_007 })
    assert.strictEqual(job?.shareTarget, 2n ** 256n - 1n)
  })

  it("a pool that tells only until when its job counts is taken at its word", () => {
    const bytes = new Wire.Writer().text(1, "w").number(13, 123_456).done()
    assert.strictEqual(Messages.decodeOrder(bytes, 7).job?.expiresAt, 123_456)
  })

  it("heartbeats and shares arrive as the miner means them", () => {
    const status = {
      minerId: "me",
      threads: 7,
      worker: "rack",
      rate: 123.5,
      version: "pitboss/1",
      token: "t",
      resume: "r"
    }
    const { hashrate, ...rest } = Wire.decodeMinerStatus(Messages.encodeStatus(status))
    const { rate, ...same } = status
    assert.deepStrictEqual(rest, { ...same, shares: [] })
    assert.strictEqual(hashrate, rate)
    assert.isNull(Wire.decodeMinerStatus(Messages.encodeStatus({ ...status, rate: 0 })).hashrate)
    const bytes = new Uint8Array(40).fill(3)
    assert.deepStrictEqual(Wire.decodeWorkResult(Messages.encodeResult("w", bytes, "me", "s")), {
      workId: "w",
      nonce: bytes,
      minerId: "me",
      session: "s",
      sequence: 0
    })
    const share = { workId: "w", nonce: bytes, minerId: "", session: "", sequence: 2 ** 32 - 1 }
    assert.deepStrictEqual(Wire.decodeMinerStatus(Messages.encodeShare("w", bytes, share.sequence)).shares, [share])
  })

  it("answers in the subscription come to the shares that they belong to", () => {
    const answer = FastCheck.record({
      sequence: FastCheck.integer({ min: 0, max: 2 ** 32 - 1 }),
      answer: FastCheck.record({
        code: FastCheck.constantFrom(...ShareCode.literals),
        reason: FastCheck.constantFrom("", "why"),
        newDifficulty: FastCheck.option(FastCheck.bigInt({ min: 1n, max: 2n ** 64n - 1n }))
      })
    })
    FastCheck.assert(
      FastCheck.property(FastCheck.array(answer, { minLength: 1, maxLength: 300 }), (answers) => {
        const order = Messages.decodeOrder(Wire.encodeAcks(answers), 0)
        assert.isNull(order.job)
        assert.deepStrictEqual(order.answers, answers)
      })
    )
    assert.throws(() => Messages.decodeOrder(Buffer.alloc(0), 0), /work_id is missing/)
  })

  it("defect 9: every answer keeps its code, and nothing but success is accepted", () => {
    for (const code of ShareCode.literals) {
      const answer = { code, reason: "why", newDifficulty: 5n }
      assert.deepStrictEqual(Messages.decodeAck(Wire.encodeAck(answer)), answer)
    }
    assert.strictEqual(Messages.decodeAck(Buffer.alloc(0)).code, "low-difficulty")
    assert.strictEqual(Messages.decodeAck(Buffer.from([8, 1])).code, "accepted")
    // success = false with the code of acceptance: not accepted.
    assert.strictEqual(Messages.decodeAck(Buffer.from([16, 1])).code, "low-difficulty")
  })

  it("bytes that are no message fail with WireError only", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [(given: Buffer) => Messages.decodeOrder(given, 0), Messages.decodeAck]) {
          try {
            decode(Buffer.from(bytes))
          } catch (error) {
            assert.instanceOf(error, Wire.WireError)
          }
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

describe("the lines of the log", () => {
  const events: ReadonlyArray<MinerEvent> = [
    { _tag: "Connected", at: 0, address: "a:7777", resubmitting: 2 },
    { _tag: "Disconnected", at: 0, address: "a:7777", detail: "refused", failures: 1, final: false },
    { _tag: "Preferred", at: 0, address: "a:7777" },
    { _tag: "Idle", at: 0, cause: "no-job", detail: "connected, and no job has come" },
    { _tag: "JobTaken", at: 0, jobId: "j", height: 7, shareDifficulty: 9n },
    { _tag: "Retargeted", at: 0, jobId: "j", shareDifficulty: 9n },
    { _tag: "ShareFound", at: 0, jobId: "j", thread: 1 },
    ...(["accepted", "stale", "duplicate", "internal", "malformed"] as const).map(
      (code) =>
        ({ _tag: "ShareAnswered", at: 0, code, reason: "", jobId: "j", difficulty: 9n, millis: 3, sent: 2 }) as const
    ),
    { _tag: "ShareLost", at: 0, jobId: "j", why: "expired" },
    { _tag: "ShareLost", at: 0, jobId: "j", why: "too-many" },
    { _tag: "ThreadFailed", at: 0, thread: 1, detail: "killed" }
  ]

  it("are in English; the screen says the same in the language of the operator", () => {
    for (const event of events) {
      const entry = Lines.entryOf(event)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: all that ASCII has.
      assert.match(entry.message, /^[\u0000-\u007f]+$/)
      const { at, level, message } = entry
      assert.deepStrictEqual(Lines.happeningOf(event, "en"), { at, level, who: "", message })
      const there = Lines.happeningOf(event, "zh")
      assert.strictEqual(there.level, level)
      assert.match(there.message, /\p{Script=Han}/u)
    }
  })

  it("the same broken connection is a warning once a minute", () => {
    const thin = Lines.thinned(Lines.entryOf)
    const lost = (at: number) =>
      thin({ _tag: "Disconnected", at, address: "a", detail: "refused", failures: 1, final: false })?.level
    assert.deepStrictEqual([lost(0), lost(5_000), lost(59_999), lost(61_000)], ["warn", "debug", "debug", "warn"])
    thin({ _tag: "Connected", at: 62_000, address: "a", resubmitting: 0 })
    assert.strictEqual(lost(63_000), "warn")
  })
})
