/**
 * Pins the names, URLs and the loopback rule of environments.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Environment from "../../../../src/nexus/client/Environment.ts"

const parse = (value: string) => Either.getOrThrow(Environment.parse(value, "--env"))
const fault = (value: string) => Either.getOrThrow(Either.flip(Environment.parse(value, "--env"))).message

describe("Environment", () => {
  it("defect 3: production is a valid environment, and beta leads to it", () => {
    assert.strictEqual(parse("production").url, "https://production.orchestrator.nexus.xyz")
    assert.strictEqual(parse("beta").url, "https://production.orchestrator.nexus.xyz")
    assert.strictEqual(parse("staging").url, "https://staging.orchestrator.nexus.xyz")
    assert.strictEqual(parse("local").url, "http://127.0.0.1:50505")
  })

  it("names in any case, as config.json and NEXUS_ENVIRONMENT hold them", () => {
    for (const name of ["Production", "BETA", " Staging ", "Local"]) {
      assert.strictEqual(parse(name).name, name.trim().toLowerCase())
    }
    assert.deepStrictEqual(
      ["production", "beta", "staging", "local"].map((name) => parse(name).display),
      ["Production", "Beta", "Staging", "Local"]
    )
  })

  it("local means a loopback host and nothing else", () => {
    for (const url of [
      "http://localhost:1",
      "http://LOCALHOST",
      "http://127.0.0.1:50505",
      "http://127.9.9.9",
      "http://127.1:80",
      "http://0x7f000001",
      "https://[::1]:5"
    ]) {
      assert.isTrue(parse(url).local, url)
    }
    for (const url of [
      "http://0.0.0.0:50505",
      "http://10.0.0.1",
      "http://localhost.example.com",
      "http://127.0.0.1.example.com",
      "http://example.com/127.0.0.1",
      "http://[::2]",
      "https://production.orchestrator.nexus.xyz"
    ]) {
      assert.isFalse(parse(url).local, url)
    }
    assert.isTrue(parse("local").local)
    for (const name of ["production", "beta", "staging"]) assert.isFalse(parse(name).local)
  })

  it("a URL loses its trailing slashes and keeps its path", () => {
    assert.strictEqual(parse("http://127.0.0.1:9/").url, "http://127.0.0.1:9")
    assert.strictEqual(parse("https://Example.com:443/nexus//").url, "https://example.com/nexus")
  })

  it("anything else is refused with what is accepted", () => {
    assert.strictEqual(
      fault("testnet"),
      '--env: "testnet" is no environment: use production, beta, staging, local, or a URL such as http://127.0.0.1:50505'
    )
    assert.include(fault("__proto__"), "is no environment")
    assert.include(fault("ftp://x"), "only http and https")
    assert.include(fault("http://"), "cannot be read")
    assert.include(fault("http://x/?a=1"), "must end with its path")
  })

  it("a password in a URL is refused and not shown", () => {
    const message = fault("https://me:hunter2@example.com")
    assert.include(message, "name or password")
    assert.notInclude(message, "hunter2")
  })

  it("every orchestrator has file names of its own, production and beta the same", () => {
    assert.strictEqual(Environment.suffixOf(parse("production")), "")
    assert.strictEqual(Environment.suffixOf(parse("beta")), "")
    assert.strictEqual(Environment.suffixOf(parse("local")), "-local")
    const urls = [
      "http://127.0.0.1:50505",
      "http://127.0.0.1:50506",
      "http://[::1]:1/a",
      "http://[::1]:1/b",
      "https://x.example"
    ]
    const suffixes = urls.map((url) => Environment.suffixOf(parse(url)))
    assert.strictEqual(new Set(suffixes).size, urls.length)
    for (const suffix of suffixes) assert.match(suffix, /^-[a-z0-9.-]+$/)
    assert.isBelow(Environment.suffixOf(parse(`http://${"a.".repeat(120)}b`)).length, 80)
  })
})
