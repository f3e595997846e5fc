/** Notes and balances asked of a node: a real gRPC server that answers by the facts, and everything that can go wrong. */
import * as Http from "node:http"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import * as Grpc from "@grpc/grpc-js"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { Noun } from "../../../kernels/NockPowNative.ts"
import * as NodeApi from "../../../src/nockchain/NodeApi.ts"
import { textOf } from "./Base58Text.ts"
import * as Iris from "../../../src/wallet/Iris.ts"
import * as NodeNotes from "../../../src/wallet/NodeNotes.ts"
import * as Owned from "../../../src/wallet/Owned.ts"
import { run, temporary } from "../commands/Program.ts"
import { type Answer, b58, balance, entry, jam, note0, note1, serve, some, tree, unit } from "./FakeNode.ts"

const pkh = "3zxKWhhd8HY9pT2ZCZNUSEz2XWwSk15P2sD3atnnnxRtHa2Ta1H4jRy"
const tip = 1_000
const endpoint = (port: number) => ({ host: "127.0.0.1", port, tls: false })
const owner = { _tag: "Address", pkh } as const

const [plain = "", coinbase = ""] = Effect.runSync(Iris.locksOf(pkh)).map(({ firstName }) => firstName)

const value = (noun: Noun): Answer => ({ data: jam(unit(noun)) })
const notes = (first: string, rows: ReadonlyArray<readonly [origin: number, nicks: bigint]>) =>
  rows.map(([origin, nicks], index) => {
    const facts = { first, last: some(100 + index), origin, nicks }
    return entry(facts, note1(facts))
  })

/** 1.5 NOCK paid, and three coinbases: mature, mature at exactly the tip, and one block short of it. */
const answers: Readonly<Record<string, Answer>> = {
  [plain]: value(balance(tip, some(1), notes(plain, [[990, 98_304n]]))),
  [coinbase]: value(
    balance(
      tip,
      some(1),
      notes(coinbase, [
        [500, 65_536n * 2_048n],
        [900, 65_536n * 4n],
        [901, 1n]
      ])
    )
  )
}
const honest = ([, name = ""]: ReadonlyArray<string>): Answer => answers[name] ?? { data: jam(0n) }

const ask = (port: number, limits: Partial<NodeApi.Limits> = {}) =>
  NodeNotes.ofOwner(endpoint(port), owner, { ...NodeApi.defaultLimits, patienceMillis: 5_000, ...limits })
const problem = (port: number, limits: Partial<NodeApi.Limits> = {}) =>
  Effect.map(Effect.flip(ask(port, limits)), (error) => {
    assert.strictEqual(error._tag, "NodeFailed")
    assert.notInclude(error.message, "\n")
    assert.include(error.message, `node 127.0.0.1:${port}: `)
    return error.message
  })

const listening = (server: Http.Server | ReturnType<typeof createServer>) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as AddressInfo).port)))
    }),
    () =>
      Effect.sync(() => {
        if ("closeAllConnections" in server) server.closeAllConnections()
        server.close()
      })
  )

describe("an address asked of a node", () => {
  it.scopedLive("is asked for under both of its names; coinbases mature after 100 blocks", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* serve(honest)
      const owned = yield* ask(port)
      assert.deepStrictEqual(asked, [
        ["balance-by-first-name", plain],
        ["balance-by-first-name", coinbase]
      ])
      assert.deepInclude(owned, { chain: `node 127.0.0.1:${port}`, owner: pkh, height: tip, blockId: b58(some(1)) })
      const rows = Owned.sorted(owned.notes).map((note) => [
        note.nicks,
        note.spendableFrom,
        Owned.stateOf(note, tip),
        Owned.canSpend(note, tip)
      ])
      assert.deepStrictEqual(rows, [
        [65_536n * 2_048n, 600, "coinbase", true],
        [65_536n * 4n, 1_000, "coinbase", true],
        [98_304n, 990, "payment", true],
        [1n, 1_001, "immature until height 1001", false]
      ])
      assert.strictEqual(owned.notes[0]?.name, `${plain} ${b58(some(100))}`)
    })
  )

  it.scopedLive("of which nothing is there owns nothing", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(() => value(balance(tip, some(1), [])))
      assert.deepStrictEqual((yield* ask(port)).notes, [])
    })
  )

  it.scopedLive("is asked for again when the tip changed between the two questions", () =>
    Effect.gen(function* () {
      const { asked, port } = yield* serve(([, name = ""], count) =>
        count === 1 ? value(balance(tip - 1, some(2), notes(plain, [[5, 7n]]))) : (answers[name] ?? "nothing")
      )
      const owned = yield* ask(port)
      assert.strictEqual(owned.height, tip)
      assert.strictEqual(Owned.sum(owned.notes), 98_304n + 65_536n * 2_052n + 1n)
      assert.lengthOf(asked, 4)
      const restless = yield* serve(([, name = ""], count) => value(balance(tip, some(count), notes(name, []))))
      assert.match(yield* problem(restless.port), /its tip changed between two questions, 5 times in a row/)
    })
  )
})

