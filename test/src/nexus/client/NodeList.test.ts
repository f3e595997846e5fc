/**
 * Node lists: what every kind of line means, and that nothing wrong in a file goes unreported.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as NodeList from "../../../../src/nexus/client/NodeList.ts"

const strict = { skipInvalid: false }
const lenient = { skipInvalid: true }
const parse = (text: string, options: NodeList.ParseOptions = strict) =>
  Either.getOrThrow(NodeList.parse("nodes.txt", text, options))
const refuse = (text: string, options: NodeList.ParseOptions = strict) =>
  Either.getOrThrow(Either.flip(NodeList.parse("nodes.txt", text, options)))
/** Entries with ids as plain text. */
const entries = (text: string) => parse(text).entries.map((entry) => ({ ...entry, id: String(entry.id) }))
const ids = (text: string) => entries(text).map(({ id }) => id)

describe("lines", () => {
  it("one id per line, blank lines, comments, comments behind an id, outer blanks", () => {
    assert.deepStrictEqual(ids("\n# list\n  12 \n\t#x\n34 # mine\n56\t# more # hash\n"), ["12", "34", "56"])
  })

  it("a byte order mark, CRLF, CR and a missing last line end", () => {
    assert.deepStrictEqual(ids("\uFEFF1\r\n2\r\n\r\n3\r4"), ["1", "2", "3", "4"])
    assert.deepStrictEqual(ids("\uFEFF# list\n5"), ["5"])
  })

  it("labels and accounts", () => {
    assert.deepStrictEqual(entries("1 my first node\n2 @anna\n3\tÖl  @bob_2.x-y # c\n4"), [
      { id: "1", label: "my first node", account: null },
      { id: "2", label: null, account: "anna" },
      { id: "3", label: "Öl", account: "bob_2.x-y" },
      { id: "4", label: null, account: null }
    ])
  })

  it("an @ inside a label is part of it", () => {
    assert.deepStrictEqual(entries("1 a@b c"), [{ id: "1", label: "a@b c", account: null }])
  })

  it("the whole range of 64 bits", () => {
    assert.deepStrictEqual(ids("0\n18446744073709551615"), ["0", "18446744073709551615"])
    for (const bad of ["18446744073709551616", "-1", "+1", "007", "1.0", "1e3", "0x1", "abc", "1,label", "１"]) {
      assert.deepStrictEqual(
        refuse(bad).problems.map(({ line }) => line),
        [1],
        bad
      )
    }
  })
})

