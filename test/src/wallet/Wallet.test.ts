/**
 * The wallet: the known vector, phrases, key files on a real disk, notes over real HTTP.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Redacted } from "effect"
import * as Native from "../../../kernels/NockPowNative.ts"
import * as Address from "../../../src/nockchain/Address.ts"
import * as Ask from "../../../src/wallet/Ask.ts"
import * as Base58 from "../../../src/wallet/Base58.ts"
import * as Iris from "../../../src/wallet/Iris.ts"
import * as KeyFile from "../../../src/wallet/KeyFile.ts"
import { nock } from "../../../src/nockchain/Nicks.ts"
import * as Notes from "../../../src/wallet/Notes.ts"
import * as Phrase from "../../../src/wallet/Phrase.ts"
import { textOf } from "./Base58Text.ts"

const about = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
const known = "3zxKWhhd8HY9pT2ZCZNUSEz2XWwSk15P2sD3atnnnxRtHa2Ta1H4jRy"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-wallet-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("keys", () => {
  it.effect("the known phrase has the known address (protocols/nockchain.md section 8)", () =>
    Effect.gen(function* () {
      const keys = yield* Iris.keysOf(yield* Phrase.parse(Redacted.make(about)))
      assert.strictEqual(keys.address, known)
      assert.strictEqual(keys.publicKey.length, 97)
      assert.strictEqual(Redacted.value(keys.privateKey).length, 32)
      assert.strictEqual(Redacted.value(keys.chainCode).length, 32)
      assert.strictEqual(yield* Iris.addressOf(keys.publicKey), known)
      assert.isNull(yield* Iris.addressOf(new Uint8Array(97).fill(255)))
      assert.strictEqual(Address.parse(yield* Native.load, keys.address)._tag, "Pkh")
    })
  )

  it.effect("a new phrase has 24 words, is valid, and is another one each time", () =>
    Effect.gen(function* () {
      const seen = new Set<string>()
      for (let count = 0; count < 20; count++) {
        const phrase = yield* Phrase.generate
        assert.strictEqual(Redacted.value(phrase).split(" ").length, 24)
        assert.strictEqual(Redacted.value(yield* Phrase.parse(phrase)), Redacted.value(phrase))
        seen.add(Redacted.value(phrase))
      }
      assert.strictEqual(seen.size, 20)
    })
  )

  it.effect("what is typed carelessly is the same phrase; wrong words are named by number, never repeated", () =>
    Effect.gen(function* () {
      const shouted = Redacted.make(`  ${about.toUpperCase().replaceAll(" ", "\n ")} `)
      assert.strictEqual(Redacted.value(yield* Phrase.parse(shouted)), about)
      const refuse = (text: string) =>
        Effect.map(Effect.flip(Phrase.parse(Redacted.make(text))), ({ message }) => message)
      const stranger = yield* refuse(about.replace("about", "secretword"))
      assert.include(stranger, "word 12")
      assert.notInclude(stranger, "secretword")
      assert.include(yield* refuse(about.replace("about", "abandon")), "checksum")
      assert.include(yield* refuse("abandon about"), "2 words")
    })
  )

  it("a version-0 public key survives its base58 form", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.uint8Array({ minLength: 97, maxLength: 97 }), (bytes) => {
        bytes[0] = 1
        assert.deepStrictEqual(Uint8Array.from(Base58.bytesOf(textOf(bytes), 97) ?? []), bytes)
      })
    )
    assert.isNull(Base58.bytesOf("0OIl", 97))
    assert.isNull(Base58.bytesOf("z".repeat(140), 97))
  })
})

describe("the key file", () => {
  it.scoped("is private, holds no phrase, and is never written over", () =>
    Effect.gen(function* () {
      const home = yield* folder
      assert.isNull(yield* KeyFile.find(home))
      const keys = yield* Iris.keysOf(Redacted.make(about))
      const made = yield* KeyFile.create(home, keys, 0)
      assert.strictEqual(made.address, known)
      const path = KeyFile.pathOf(home)
      if (process.platform !== "win32") assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      const text = readFileSync(path, "utf8")
      assert.notInclude(text, "abandon")
      const again = yield* Effect.flip(KeyFile.create(home, keys, 1))
      assert.include(again.message, "never written over")
      assert.strictEqual(readFileSync(path, "utf8"), text)
      assert.deepStrictEqual(yield* KeyFile.find(home), made)
      assert.notInclude(JSON.stringify(made), Buffer.from(Redacted.value(keys.privateKey)).toString("hex"))
    })
  )

  it.scoped("one that others can read, or that is damaged, is refused", () =>
    Effect.gen(function* () {
      const home = yield* folder
      yield* KeyFile.create(home, yield* Iris.keysOf(Redacted.make(about)), 0)
      const path = KeyFile.pathOf(home)
      if (process.platform !== "win32") {
        chmodSync(path, 0o644)
        assert.include((yield* Effect.flip(KeyFile.find(home))).message, "chmod 600")
        chmodSync(path, 0o600)
      }
      writeFileSync(path, readFileSync(path, "utf8").slice(0, -40))
      const damaged = yield* Effect.flip(KeyFile.get(home))
      assert.include(damaged.message, "damaged")
      assert.strictEqual(damaged._tag, "FileError")
    })
  )
})

describe("what is typed without echo", () => {
  it("ends with the line, forgets what was erased, gives up with Ctrl+C", () => {
    assert.deepStrictEqual(Ask.typed("", "abx\u007fc\r"), { text: "abc", done: true, quit: false })
    assert.deepStrictEqual(Ask.typed("ab", "c"), { text: "abc", done: false, quit: false })
    assert.deepStrictEqual(Ask.typed("abc", "\u0003"), { text: "", done: true, quit: true })
    assert.strictEqual(Ask.typed("", "x".repeat(10_000)).text.length, 2_048)
  })
})

const api = (status: number, body: string | ((path: string) => string)) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly asked: ReadonlyArray<string>; readonly server: Http.Server }>(
      (resume) => {
        const asked: Array<string> = []
        const server = Http.createServer((request, response) => {
          asked.push(request.url ?? "")
          response
            .writeHead(status, { "content-type": "application/json" })
            .end(typeof body === "string" ? body : body(request.url ?? ""))
        })
        server.listen(0, "127.0.0.1", () => {
          const at = server.address()
          const port = typeof at === "object" && at !== null ? at.port : 0
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}/`, asked, server }))
        })
      }
    ),
    ({ server }) => Effect.sync(() => server.close())
  )

describe("notes", () => {
  const note = (name: string, nicks: string) => ({ name, nicks, height: 3, coinbase: true, spendableFrom: 103 })
  const page = (more: object) => {
    const data = { chain: "devnet", pkh: known, height: 50, blockId: "b50", count: 2, totalNicks: "98305", ...more }
    return JSON.stringify({ success: true, data, error: null })
  }
  const first = page({ items: [note("n2", "98304")], next: 7 })
  const second = page({ items: [note("n1", "1")], next: null })
  const start = `/api/v1/notes?pkh=${known}&limit=1000`

  it.scopedLive("come from the pool's API, page by page", () =>
    Effect.gen(function* () {
      const { asked, url } = yield* api(200, (path) => (path === start ? first : second))
      const { notes, ...owned } = yield* Notes.ofAddress(url, known)
      assert.deepStrictEqual(owned, { chain: "devnet", owner: known, height: 50, blockId: "b50" })
      assert.deepStrictEqual(
        notes.map(({ name, nicks }) => [name, nicks]),
        [
          ["n2", 98_304n],
          ["n1", 1n]
        ]
      )
      assert.deepStrictEqual(asked, [start, `${start}&before=7`])
    })
  )

  it.scopedLive("are read again when a block came between two pages", () =>
    Effect.gen(function* () {
      let blocks = 1
      const changing = page({ items: [note("n0", "5")], next: null, blockId: "b51" })
      const { asked, url } = yield* api(200, (path) => (path === start ? first : blocks-- > 0 ? changing : second))
      assert.lengthOf((yield* Notes.ofAddress(url, known)).notes, 2)
      assert.lengthOf(asked, 4)
      blocks = 1_000
      assert.include((yield* Effect.flip(Notes.ofAddress(url, known))).message, "5 times in a row")
    })
  )

  it.scopedLive("that are not all there, or never end, are an error", () =>
    Effect.gen(function* () {
      const fewer = yield* api(200, page({ items: [note("n2", "98304")], next: null }))
      assert.include((yield* Effect.flip(Notes.ofAddress(fewer.url, known))).message, "counts 2 notes and shows 1")
      const endless = yield* api(200, first)
      assert.include((yield* Effect.flip(Notes.ofAddress(endless.url, known))).message, "counts 2 notes and shows 3")
      const tooMany = yield* api(200, page({ items: [], next: null, count: 1_000_001 }))
      assert.include((yield* Effect.flip(Notes.ofAddress(tooMany.url, known))).message, "more than this program reads")
    })
  )

  it.scopedLive("an error of the pool, another program and nobody are told apart", () =>
    Effect.gen(function* () {
      const refused = yield* api(503, JSON.stringify({ success: false, data: null, error: "the chain is away" }))
      assert.include((yield* Effect.flip(Notes.ofAddress(refused.url, known))).message, "the chain is away")
      const other = yield* api(200, "<html>")
      assert.include((yield* Effect.flip(Notes.ofAddress(other.url, known))).message, "no pool-server")
      const gone = yield* Effect.scoped(api(200, ""))
      assert.include((yield* Effect.flip(Notes.ofAddress(gone.url, known))).message, "--pool")
    })
  )

  it.scopedLive("what the pool has credited is asked for by account; another account's row is not taken for it", () =>
    Effect.gen(function* () {
      const row = (minerId: string) => ({ minerId, immatureNicks: "98304", payableNicks: "7", paidNicks: "1" })
      const answer = (...items: ReadonlyArray<object>) =>
        api(200, JSON.stringify({ success: true, data: { items, next: null }, error: null }))
      const { asked, url } = yield* answer(row(known))
      assert.deepStrictEqual(yield* Notes.creditedTo(url, known), { immature: 98_304n, payable: 7n })
      assert.deepStrictEqual(asked, [`/api/v1/miners?miner=${known}&limit=1`])
      for (const { url } of [yield* answer(), yield* answer(row("other"))]) {
        assert.isNull(yield* Notes.creditedTo(url, known))
      }
    })
  )

  it("nicks are shown as NOCK without losing one", () => {
    assert.strictEqual(nock(98_304n), "1.5")
    assert.strictEqual(nock(1n), "0.0000152587890625")
    assert.strictEqual(nock(0n), "0")
    FastCheck.assert(
      FastCheck.property(FastCheck.bigInt({ min: 0n, max: 2n ** 80n }), (nicks) => {
        const [whole = "0", part = ""] = nock(nicks).split(".")
        const back = BigInt(whole) * 65_536n + (BigInt(part.padEnd(16, "0")) * 65_536n) / 10n ** 16n
        assert.strictEqual(back, nicks)
      })
    )
  })
})
