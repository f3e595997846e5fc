/** The drawn screen: never larger than the terminal, straight, harmless, and saying what is the case. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { noCounts } from "../../../actors/nexus/FleetStatus.ts"
import type { Language } from "../../../config/Setting.ts"
import * as Screen from "../../../src/console/Screen.ts"
import type * as Sheet from "../../../src/console/Sheet.ts"
import { paint, span, textOf, widthOfLine } from "../../../src/console/Style.ts"
import { difference, written } from "../../../src/console/Terminal.ts"
import * as View from "../../../src/console/View.ts"
import { widthOf } from "../../../src/console/Width.ts"
import { anyStatus, nodeStatus, now, status } from "./Statuses.ts"

const rude = [
  { at: now, level: "error" as const, who: "节\u001b[2J点\n".repeat(9), message: "x\u0007\u202e".repeat(99) }
]

const texts = (screen: Sheet.Drawn) => screen.lines.map(textOf)
const draw = (
  picture: ReturnType<typeof status>,
  columns: number,
  rows: number,
  language: Language = "en",
  view = View.initial,
  activity: ReadonlyArray<Sheet.Happening> = []
) => Screen.render(picture, view, { columns, rows }, language, now, activity)

const anyView: fc.Arbitrary<View.View> = fc.record({
  top: fc.integer({ min: -5, max: 100 }),
  sort: fc.constantFrom<View.Sort>("list", "state", "accepted", "failed", "error"),
  reverse: fc.boolean(),
  filter: fc.constantFrom<View.Filter>("all", "active", "waiting", "trouble"),
  search: fc.string({ maxLength: 8 }),
  typing: fc.boolean()
})

describe("the screen", () => {
  it("is never wider or taller than the terminal, in either language, whatever the status", () => {
    fc.assert(
      fc.property(
        anyStatus,
        anyView,
        fc.integer({ min: 0, max: 220 }),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom<Language>("en", "zh"),
        (picture, view, columns, rows, language) => {
          const { lines } = draw(picture, columns, rows, language, view, rude)
          assert.isAtMost(lines.length, rows)
          for (const line of lines) assert.isAtMost(widthOfLine(line), columns, textOf(line))
        }
      ),
      { numRuns: 500 }
    )
  })

  it("holds no control character but those of the styles", () => {
    fc.assert(
      fc.property(anyStatus, fc.integer({ min: 10, max: 200 }), (picture, columns) => {
        for (const line of draw(picture, columns, 40, "en", View.initial, rude).lines) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
          assert.notMatch(textOf(line), /[\u0000-\u001f\u007f-\u009f\u202e]/)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
          assert.notMatch(paint(line, true).replace(/\u001b\[\d+m/g, ""), /\u001b/)
        }
      })
    )
  })

  it("gives every row its fixed place: a change of one node changes its line and the totals only", () => {
    const nodes = Array.from({ length: 12 }, (_, index) => nodeStatus(index + 1))
    const changed = nodes.map((node, index) => (index === 4 ? { ...node, state: { _tag: "Fetching" } as const } : node))
    const before = texts(draw(status(nodes), 100, 24))
    const after = texts(draw(status(changed), 100, 24))
    const different = before.flatMap((line, index) => (line === after[index] ? [] : [index]))
    assert.deepStrictEqual(different, [1, 9])
  })

  it("keeps columns straight under Chinese labels", () => {
    const nodes = [
      nodeStatus(1, { label: "节点甲" }),
      nodeStatus(2, { label: "ab" }),
      nodeStatus(3, { label: "한글ひ" })
    ]
    const rows = texts(draw(status(nodes), 100, 20, "zh")).slice(5, 8)
    const places = rows.map((row) => widthOf(row.slice(0, row.indexOf("排队"))))
    assert.deepStrictEqual(places, [places[0], places[0], places[0]])
  })

  it("defect 13: counts successes and failures once each, by counter and never by the text of a state", () => {
    const nodes = [
      nodeStatus(1, {
        // A text that holds every word that a careless counter looks for.
        label: "success failed ✅ ❌ error",
        counters: {
          ...noCounts,
          accepted: 3,
          duplicate: 1,
          failedFetches: 50,
          rateLimited: 7,
          failedSubmits: 9,
          refused: 2
        }
      }),
      nodeStatus(2, { counters: { ...noCounts, accepted: 1, expired: 1 } })
    ]
    const [, , line = ""] = texts(draw(status(nodes), 160, 20))
    assert.match(line, /accepted 5 /)
    assert.match(line, /failed 3 /)
    assert.match(line, /429 7 /)
  })

  it("shows time-outs from the present clock, not from when the status was made (defect 14)", () => {
    const node = nodeStatus(1, { state: { _tag: "Waiting", until: now + 30_000, reason: "rate-limit" } })
    const at = (later: number) =>
      Screen.render(status([node]), View.initial, { columns: 100, rows: 20 }, "en", now + later).lines.map(textOf)[5] ??
      ""
    assert.match(at(0), /rate limit +30s/)
    assert.match(at(20_000), /rate limit +10s/)
    assert.match(at(40_000), /rate limit +0s/)
  })

  it("leaves out columns of less use first and keeps node and state", () => {
    const nodes = [nodeStatus(123_456, { label: "amber", state: { _tag: "Fetching" } })]
    const wide = texts(draw(status(nodes), 160, 20))
    const narrow = texts(draw(status(nodes), 24, 20))
    assert.include(wide[4], "LAST ERROR")
    assert.notInclude(narrow[4], "LAST ERROR")
    assert.match(narrow[5] ?? "", /123456 fetching/)
  })

  it("shows hundreds of nodes page by page", () => {
    const nodes = Array.from({ length: 500 }, (_, index) => nodeStatus(1000 + index))
    const first = draw(status(nodes), 100, 30)
    assert.strictEqual(first.rows, 500)
    assert.strictEqual(first.page, 24)
    const second = draw(
      status(nodes),
      100,
      30,
      "en",
      View.press(View.initial, { _tag: "PageDown" }, first.page, first.rows)
    )
    assert.include(texts(second)[5], "1024")
    const last = draw(status(nodes), 100, 30, "en", View.press(View.initial, { _tag: "End" }, first.page, first.rows))
    assert.include(texts(last)[28], "1499")
  })

  it("is written without losing the last column, and a changed line only", () => {
    const full = [span("x".repeat(9)), span("…")]
    assert.strictEqual(written(full, 10, true), "xxxxxxxxx…")
    assert.strictEqual(written(full, 11, true), "xxxxxxxxx…\u001b[K")
    const [one, two, three] = ["a", "b", "c"]
    assert.strictEqual(difference([one, two], [one, two]), "")
    assert.include(difference([one, two], [one, three]), "\u001b[2;1Hc")
    assert.notInclude(difference([one, two], [one, three]), "\u001b[1;1H")
    assert.include(difference([one, two], [one]), "\u001b[2;1H\u001b[K")
  })

  it("shows what happened last below the nodes, and only where there is room", () => {
    const nodes = [nodeStatus(1), nodeStatus(2)]
    const activity = Array.from({ length: 30 }, (_, index) => ({
      at: now,
      level: "info" as const,
      who: "节点",
      message: `event ${index}`
    }))
    const lines = (rows: number) =>
      Screen.render(status(nodes), View.initial, { columns: 80, rows }, "en", now, activity).lines.map(textOf)
    const tall = lines(20)
    assert.lengthOf(tall, 20)
    assert.match(tall[18] ?? "", /^ \d\d:\d\d:\d\d 节点 {17}event 29$/)
    assert.match(tall[8] ?? "", /ACTIVITY/)
    assert.match(tall[9] ?? "", /event 20$/)
    assert.notInclude(lines(10).join("\n"), "event")
  })

  it("labels receipts as what they are", () => {
    assert.include(texts(draw(status([]), 160, 20))[0], "local (receipt)")
  })

  it("has no colours when none are wanted, and keeps weight", () => {
    const node = nodeStatus(1, { state: { _tag: "Quarantined", reason: "404" } })
    const { lines } = draw(status([node]), 120, 20)
    const painted = lines.map((line) => paint(line, false)).join("\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
    assert.notMatch(painted, /\u001b\[3\dm/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
    assert.match(lines.map((line) => paint(line, true)).join("\n"), /\u001b\[31m/)
  })
})
