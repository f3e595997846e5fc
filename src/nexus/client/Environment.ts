/**
 * Which orchestrator a command talks to, and whether it is on this host.
 *
 * The names are those of all generations of the official client; "beta" moved to the production orchestrator with
 * 0.9.7. A URL is accepted wherever a name is. "Local" is decided by the host alone, never by the name: only a loopback
 * host may be given execution receipts, and only a local environment keeps its key and config away from ~/.nexus.
 */
import { createHash } from "node:crypto"
import * as Either from "effect/Either"
import { UnknownEnvironment } from "./Errors.ts"

export interface Environment {
  readonly name: "production" | "staging" | "beta" | "local" | "custom"
  /** Base URL without a trailing slash. */
  readonly url: string
  /** True when the host is a loopback host. */
  readonly local: boolean
  /** The form that config.json holds: "Production", "Beta"... */
  readonly display: string
}

const named: ReadonlyMap<string, Environment> = new Map([
  [
    "production",
    { name: "production", url: "https://production.orchestrator.nexus.xyz", local: false, display: "Production" }
  ],
  ["beta", { name: "beta", url: "https://production.orchestrator.nexus.xyz", local: false, display: "Beta" }],
  ["staging", { name: "staging", url: "https://staging.orchestrator.nexus.xyz", local: false, display: "Staging" }],
  ["local", { name: "local", url: "http://127.0.0.1:50505", local: true, display: "Local" }]
])

/** What may be typed. */
export const accepted = "production, beta, staging, local, or a URL such as http://127.0.0.1:50505"

/** True for localhost, 127.0.0.0/8 and ::1, as `URL.hostname` writes them. */
const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === "[::1]"

const fromUrl = (text: string): Either.Either<Environment, string> => {
  if (!URL.canParse(text)) return Either.left("the URL cannot be read")
  const url = new URL(text)
  if (url.protocol !== "http:" && url.protocol !== "https:") return Either.left("only http and https URLs are possible")
  if (url.username !== "" || url.password !== "") return Either.left("the URL must not hold a name or password")
  if (url.search !== "" || url.hash !== "") return Either.left("the URL must end with its path")
  const base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`
  return Either.right({ name: "custom", url: base, local: isLoopback(url.hostname), display: "Custom" })
}

/** Reads a name (in any case) or a URL. `source` says where it came from, for the error. */
export const parse = (value: string, source: string): Either.Either<Environment, UnknownEnvironment> => {
  const trimmed = value.trim()
  const known = named.get(trimmed.toLowerCase())
  if (known !== undefined) return Either.right(known)
  const parsed = trimmed.includes("://") ? fromUrl(trimmed) : Either.left(`use ${accepted}`)
  // A password that was typed into a URL must not come back in a message.
  const shown = value.replace(/\/\/[^/@]*@/, "//***@")
  return Either.mapLeft(parsed, (detail) => new UnknownEnvironment({ source, value: shown, detail }))
}

/**
 * A part of file names that tells the tasks and proofs of one orchestrator from those of another, which would refuse
 * them; empty for the production orchestrator.
 */
export const suffixOf = ({ name, url }: Pick<Environment, "name" | "url">): string => {
  if (name === "production" || name === "beta") return ""
  if (name !== "custom") return `-${name}`
  const digest = createHash("sha256").update(url).digest("hex").slice(0, 8)
  return `-${new URL(url).hostname.replace(/[^a-z0-9.-]/g, "").slice(0, 60)}-${digest}`
}
