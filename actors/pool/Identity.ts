/**
 * Who a miner says it is, taken apart and held within bounds: account, worker, token, rate, threads. Pure.
 *
 * Nothing of it is believed: an account is whoever says its name (shares can only be credited to it, never taken from it),
 * a rate decides about the first difficulty only, and a token is compared in constant time.
 */
import * as Crypto from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { MinerReport } from "./PoolService.ts"

const account = /^[\x21-\x7e]{1,128}$/
const label = /^[\x20-\x7e]{0,64}$/

export interface Identity {
  readonly minerId: string
  readonly worker: string
}

export const nobody: Identity = { minerId: "", worker: "" }

/** Account and worker of a report; a sentence when they are unusable. */
export const of = (report: Identity): Identity | string => {
  if (!account.test(report.minerId)) return "an account name has 1 to 128 visible ASCII characters"
  if (!label.test(report.worker)) return "a worker name has at most 64 ASCII characters"
  const dot = report.minerId.indexOf(".")
  if (report.worker !== "" || dot <= 0) return { minerId: report.minerId, worker: report.worker }
  const worker = report.minerId.slice(dot + 1)
  if (!label.test(worker)) return "a worker name has at most 64 ASCII characters"
  return { minerId: report.minerId.slice(0, dot), worker }
}

const digest = (text: string): Uint8Array => Crypto.createHash("sha256").update(text).digest()

/** Every token is compared, in constant time. */
export const authorised = (tokens: ReadonlyArray<Redacted.Redacted>, given: Redacted.Redacted | null): boolean => {
  if (tokens.length === 0) return true
  const mine = digest(given === null ? "" : Redacted.value(given))
  let right = false
  for (const token of tokens) {
    if (Crypto.timingSafeEqual(digest(Redacted.value(token)), mine)) right = true
  }
  return given !== null && right
}

const maxRate = 1e15
const maxThreads = 65_535

/** Digests per second that it says it makes; null when it says none. */
export const claimed = ({ rate }: MinerReport): number | null =>
  rate === null || !(rate > 0) ? null : Math.min(rate, maxRate)

export const threadsOf = ({ threads }: MinerReport): number =>
  Number.isFinite(threads) ? Math.min(maxThreads, Math.max(0, Math.trunc(threads))) : 0