describe("a public key of version 0 asked of a node", () => {
  it.scopedLive("is one question; signatures and timelocks decide what can be spent", () =>
    Effect.gen(function* () {
      const base = {
        first: b58(some(6)),
        origin: 10,
        needed: 1,
        keys: tree([1n]),
        coinbase: false,
        timelock: 0n as Noun
      }
      const rows = [
        { ...base, last: some(1), nicks: 50n },
        { ...base, last: some(2), nicks: 40n, needed: 2, keys: tree([1n, 2n]) },
        {
          ...base,
          last: some(3),
          nicks: 30n,
          coinbase: true,
          timelock: [
            0n,
            [
              [[0n, 4_383n], 0n],
              [0n, 0n]
            ]
          ] as Noun
        },
        {
          ...base,
          last: some(4),
          nicks: 20n,
          timelock: [
            0n,
            [
              [0n, [0n, 500n]],
              [0n, 0n]
            ]
          ] as Noun
        },
        { ...base, last: some(5), nicks: 10n, timelock: 3n as Noun }
      ]
      const { asked, port } = yield* serve(() =>
        value(
          balance(
            tip,
            some(1),
            rows.map((row) => entry(row, note0(row)))
          )
        )
      )
      const owned = yield* NodeNotes.ofOwner(endpoint(port), { _tag: "PublicKey", text: "oldkey" })
      assert.deepStrictEqual(asked, [["balance-by-pubkey", "oldkey"]])
      assert.deepStrictEqual(
        Owned.sorted(owned.notes).map((note) => [note.nicks, Owned.stateOf(note, tip), Owned.canSpend(note, tip)]),
        [
          [50n, "payment", true],
          [40n, "takes 2 signatures", false],
          [30n, "immature until height 4383", false],
          [20n, "spendable only until 500", false],
          [10n, "its timelock has a form that is not known", false]
        ]
      )
    })
  )
})

describe("a node that is of no use is one line that says why", () => {
  it.scopedLive("nobody, something else, another gRPC service, silence", () =>
    Effect.gen(function* () {
      const free = yield* Effect.scoped(listening(createServer()))
      assert.match(yield* problem(free), /connection refused: nothing listens on port \d+; is --node the address/)
      const web = yield* listening(Http.createServer((_request, response) => response.end("hello")))
      assert.match(yield* problem(web), /does not speak gRPC, or hangs up/)
      const mute = yield* listening(createServer(() => {}))
      assert.match(yield* problem(mute, { patienceMillis: 300 }), /no (connection|answer) within 0\.3 s/)
      const silent = yield* serve(() => "silence")
      assert.match(yield* problem(silent.port, { patienceMillis: 300 }), /no answer within 0\.3 s; it may be busy/)
      const server = new Grpc.Server()
      const other = yield* Effect.acquireRelease(
        Effect.async<number>((resume) =>
          server.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (_error, bound) =>
            resume(Effect.succeed(bound))
          )
        ),
        () => Effect.sync(() => server.forceShutdown())
      )
      assert.match(yield* problem(other), /no Nockchain node, or its public API/)
    })
  )

  const wrong = (noun: Noun) => value(noun)
  const stray = { first: b58(some(5)), last: some(6), origin: 1, nicks: 1n }
  const cases: ReadonlyArray<readonly [string, Answer, RegExp]> = [
    ["a path that it does not know", { data: jam(0n) }, /it does not know the question %balance-by-first-name/],
    ["a path without a value", { data: jam([0n, 0n]) }, /has no answer to %balance-by-first-name now/],
    ["a value in one unit only", { data: jam([0n, 5n]) }, /is no double unit/],
    [
      "an error of its own",
      { error: { code: 2, message: "crashed\nhere" } },
      /it cannot answer .*: PEEK_FAILED: crashed here$/
    ],
    ["an error that is not known", { error: { code: 99, message: "" } }, /: code 99$/],
    ["nothing", "nothing", /is empty/],
    ["bytes that are no jam", { data: Buffer.from("not a jam at all") }, /is no jam: /],
    ["no bytes", { data: Buffer.alloc(0) }, /is no jam: /],
    ["a noun that is no balance", wrong(7n), /is no balance that this program knows: the balance has 1 parts/],
    [
      "a note of somebody else",
      wrong(balance(tip, some(1), [entry(stray, note1(stray))])),
      /another first name than the one that was asked for/
    ],
    [
      "a refusal",
      { status: Grpc.status.PERMISSION_DENIED, details: "not you" },
      /it refused: PERMISSION_DENIED not you/
    ],
    [
      "a message that it could not send",
      { status: Grpc.status.OUT_OF_RANGE, details: "Error, encoded message length too large: found 17 bytes" },
      /larger than 16 MiB/
    ]
  ]
  for (const [what, answer, line] of cases) {
    it.scopedLive(`it answers with ${what}`, () =>
      Effect.gen(function* () {
        const { port } = yield* serve(() => answer)
        assert.match(yield* problem(port), line)
      })
    )
  }

  it.scopedLive("it answers with more than 16 MiB, or with more nouns than a balance can have", () =>
    Effect.gen(function* () {
      const { port } = yield* serve(() => ({ data: Buffer.alloc(17 * 2 ** 20, 1) }))
      assert.match(yield* problem(port), /larger than 16 MiB/)
      const many = yield* serve(honest)
      assert.match(yield* problem(many.port, { maxNouns: 20 }), /is no jam: /)
    })
  )
})

