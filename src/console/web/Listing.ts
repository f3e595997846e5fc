/**
 * A table of the API on the page: newest rows first, a page at a time, drawn again only when something in it changed.
 */
import type { Language, Text } from "../../../config/Setting.ts"
import { page as words } from "../Words.ts"
import * as Api from "./Api.ts"
import { button, type Content, element } from "./Dom.ts"

export interface Column<Row> {
  readonly head: Text
  /** Set flush right. */
  readonly number?: true
  readonly cell: (row: Row, say: (text: Text) => string) => Content
}

export interface Table<Row> {
  readonly title: Text
  /** Below the title when there are no rows. */
  readonly none: Text
  /** Relative, without a query. */
  readonly path: string
  readonly rows: number
  readonly columns: ReadonlyArray<Column<Row>>
}

interface Rows<Row> {
  readonly items: ReadonlyArray<Row>
  /** Where the next page begins; null at the end. */
  readonly next: number | string | null
}

export interface Listing {
  readonly root: HTMLElement
  /** Ask again for the page that is shown. */
  readonly refresh: () => Promise<void>
}

/** `account`: only the rows of this one. */
export const listing = <Row>(table: Table<Row>, language: Language, account: string | null): Listing => {
  const root = element("section")
  /** Where each page up to the one shown began. */
  const begun: Array<number | string> = []
  let drawn = ""

  const say = (text: Text) => text[language]

  const turn = (change: () => void) => () => {
    change()
    void refresh().catch(() => {})
  }

  const draw = ({ items, next }: Rows<Row>) => {
    const cells = (tag: string, content: (column: Column<Row>) => Content) =>
      element("tr", ...table.columns.map((column) => element(column.number ? `${tag}.number` : tag, content(column))))
    const older = next === null ? null : turn(() => begun.push(next))
    const newer = begun.length === 0 ? null : turn(() => begun.pop())
    const pager =
      older === null && newer === null ? [] : [button(say(words.newer), newer), button(say(words.older), older)]
    const head = element("div.bar", element("h2", say(table.title)), element("span.grow"), ...pager)
    const body =
      items.length === 0
        ? element("p.faint", say(table.none))
        : element(
            "div.scroll",
            element(
              "table",
              element(
                "thead",
                cells("th", ({ head }) => say(head))
              ),
              element("tbody", ...items.map((row) => cells("td", ({ cell }) => cell(row, say))))
            )
          )
    root.replaceChildren(head, body)
  }

  const refresh = async () => {
    const query = new URLSearchParams({ limit: String(table.rows) })
    const before = begun.at(-1)
    if (before !== undefined) query.set("before", String(before))
    if (account !== null) query.set("miner", account)
    const rows = await Api.read<Rows<Row>>(`${table.path}?${query}`)
    const text = JSON.stringify(rows)
    // Of another page than is asked for by now: a button was pressed meanwhile.
    if (begun.at(-1) !== before) return
    if (text !== drawn) draw(rows)
    drawn = text
  }

  return { root, refresh }
}
