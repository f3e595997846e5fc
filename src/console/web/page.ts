/**
 * The pool's page in a browser: is it healthy, who mines, what was found, what is whose.
 *
 * It reads the same HTTP API as everybody else, every five seconds while somebody looks at it, and keeps nothing but the
 * language. An account's own page is `#ADDRESS`, so that a miner can keep a link to it.
 */
import type { Language, Text } from "../../../config/Setting.ts"
import type * as Shapes from "../../pool/http/Shapes.ts"
import * as Format from "../Format.ts"
import * as Words from "../Words.ts"
import * as Api from "./Api.ts"
import { button, type Content, element, link } from "./Dom.ts"
import { listing } from "./Listing.ts"
import * as Tables from "./Tables.ts"

const everyMillis = 5_000
const { page: words, pool: names } = Words

/** Where a browser keeps the reader's choice; it may refuse to keep anything. */
const languageKey = "pitboss-language"

const chosenLanguage = (): Language => {
  try {
    const kept = localStorage.getItem(languageKey)
    if (kept === "en" || kept === "zh") return kept
  } catch {}
  return navigator.language.startsWith("zh") ? "zh" : "en"
}

const choose = (language: Language): void => {
  try {
    localStorage.setItem(languageKey, language)
  } catch {}
  show(language)
}

const chosenAccount = (): string | null => {
  const text = location.hash.slice(1)
  try {
    return decodeURIComponent(text).trim() || null
  } catch {
    return text
  }
}

interface Picture {
  readonly pool: Shapes.Pool
  readonly status: Shapes.Status
  readonly ready: Shapes.Ready
}

const look = async (): Promise<Picture> => {
  const [pool, status, ready] = await Promise.all([
    Api.read<Shapes.Pool>("api/v1/pool"),
    Api.read<Shapes.Status>("api/status"),
    Api.read<Shapes.Ready>("ready")
  ])
  return { pool, status, ready }
}

/** One figure: its name, its value, and what else is to be said of it. */
const figure = (name: string, value: Content, ...more: ReadonlyArray<Content>) =>
  element("div", element("dt", name), element("dd", value), element("dd", ...more))

const figures = ({ pool, status }: Picture, language: Language): ReadonlyArray<HTMLElement> => {
  const say = (text: Text) => text[language]
  const ago = (at: string) =>
    `${Format.duration(Api.now() - Date.parse(at))}${language === "zh" ? "" : " "}${say(names.ago)}`
  const { job, shares, sync } = pool
  const state = Words.sync[sync.state]
  const difficulty = Number(job?.networkDifficulty ?? 0)
  const perBlock = difficulty / pool.hashrate
  const others = Object.entries(shares).filter(([code, count]) => code !== "accepted" && count > 0)
  return [
    figure(say(names.hashrate), Format.hashrate(pool.hashrate), say(words.measured)),
    figure(say(names.miners), String(pool.connections.active), `${status.total_threads} ${say(names.threads)}`),
    figure(
      say(names.height),
      String(status.current_block_height),
      state === undefined ? sync.state : say(state),
      ...(status.last_block_time === null ? [] : [` · ${ago(status.last_block_time)}`])
    ),
    figure(
      say(names.difficulty),
      job === null ? "-" : Format.quantity(difficulty),
      Number.isFinite(perBlock) && perBlock > 0 ? `${Format.duration(perBlock * 1000)} ${say(words.perBlock)}` : ""
    ),
    figure(
      say(names.blocks),
      `${status.blocks_accepted} ${say(names.accepted)}`,
      `${status.blocks_found} ${say(names.found)}`
    ),
    figure(
      say(names.shares),
      `${shares["accepted"] ?? 0} ${say(names.accepted)}`,
      others.map(([code, count]) => `${count} ${Words.share[code]?.[language] ?? code}`).join(" · ")
    )
  ]
}

/** What a miner is started with to come to this pool; nothing while it listens to nobody. */
const command = ({ listening }: Shapes.Pool): string | null => {
  if (listening === null) return null
  const host = location.hostname === "" ? "127.0.0.1" : location.hostname
  const scheme = listening.tls ? "https://" : ""
  const token = listening.token ? " --token-file FILE" : ""
  return `node dist/main.js miner ${scheme}${host}:${listening.port}${token}`
}

/** Ends the page that is shown. */
let close = () => {}

const show = (language: Language): void => {
  close()
  const account = chosenAccount()
  const say = (text: Text) => text[language]
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en"
  document.title = `Pitboss ${say(words.title)}`

  const chain = element("span.faint")
  const state = element("span.state")
  const notice = element("p.notice.warn")
  const grid = element("dl.figures")
  const connect = element("code")
  const up = element("span.faint")
  state.setAttribute("role", "status")

  const other: Language = language === "zh" ? "en" : "zh"
  const header = element(
    "header",
    element("h1", `Pitboss ${say(words.title)}`),
    chain,
    element("span.grow"),
    state,
    button(other === "zh" ? "中文" : "English", () => choose(other))
  )

  const input = document.createElement("input")
  input.value = account ?? ""
  input.placeholder = say(words.address)
  input.setAttribute("aria-label", say(words.address))
  const form = document.createElement("form")
  form.className = "bar"
  form.append(element("h2", say(words.account)), input, element("button", say(words.show)))
  if (account !== null) form.append(link(say(words.all), "#"))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    location.hash = encodeURIComponent(input.value.trim())
  })

  const everybody = [
    listing(Tables.connections, language, null),
    listing(Tables.blocks, language, null),
    listing(Tables.accounts, language, null),
    listing(Tables.payouts, language, null)
  ]
  const one = [
    listing(Tables.accounts, language, account),
    listing(Tables.connections, language, account),
    listing(Tables.workers, language, account),
    listing(Tables.shares, language, account)
  ]
  const listings = account === null ? everybody : one

  document.body.replaceChildren(
    header,
    notice,
    grid,
    element("section", element("h2", say(words.connect)), element("p", connect)),
    element("section", form),
    ...listings.map(({ root }) => root),
    element("footer.bar.faint", up, element("span.grow"), link("API", "api/openapi.json"), link("metrics", "metrics"))
  )

  const draw = (picture: Picture) => {
    const { pool, ready, status } = picture
    chain.textContent = pool.chain.name
    state.className = `state ${ready.ready ? "good" : "bad"}`
    state.textContent = say(ready.ready ? names.ready : names.notReady)
    notice.textContent = [pool.chain.kind === "devnet" ? say(words.worthless) : null, ready.reason]
      .filter((text) => text !== null)
      .join(" ")
    grid.replaceChildren(...figures(picture, language))
    connect.textContent = command(pool) ?? say(names.closed)
    up.textContent = `${say(words.up)} ${Format.duration(status.uptime_seconds * 1000)}`
  }

  let timer: number | undefined
  let closed = false
  const refresh = async () => {
    clearTimeout(timer)
    try {
      draw(await look())
      await Promise.all(listings.map((listing) => listing.refresh()))
    } catch {
      // Whatever it was, the figures on the page are old now.
      state.className = "state bad"
      state.textContent = say(words.silent)
    }
    clearTimeout(timer)
    if (!closed && !document.hidden) timer = setTimeout(refresh, everyMillis)
  }
  const wake = () => {
    if (!document.hidden) void refresh()
  }
  document.addEventListener("visibilitychange", wake)
  close = () => {
    closed = true
    clearTimeout(timer)
    document.removeEventListener("visibilitychange", wake)
  }
  void refresh()
}

addEventListener("hashchange", () => show(chosenLanguage()))
show(chosenLanguage())
