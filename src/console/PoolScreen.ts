/**
 * What a pool server does, as figures: chain, miners, shares, blocks, jobs, money, door. Pure.
 *
 * Every number is the pool's own status as it came; a count of trouble is shown when there was any. Words that this
 * version does not know, from a newer pool, are shown as they are.
 */
import type { Language, Text } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import type { PoolPicture } from "../control/PoolPicture.ts"
import { nockShort } from "../nockchain/Nicks.ts"
import * as Format from "./Format.ts"
import * as Sheet from "./Sheet.ts"
import { type Line, span } from "./Style.ts"
import * as Words from "./Words.ts"

const { alarm, figure } = Sheet
const words = Words.pool

const ageOf = (at: number, now: number, language: Language) => {
  const age = Format.duration(now - at)
  return language === "zh" ? `${age}${words.ago.zh}` : `${age} ${words.ago.en}`
}

/** Those of the counts that are not 0, by the names of their language. */
const counts = (
  found: Readonly<Record<string, number>>,
  names: Readonly<Record<string, Text | undefined>>,
  language: Language
): ReadonlyArray<Line> =>
  Object.entries(found)
    .filter(([name, count]) => count > 0 || name === "accepted")
    .map(([name, count]) => figure(names[name]?.[language] ?? name, count, name === "accepted" ? "good" : "warn"))

const chain = ({ status }: PoolPicture, now: number, language: Language): ReadonlyArray<Line> => {
  const { job, source, sync, tip } = status
  const say = (text: Text) => text[language]
  const state = Words.sync[sync.state]?.[language] ?? sync.state
  const behind = sync.networkHeight === null || sync.networkHeight === tip?.height ? "" : sync.networkHeight
  const height = `${tip?.height ?? "-"}${behind === "" ? "" : ` ${say(words.of)} ${behind}`}`
  return [
    [span(source.name, "bold")],
    [span(state, sync.state === "synced" ? "good" : "warn")],
    figure(say(words.height), height),
    figure(say(words.block), tip === null ? "-" : ageOf(tip.timestamp, now, language)),
    figure(say(words.difficulty), job === null ? "-" : Format.quantity(job.networkDifficulty))
  ]
}

const miners = ({ status }: PoolPicture, language: Language): ReadonlyArray<Line> => {
  const { active, pending, threads } = status.connections
  const say = (text: Text) => text[language]
  return [
    figure(say(words.connected), active),
    ...(pending > 0 ? [figure(say(words.unidentified), pending, "warn")] : []),
    figure(say(words.threads), threads),
    figure(say(words.hashrate), Format.hashrate(status.hashrate), "good")
  ]
}

const tally = (names: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const name of names) found[name] = (found[name] ?? 0) + 1
  return found
}

const blocks = ({ status }: PoolPicture, now: number, language: Language): ReadonlyArray<Line> => {
  const { lastOwnBlockAt, ledger, winners } = status
  const say = (text: Text) => text[language]
  const orphaned = ledger?.orphaned ?? 0
  return [
    figure(say(words.found), ledger?.found ?? "-"),
    figure(say(words.accepted), ledger?.accepted ?? "-", "good"),
    figure(say(words.orphaned), ledger === null ? "-" : orphaned, alarm(orphaned, "warn")),
    ...Object.entries(tally(winners.map(({ state }) => state))).map(([state, count]) =>
      figure(Words.winner[state]?.[language] ?? state, count)
    ),
    ...(lastOwnBlockAt === null ? [] : [figure(say(words.lastOwn), ageOf(lastOwnBlockAt, now, language))])
  ]
}

const jobs = ({ status }: PoolPicture, now: number, language: Language): ReadonlyArray<Line> => {
  const { job, jobs: made } = status
  const say = (text: Text) => text[language]
  if (job === null) return [figure(say(words.made), made)]
  return [
    figure(say(words.made), made),
    figure(say(words.now), job.jobId),
    figure(say(words.height), job.height),
    [span(ageOf(job.issuedAt, now, language))]
  ]
}

const books = ({ balances, status }: PoolPicture, language: Language): ReadonlyArray<Line> => {
  const say = (text: Text) => text[language]
  const money = (nicks: bigint) => `${nockShort(nicks)} NOCK`
  if (balances === null || status.ledger === null) return [[span(say(words.unreadable), "bad")]]
  const { last, problem } = status.payout
  // "payout-1 sent"
  const lately = last?.replace(/\w+$/, (state) => Words.payout[state]?.[language] ?? state) ?? null
  return [
    figure(say(words.shares), String(status.ledger.shares)),
    figure(say(words.accounts), balances.accounts),
    figure(say(words.immature), money(balances.immatureNicks)),
    figure(say(words.payable), money(balances.payableNicks)),
    figure(say(words.paid), money(balances.paidNicks)),
    ...(problem === null && lately === null
      ? []
      : [figure(say(words.payout), problem ?? lately ?? "", problem === null ? "normal" : "bad")])
  ]
}

const door = ({ ports, status }: PoolPicture, language: Language): ReadonlyArray<Line> => {
  const { bans, refused, total } = status.connections
  const say = (text: Text) => text[language]
  const sum = Object.values(refused).reduce((all, count) => all + count, 0)
  const port = (label: string, bound: string | null) =>
    figure(label, bound ?? say(words.closed), bound === null ? "bad" : "normal")
  return [
    port("gRPC", ports.miners),
    port("HTTP", ports.http),
    figure(say(words.connections), total),
    figure(say(words.refused), sum, alarm(sum, "warn")),
    ...counts(refused, Words.refusal, language),
    figure(say(words.bans), bans, alarm(bans, "warn"))
  ]
}

/** Title and figures. `now` in milliseconds since 1970. */
export const sheet = (
  program: ProgramStatus,
  pool: PoolPicture,
  now: number,
  columns: number,
  language: Language
): Sheet.Text => {
  const { about, memory } = program
  const { ready, status } = pool
  const say = (text: Text) => text[language]
  const state: Line = ready.ready
    ? [span(say(words.ready), "good")]
    : [span(`${say(words.notReady)}: ${ready.reason ?? ""}`, "bad")]
  const waiting = status.waiting === 0 ? [] : [figure(say(words.waiting), status.waiting)]
  return {
    title: Sheet.banner(
      ` Pitboss ${about.version} · ${about.program} · ${status.source.name} · pid ${about.pid}`,
      `${say(Words.total.uptime)} ${Format.duration(now - about.startedAt)} `,
      columns
    ),
    groups: [
      { lead: say(words.state), figures: [state] },
      { lead: say(words.chain), figures: chain(pool, now, language) },
      { lead: say(words.miners), figures: miners(pool, language) },
      { lead: say(words.shares), figures: [...counts(status.shares, Words.share, language), ...waiting] },
      { lead: say(words.blocks), figures: blocks(pool, now, language) },
      { lead: say(words.jobs), figures: jobs(pool, now, language) },
      { lead: say(words.books), figures: books(pool, language) },
      { lead: say(words.door), figures: door(pool, language) },
      { lead: say(Words.total.memory), figures: [[span(Format.size(memory.treeBytes), "bold")]] }
    ]
  }
}
