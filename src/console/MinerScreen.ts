/**
 * The screen of a miner. Pure.
 *
 * Top to bottom: title, rate, shares, connection, job, one row per thread, what happened last, help. On a small
 * terminal the rows of the threads go first.
 */
import type { Language, Text } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import type { MinerPicture } from "../control/MinerPicture.ts"
import * as Format from "./Format.ts"
import * as Sheet from "./Sheet.ts"
import { type Line, type Span, span } from "./Style.ts"
import { padEnd, padStart } from "./Width.ts"
import * as Words from "./Words.ts"

type Status = MinerPicture["status"]

const { alarm, figure } = Sheet
const words = Words.miner

/** Where the connection stands; a state that this version does not know is shown by its name. */
const linkOf = ({ at, link }: Status, language: Language): Line => {
  const { address = "", detail = "", since, until } = link
  switch (link._tag) {
    case "Connected":
      return [span(`${address} (${Format.duration(at - since)})`, "good")]
    case "Connecting":
      return [span(`${address} ${words.connecting[language]}`, "warn")]
    case "Waiting":
      return [span(`${words.next[language]} ${Format.countdown((until ?? at) - at)} · ${detail}`, "bad")]
    default:
      return [span([link._tag, address, detail].filter((text) => text !== "").join(" "), "warn")]
  }
}

/** What it searches, or why it searches nothing. */
const workOf = ({ idle, job }: Status, language: Language): ReadonlyArray<Line> => {
  const say = (text: Text) => text[language]
  if (job === null) return [[span(idle ?? say(words.none), "warn")]]
  return [
    [span(job.jobId, "bold")],
    figure(say(words.height), job.height),
    figure(say(words.share), Format.quantity(job.shareDifficulty)),
    figure(say(words.block), Format.quantity(job.networkDifficulty))
  ]
}

const groups = (program: ProgramStatus, miner: MinerPicture, language: Language): ReadonlyArray<Sheet.Group> => {
  const { account, pools, status } = miner
  const { latencyMillis, rate, shares } = status
  const say = (text: Text) => text[language]
  return [
    {
      lead: say(words.rate),
      figures: [
        [span(Format.hashrate(rate), "good")],
        figure(say(words.latency), latencyMillis === null ? "-" : `${Math.round(latencyMillis)} ms`),
        figure(say(words.pending), shares.pending)
      ]
    },
    {
      lead: say(words.shares),
      figures: [
        figure(say(words.accepted), shares.accepted, "good"),
        figure(say(words.stale), shares.stale, alarm(shares.stale, "warn")),
        figure(say(words.rejected), shares.rejected, alarm(shares.rejected, "bad")),
        figure(say(words.lost), shares.lost, alarm(shares.lost, "warn")),
        figure(say(words.duplicate), shares.duplicate)
      ]
    },
    {
      lead: say(words.pool),
      figures: [
        linkOf(status, language),
        ...(pools.length > 1 ? [figure(say(words.pools), pools.join(", "), "normal")] : [])
      ]
    },
    { lead: say(words.job), figures: workOf(status, language) },
    {
      lead: say(isAddress(account) ? words.paid : words.credited),
      figures: [
        [span(account)],
        ...(isAddress(account) ? [] : [[span(`(${say(words.unpayable)})`, "warn" as const)]]),
        figure(say(Words.total.memory), Format.size(program.memory.treeBytes))
      ]
    }
  ]
}

/** As public-key hashes are written; any other account is a name that a pool can only count for. */
const isAddress = (account: string): boolean => /^[1-9A-HJ-NP-Za-km-z]{52,56}$/.test(account)

const title = ({ about }: ProgramStatus, { status, worker }: MinerPicture, columns: number, language: Language) =>
  Sheet.banner(
    ` Pitboss ${about.version} · ${about.program} · ${worker}`,
    `${Words.total.uptime[language]} ${Format.duration(status.at - status.startedAt)} `,
    columns
  )

/** Title and figures, the rate of every thread among them. */
export const sheet = (
  program: ProgramStatus,
  miner: MinerPicture,
  columns: number,
  language: Language
): Sheet.Text => ({
  title: title(program, miner, columns, language),
  groups: [
    ...groups(program, miner, language),
    {
      lead: words.threads[language],
      figures: miner.status.threads.map(({ rate, thread }) => figure(String(thread), Format.hashrate(rate)))
    }
  ]
})

const stateOf = (state: string, language: Language) => Words.thread[state]?.[language] ?? state

const rows = (threads: Status["threads"], language: Language): ReadonlyArray<Line> => {
  const fastest = Math.max(1, ...threads.map((thread) => thread.rate))
  const cells = (one: string, two: string, three: string, four: string): ReadonlyArray<Span> => [
    span(` ${padStart(one, 6)}  `, "dim"),
    span(padEnd(two, 12), "normal"),
    span(padStart(three, 12), "bold"),
    span(`  ${padStart(four, 14)}  `, "dim")
  ]
  return [
    cells(words.thread[language], words.state[language], words.rate[language], words.digests[language]),
    ...threads.map((thread) => [
      ...cells(
        String(thread.thread),
        stateOf(thread.state, language),
        Format.hashrate(thread.rate),
        String(thread.tried)
      ),
      span(Format.bar(thread.rate / fastest, 16), "busy")
    ])
  ]
}

/** What it came to, when it has ended: one line. */
export const result = (
  { at, shares, startedAt, tried }: Pick<Status, "at" | "shares" | "startedAt" | "tried">,
  language: Language
): string => {
  const millis = Math.max(1, at - startedAt)
  const counts = (["accepted", "stale", "rejected"] as const).map((name) => [words[name], shares[name]] as const)
  const others = (["duplicate", "lost", "pending"] as const)
    .filter((name) => shares[name] > 0)
    .map((name) => [words[name], shares[name]] as const)
  return [
    words.stopped[language],
    `${Words.total.uptime[language]} ${Format.duration(millis)}`,
    ...[...counts, ...others].map(([word, count]) => `${word[language]} ${count}`),
    `${words.average[language]} ${Format.hashrate((tried * 1000) / millis)}`
  ].join(" · ")
}

export const render = (
  program: ProgramStatus,
  miner: MinerPicture,
  { columns, rows: height }: Sheet.Size,
  language: Language,
  activity: ReadonlyArray<Sheet.Happening>
): Sheet.Drawn => {
  const sums = Sheet.fitting(groups(program, miner, language), columns)
  const top = [title(program, miner, columns, language), ...sums]
  const foot: Line = miner.stopping
    ? [span(` ${words.stopping[language]}`, "warn")]
    : [span(` ${Words.footer.quit[language]}`, "bold")]
  const table = rows(miner.status.threads, language).slice(0, Math.max(0, height - top.length - 1))
  const below = Sheet.happened(activity, height - top.length - table.length - 1, language, 0)
  return { lines: [...top, ...table, ...below, foot], page: 0, rows: 0 }
}