describe("what cannot be used", () => {
  const text = "1\nx\n2 same\n2 again\n\n3 @bad/name\n1\n"

  it("every line is reported with its number, not only the first", () => {
    assert.deepStrictEqual(
      refuse(text).problems.map(({ line, reason, text }) => `${line} ${reason}: ${text}`),
      [
        "2 not a node id (a whole number from 0 to 18446744073709551615): x",
        "4 the same id as in line 3: 2 again",
        "6 an account is @ and 1 to 64 letters, digits, dots, dashes or underscores: 3 @bad/name",
        "7 the same id as in line 1: 1"
      ]
    )
  })

  it("the message lists them and says what to do", () => {
    const { message } = refuse(text)
    assert.include(message, "nodes.txt: 4 lines cannot be used")
    assert.include(message, "--skip-invalid")
    assert.include(message, "\n  line 4: the same id as in line 3: 2 again")
  })

  it("a list of nothing but faults is still a short message with all faults inside", () => {
    const error = refuse(Array.from({ length: 500 }, (_, index) => `bad-${index}`).join("\n"))
    assert.strictEqual(error.problems.length, 500)
    assert.include(error.message, "and 450 more")
  })

  it("--skip-invalid keeps the first of each id and returns the rest as warnings", () => {
    const list = parse(text, lenient)
    assert.deepStrictEqual(
      list.entries.map(({ id, label }) => [id, label]),
      [
        ["1", null],
        ["2", "same"]
      ]
    )
    assert.deepStrictEqual(
      list.warnings.map(({ line }) => line),
      [2, 4, 6, 7]
    )
  })

  it("an empty list is refused, also with --skip-invalid", () => {
    for (const options of [strict, lenient]) {
      assert.include(refuse("# nothing\n\n", options).message, "the node list is empty")
      assert.deepStrictEqual(refuse("", options).problems, [])
    }
    assert.strictEqual(refuse("x\ny", lenient).problems.length, 2)
  })

  it("text that would steer a terminal is refused and shown without its controls", () => {
    const [problem] = refuse("1 \u001b[2Jboo").problems
    assert.strictEqual(problem?.reason, "the label holds control characters")
    assert.strictEqual(problem?.text, "1 [2Jboo")
    assert.strictEqual(refuse(`1 ${"x".repeat(65)}`).problems[0]?.reason, "the label has more than 64 characters")
  })

  it("property: every line is an entry, a problem, or a comment; nothing is lost", () => {
    const line = FastCheck.oneof(
      FastCheck.bigInt({ min: 0n, max: (1n << 64n) + 5n }).map(String),
      FastCheck.nat(20).map((id) => `${id} label`),
      FastCheck.constantFrom("", "# c", "  ", "oops", "5 @a", "5 @"),
      FastCheck.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !/[\r\n]/.test(text))
    )
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(line, { maxLength: 40 }),
        FastCheck.constantFrom("\n", "\r\n"),
        (lines, end) => {
          const result = NodeList.parse("f", lines.join(end), lenient)
          const good = Either.isRight(result) ? result.right.entries : []
          const problems = Either.isRight(result) ? result.right.warnings : result.left.problems
          const meant = lines.filter(
            (text) =>
              text
                .replace(/(^|\s)#.*$/, "")
                .trim()
                .replace("\uFEFF", "") !== ""
          )
          assert.strictEqual(new Set(good.map(({ id }) => id)).size, good.length)
          assert.strictEqual(good.length + problems.length, meant.length)
          const strictly = NodeList.parse("f", lines.join(end), strict)
          assert.strictEqual(Either.isRight(strictly), problems.length === 0 && good.length > 0)
        }
      ),
      { numRuns: 500, seed: 31 }
    )
  })
})

it.layer(NodeContext.layer)("files", (it) => {
  const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())
  const write = (path: string, content: string | Uint8Array) =>
    Effect.flatMap(FileSystem.FileSystem, (fs) =>
      fs.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content)
    )

  it.scoped("a file is read as its text is", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/nodes.txt`
      yield* write(path, "\uFEFF1 one\r\n2\r\n")
      const list = yield* NodeList.load(path, strict)
      assert.deepStrictEqual(
        list.entries.map(({ id }) => id),
        ["1", "2"]
      )
      assert.strictEqual(list.path, path)
    })
  )

  it.scoped("missing, a folder, UTF-16, too large: one line each", () =>
    Effect.gen(function* () {
      const base = yield* folder
      const message = (path: string) => Effect.map(Effect.flip(NodeList.load(path, strict)), (error) => error.message)
      assert.strictEqual(
        yield* message(`${base}/no`),
        `${base}/no: the node list cannot be read: there is no such file`
      )
      assert.include(yield* message(base), "it is a folder")
      yield* write(`${base}/utf16`, Buffer.from("\uFEFF1\n", "utf16le"))
      assert.include(yield* message(`${base}/utf16`), "save it as UTF-8")
      yield* write(`${base}/large`, new Uint8Array(NodeList.maxBytes + 1).fill(0x0a))
      assert.include(yield* message(`${base}/large`), "more than the 4194304 allowed")
    })
  )

  it.effect("without --file: ./nodes.txt, then ./nodes/nodes.txt, else the one line to type", () =>
    Effect.gen(function* () {
      const locate = (present: ReadonlyArray<string>) =>
        NodeList.locate.pipe(
          Effect.provide(FileSystem.layerNoop({ exists: (path) => Effect.succeed(present.includes(path)) }))
        )
      assert.strictEqual(yield* locate(["./nodes.txt", "./nodes/nodes.txt"]), "./nodes.txt")
      assert.strictEqual(yield* locate(["./nodes/nodes.txt"]), "./nodes/nodes.txt")
      const error = yield* Effect.flip(locate([]))
      assert.include(error.message, "./nodes.txt and ./nodes/nodes.txt")
      assert.include(error.message, "pitboss batch-file --file PATH")
    })
  )
})
