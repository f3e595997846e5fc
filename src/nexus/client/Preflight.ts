/**
 * What is looked at before a non-local start: the network's version file, and the countries that it does not serve.
 *
 * Best effort: whatever cannot be read is a notice and the start goes on (the official client refuses to start, upstream
 * #2002). The one thing that refuses is a country on the published list. No analytics and no wallet ping exist here. Our
 * reference tells what the file says but not the names in it, so it is read by what its values look like.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import { oneLine } from "../wire/Printable.ts"
import * as Body from "./Body.ts"
import { CountryRefused } from "./Errors.ts"
import { officialVersion } from "./OrchestratorClient.ts"

export interface Report {
  /** ISO 3166 code of the country of this host's address; null when unknown or not looked up. */
  readonly country: string | null
  /** Lines for the operator; none of them stops anything. */
  readonly notices: ReadonlyArray<string>
}

/** What the version file says. */
export interface Requirements {
  /** ISO 3166 codes of the countries that are not served. */
  readonly refusedCountries: ReadonlySet<string>
  /** Versions that it asks for, each with its own words for how much ("blocking", "warning"...). */
  readonly versions: ReadonlyArray<{ readonly version: string; readonly type: string }>
}

export interface Sources {
  readonly versionFile: string
  /** Tried in order; the answer is `loc=XX` on a line of its own, or just XX. */
  readonly country: ReadonlyArray<string>
}

const publicSources: Sources = {
  versionFile: "https://cli.nexus.xyz/version.json",
  country: ["https://www.cloudflare.com/cdn-cgi/trace", "https://ipinfo.io/country"]
}

const maxBytes = 262_144
const maxDepth = 16

/** Reads the version file: country codes in a list whose name speaks of countries, versions beside their type. */
export const parseRequirements = (text: string): Requirements | null => {
  const countries = new Set<string>()
  const versions: Array<{ version: string; type: string }> = []
  const walk = (key: string, value: unknown, depth: number): void => {
    if (typeof value !== "object" || value === null || depth > maxDepth) return
    if (Array.isArray(value)) {
      const codes = value.filter((item): item is string => typeof item === "string" && /^[A-Za-z]{2}$/.test(item))
      if (/countr|ofac|sanction/i.test(key)) for (const code of codes) countries.add(code.toUpperCase())
      for (const item of value) walk(key, item, depth + 1)
      return
    }
    const { type, version } = value as { readonly type?: unknown; readonly version?: unknown }
    if (typeof version === "string" && typeof type === "string" && /^\d+\.\d+\.\d+$/.test(version)) {
      versions.push({ version, type: oneLine(type) })
    }
    for (const [name, item] of Object.entries(value)) walk(name, item, depth + 1)
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== "object" || value === null) return null
    walk("", value, 0)
    return { refusedCountries: countries, versions }
  } catch {
    return null
  }
}

/** The country in an answer of either source, or null. */
export const parseCountry = (text: string): string | null =>
  /^(?:loc=)?([A-Z]{2})\r?$/m.exec(text.slice(0, 4096))?.[1] ?? null

const isNewer = (version: string, than: string): boolean =>
  version.localeCompare(than, "en", { numeric: true, sensitivity: "base" }) > 0

/** The text of a page within 5 s; null, for whatever reason, when there is none. */
const page = (client: HttpClient.HttpClient, url: string): Effect.Effect<string | null> =>
  HttpClient.withTracerPropagation(client, false)
    .get(url)
    .pipe(
      Effect.filterOrFail(({ status }) => status === 200),
      Effect.flatMap((response) => Body.read(response, maxBytes)),
      Effect.timeout("5 seconds"),
      Effect.map((bytes) => (bytes.length > maxBytes ? null : bytes.toString("utf8"))),
      Effect.orElseSucceed(() => null)
    )

/** Looks at both. Fails only when this host's country is one that the network does not serve. */
export const check = (sources: Sources = publicSources): Effect.Effect<Report, CountryRefused, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const text = yield* page(client, sources.versionFile)
    const requirements = text === null ? null : parseRequirements(text)
    if (requirements === null) {
      return { country: null, notices: [`${sources.versionFile} could not be read; going on without it`] }
    }
    const notices = requirements.versions
      .filter(({ version }) => isNewer(version, officialVersion))
      .map(
        ({ type, version }) =>
          `the network asks for client ${version} (${type}); this program speaks ${officialVersion}`
      )
    // Without a list there is no reason to ask anybody where we are.
    if (requirements.refusedCountries.size === 0) return { country: null, notices }
    for (const url of sources.country) {
      const country = parseCountry((yield* page(client, url)) ?? "")
      if (country === null) continue
      if (requirements.refusedCountries.has(country)) return yield* new CountryRefused({ country })
      return { country, notices }
    }
    return { country: null, notices: [...notices, "the country of this address could not be looked up; going on"] }
  })
