/**
 * The look before a start: best effort in everything but the published country list.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as Preflight from "../../../../src/nexus/client/Preflight.ts"
import { serve } from "./support.ts"

const versionFile = JSON.stringify({
  version_constraints: [
    { version: "0.10.0", type: "blocking", message: "too old" },
    { version: "0.10.14", type: "warning", message: "old" }
  ],
  ofac_country_codes: ["KP", "ir"]
})

/** Three pages by path; a missing one is a 404. */
const stage = (pages: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const server = yield* serve((response, { path }) => {
      const page = pages[path]
      response.writeHead(page === undefined ? 404 : 200).end(page)
    })
    const sources = {
      versionFile: `${server.url}/version.json`,
      country: [`${server.url}/trace`, `${server.url}/country`]
    }
    const check = Preflight.check(sources).pipe(Effect.provide(FetchHttpClient.layer))
    return { check, paths: Effect.sync(() => server.seen.map(({ path }) => path)), url: server.url }
  })

const trace = "fl=1f1\nh=www.cloudflare.com\nip=192.0.2.1\nts=1.5\nloc=DE\ntls=TLSv1.3\n"

describe("Preflight", () => {
  it.scoped("all is well: the country is known, nothing to say", () =>
    Effect.gen(function* () {
      const { check, paths } = yield* stage({ "/version.json": versionFile, "/trace": trace })
      assert.deepStrictEqual(yield* check, { country: "DE", notices: [] })
      assert.deepStrictEqual(yield* paths, ["/version.json", "/trace"])
    })
  )

  it.scoped("a country on the list is refused, in either case of letters", () =>
    Effect.gen(function* () {
      for (const country of ["KP", "IR"]) {
        const { check } = yield* stage({ "/version.json": versionFile, "/trace": `loc=${country}\n` })
        const error = yield* Effect.flip(check)
        assert.strictEqual(error._tag, "CountryRefused")
        assert.strictEqual(error.country, country)
      }
    })
  )

  it.scoped("the second source is asked when the first does not know", () =>
    Effect.gen(function* () {
      const { check, paths } = yield* stage({ "/version.json": versionFile, "/country": "FR\n" })
      assert.strictEqual((yield* check).country, "FR")
      assert.deepStrictEqual(yield* paths, ["/version.json", "/trace", "/country"])
    })
  )

  it.scoped("a country that cannot be looked up stops nothing", () =>
    Effect.gen(function* () {
      const { check } = yield* stage({ "/version.json": versionFile, "/trace": "<html>loc?</html>" })
      const report = yield* check
      assert.isNull(report.country)
      assert.deepStrictEqual(report.notices, ["the country of this address could not be looked up; going on"])
    })
  )

  it.scoped("a version file that is missing, garbage or too large stops nothing and asks nobody where we are", () =>
    Effect.gen(function* () {
      for (const page of [undefined, "<html>", "[", "7", " ".repeat(300_000)]) {
        const { check, paths, url } = yield* stage(page === undefined ? {} : { "/version.json": page })
        const report = yield* check
        assert.deepStrictEqual(report, {
          country: null,
          notices: [`${url}/version.json could not be read; going on without it`]
        })
        assert.deepStrictEqual(yield* paths, ["/version.json"])
      }
    })
  )

  it.scoped("a version server that never answers costs 5 s of the clock and no more", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => undefined)
      const check = Preflight.check({ versionFile: server.url, country: [] }).pipe(
        Effect.provide(FetchHttpClient.layer)
      )
      const running = yield* Effect.fork(check)
      yield* server.arrived
      yield* TestClock.adjust("5 seconds")
      assert.include((yield* Fiber.join(running)).notices[0] ?? "", "could not be read")
    })
  )

  it.scoped("no list, no look-up", () =>
    Effect.gen(function* () {
      const { check, paths } = yield* stage({ "/version.json": "{}" })
      assert.deepStrictEqual(yield* check, { country: null, notices: [] })
      assert.deepStrictEqual(yield* paths, ["/version.json"])
    })
  )

  it.scoped("a network that moved on is a notice, whatever its type", () =>
    Effect.gen(function* () {
      const file = JSON.stringify({
        list: [
          { version: "0.11.0", type: "blocking" },
          { version: "0.10.9", type: "x" }
        ]
      })
      const { check } = yield* stage({ "/version.json": file })
      assert.deepStrictEqual((yield* check).notices, [
        "the network asks for client 0.11.0 (blocking); this program speaks 0.10.18"
      ])
    })
  )

  it("codes count only in a list whose name speaks of countries, at any depth that is sane", () => {
    const countries = (value: unknown) => [
      ...(Preflight.parseRequirements(JSON.stringify(value))?.refusedCountries ?? [])
    ]
    assert.deepStrictEqual(countries({ a: { restricted_countries: ["XX", "toolong", 5] }, languages: ["EN"] }), ["XX"])
    let deep: unknown = { ofac: ["XX"] }
    for (let level = 0; level < 1_000; level++) deep = { deep }
    assert.deepStrictEqual(countries(deep), [])
  })

  it("countries are read from both kinds of answer and from nothing else", () => {
    assert.strictEqual(Preflight.parseCountry(trace), "DE")
    assert.strictEqual(Preflight.parseCountry("US"), "US")
    assert.strictEqual(Preflight.parseCountry("h=x\r\nloc=GB\r\n"), "GB")
    for (const text of ["", "us", "USA", "xloc=US", "loc=", "<b>US</b>"])
      assert.isNull(Preflight.parseCountry(text), text)
  })
})
