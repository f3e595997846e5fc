/**
 * Pins which status of which operation becomes which typed error, and what an operator reads.
 */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import type { Operation } from "../../../../actors/nexus/Errors.ts"
import * as Replies from "../../../../src/nexus/client/Replies.ts"
import { errorBody } from "./support.ts"

const now = Date.UTC(2026, 2, 1, 12, 0, 0)
const refusal = (status: number, body = "", headers: Record<string, string> = {}): Replies.Refusal => ({
  status,
  headers,
  body
})
const submitTag = (status: number) => {
  const outcome = Replies.submitOutcome("t", refusal(status), now)
  return outcome === "duplicate" ? outcome : outcome._tag
}
const tag = (operation: Exclude<Operation, "submit proof">, status: number, body = "") =>
  Replies.refusalOf(operation, refusal(status, body), now)._tag

describe("Retry-After", () => {
  it("seconds", () => {
    assert.strictEqual(Replies.retryAfterMillis("120", now), 120_000)
    assert.strictEqual(Replies.retryAfterMillis(" 0 ", now), 0)
  })

  it("an HTTP date, relative to the clock, in all three forms", () => {
    assert.strictEqual(Replies.retryAfterMillis("Sun, 01 Mar 2026 12:01:30 GMT", now), 90_000)
    assert.strictEqual(Replies.retryAfterMillis("Sunday, 01-Mar-26 12:01:30 GMT", now), 90_000)
    assert.strictEqual(Replies.retryAfterMillis("Sun Mar  1 12:01:30 2026 GMT", now), 90_000)
  })

  it("a date in the past means now", () => {
    assert.strictEqual(Replies.retryAfterMillis("Sun, 01 Mar 2026 11:00:00 GMT", now), 0)
  })

  it("absent or unreadable is null, absurd is a day", () => {
    for (const header of [undefined, "", "soon", "-5", "1.5", "Sunday"]) {
      assert.isNull(Replies.retryAfterMillis(header, now), header)
    }
    assert.strictEqual(Replies.retryAfterMillis("9".repeat(400), now), 86_400_000)
    assert.strictEqual(Replies.retryAfterMillis("Mon, 01 Mar 2999 12:00:00 GMT", now), 86_400_000)
  })
})

describe("refusals of a submission", () => {
  it("409 is a success: the orchestrator has it", () => assert.strictEqual(submitTag(409), "duplicate"))
  it("404 and 410 mean that the task expired", () => {
    for (const status of [404, 410]) assert.strictEqual(submitTag(status), "TaskExpired")
  })
  it("429 is a rate limit, never a lost proof", () => assert.strictEqual(submitTag(429), "RateLimited"))
  it("401 and 403 are a refusal of the node", () => {
    for (const status of [401, 403]) assert.strictEqual(submitTag(status), "Forbidden")
  })
  it("400, 413, 422 and every other 4xx are a verdict on the proof", () => {
    for (const status of [400, 402, 405, 413, 415, 422, 451]) {
      assert.strictEqual(submitTag(status), "SubmissionRefused")
    }
  })
  it("407, 408, 421, 425 and redirects are no verdict: the proof is kept and tried again", () => {
    for (const status of [301, 302, 307, 407, 408, 421, 425]) assert.strictEqual(submitTag(status), "Unreachable")
  })
  it("5xx is trouble of the server, with its Retry-After", () => {
    for (const status of [500, 502, 503, 504, 520, 599]) assert.strictEqual(submitTag(status), "ServerTrouble")
    const outcome = Replies.submitOutcome("t", refusal(503, "", { "retry-after": "7" }), now)
    assert.isTrue(outcome !== "duplicate" && outcome._tag === "ServerTrouble" && outcome.retryAfterMillis === 7000)
  })
})

describe("refusals of everything else", () => {
  it("404 on a fetch: no task at the moment, unless the body says that the node is unknown", () => {
    const of = (body: string) => Replies.refusalOf("fetch task", refusal(404, body), now)
    const what = (body: string) => {
      const error = of(body)
      return error._tag === "NotFound" ? error.what : error._tag
    }
    assert.strictEqual(what(errorBody("Task not found", 404)), "task")
    assert.strictEqual(what(errorBody("No tasks available for node 5", 404)), "task")
    assert.strictEqual(what(errorBody("Node not found", 404)), "node")
    assert.strictEqual(what(""), "task")
  })

  it("404 elsewhere names what was asked for", () => {
    for (const [operation, what] of [
      ["read node", "node"],
      ["look up user", "user"],
      ["register node", "user"]
    ] as const) {
      const error = Replies.refusalOf(operation, refusal(404), now)
      assert.isTrue(error._tag === "NotFound" && error.what === what, operation)
    }
    assert.strictEqual(tag("register user", 404), "RequestRefused")
  })

  it("the rest, by status", () => {
    for (const operation of ["fetch task", "read node", "look up user", "register user", "register node"] as const) {
      assert.strictEqual(tag(operation, 429), "RateLimited")
      assert.strictEqual(tag(operation, 403), "Forbidden")
      assert.strictEqual(tag(operation, 400), "RequestRefused")
      assert.strictEqual(tag(operation, 409), "RequestRefused")
      assert.strictEqual(tag(operation, 408), "Unreachable")
      assert.strictEqual(tag(operation, 503), "ServerTrouble")
      assert.strictEqual(tag(operation, 302), "Unreachable")
    }
  })
})

describe("the one line of detail", () => {
  it("is the message of the JSON body, else its name, else the text", () => {
    assert.strictEqual(Replies.detailOf(errorBody("Task not found", 404)), "Task not found")
    assert.strictEqual(Replies.detailOf('{"name":"NotFoundError"}'), "NotFoundError")
    assert.strictEqual(Replies.detailOf("plain\n  words\t."), "plain words .")
    assert.strictEqual(Replies.detailOf(" \r\n"), "no explanation given")
    assert.strictEqual(Replies.detailOf("null"), "null")
  })

  it("is the title of an HTML page, as a cloud front end sends with 403", () => {
    const page = `<!DOCTYPE html>\n<html><head><title>\n Attention Required! | Cloudflare</title>${"x".repeat(9000)}`
    assert.strictEqual(Replies.detailOf(page), 'an HTML page, "Attention Required! | Cloudflare"')
    assert.strictEqual(Replies.detailOf("<html><h1>403 Forbidden</h1></html>"), 'an HTML page, "403 Forbidden"')
    assert.strictEqual(Replies.detailOf("<html></html>"), "an HTML page")
  })

  it("is always one short line that cannot steer a terminal", () => {
    assert.strictEqual(Replies.detailOf("\u001b[2Jgone\u0007\u009b1m"), "[2Jgone 1m")
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "binary", maxLength: 400 }), (body) => {
        const detail = Replies.detailOf(body)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
        return detail.length > 0 && detail.length <= 200 && !/[\u0000-\u001f\u007f-\u009f]/.test(detail)
      }),
      { numRuns: 500, seed: 21 }
    )
  })
})