describe("the commands", () => {
  it("list and balance show what a node says, and every trouble is 4 and one line", async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { port } = yield* serve(honest)
          const node = `127.0.0.1:${port}`
          const wallet = (...words: ReadonlyArray<string>) => Effect.promise(() => run(["wallet", ...words]))
          const list = yield* wallet("list-notes-by-pubkey", "-p", pkh, "--node", node)
          assert.strictEqual(list.code, 0, list.stderr)
          assert.deepStrictEqual(list.stdout.split("\n"), [
            `${pkh} on node ${node} at height 1000: 4 notes, 2053.5000152587890625 NOCK`,
            `2048 NOCK  height 500  coinbase  ${coinbase} ${b58(some(100))}`,
            `4 NOCK  height 900  coinbase  ${coinbase} ${b58(some(101))}`,
            `1.5 NOCK  height 990  payment  ${plain} ${b58(some(100))}`,
            `0.0000152587890625 NOCK  height 901  immature until height 1001  ${coinbase} ${b58(some(102))}`,
            ""
          ])
          const sum = yield* wallet("balance", "-p", pkh, "--node", `http://${node}`, "--json")
          assert.deepStrictEqual(JSON.parse(sum.stdout), {
            chain: `node ${node}`,
            pkh,
            height: tip,
            blockId: b58(some(1)),
            totalNicks: "134578177",
            spendableNicks: "134578176",
            credited: null
          })
          const json = JSON.parse((yield* wallet("list-notes-by-pubkey", "-p", pkh, "--node", node, "--json")).stdout)
          assert.deepStrictEqual(json.notes[3], {
            name: `${coinbase} ${b58(some(102))}`,
            nicks: "1",
            height: 901,
            coinbase: true,
            spendableFrom: 1_001,
            version: 1,
            spendableUntil: null,
            signatures: 1
          })

          const old = yield* serve(() => ({ data: jam(0n) }))
          const unknown = yield* wallet("balance", "-p", pkh, "--node", `127.0.0.1:${old.port}`)
          assert.deepStrictEqual([unknown.code, unknown.stdout], [4, ""])
          assert.match(unknown.stderr, /^pitboss: node 127\.0\.0\.1:\d+: it does not know the question [^\n]+\n$/)
          const nobody = yield* wallet("balance", "-p", pkh, "--node", "127.0.0.1:1")
          assert.deepStrictEqual([nobody.code, nobody.stderr.split("\n").length], [4, 2])
          const typo = yield* wallet("balance", "-p", pkh, "--node", "https://127.0.0.1")
          assert.strictEqual(typo.code, 2)
          assert.match(typo.stderr, /^pitboss: --node: expected HOST or HOST:PORT [^\n]+\n$/)
        })
      )
    )
  }, 60_000)

  it("a public key of version 0 is asked for as such, and --nockchain-socket is answered with what to use", async () => {
    const phrase = Redacted.make(`${"abandon ".repeat(11)}about`)
    const oldKey = textOf((await Effect.runPromise(Iris.keysOf(phrase))).publicKey)
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { asked, port } = yield* serve(() => value(balance(tip, some(1), [])))
          const found = yield* Effect.promise(() =>
            run(["wallet", "balance", "-p", oldKey, "--node", `127.0.0.1:${port}`, "--nockchain-socket", "./n.sock"], {
              home: temporary()
            })
          )
          assert.strictEqual(found.code, 0, found.stderr)
          assert.deepStrictEqual(asked, [["balance-by-pubkey", oldKey]])
          assert.match(found.stdout, /^0 NOCK \(0 nicks\), of which 0 NOCK can be spent; /)
          assert.match(found.stderr, /--nockchain-socket: use --node HOST:PORT/)
          assert.match(found.stderr, new RegExp(`whose form is inferred .* -p ${pkh}`))
        })
      )
    )
  }, 60_000)
})
