import { chmodSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assert, describe, it } from "vitest"
import { client, originalProto, services, subscribe } from "../pool/grpc/Peers.ts"
import { keys } from "../../harness/Certificates.ts"
import { run, start, temporary } from "./Program.ts"

const free = ["--address", "127.0.0.1:0", "--http", "127.0.0.1:0"]
const oldKey = `2${"q".repeat(131)}`

const file = (name: string, text: string, mode: number) => {
  const path = join(temporary(), name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const firstOrder = (port: number) =>
  Effect.flatMap(client(originalProto, port), (old) => {
    const { call, next } = subscribe(old, { miner_id: "old", threads: 1 })
    return Effect.ensuring(
      Effect.promise(next),
      Effect.sync(() => call.cancel())
    )
  })

describe("pool-server refuses, in one line and with 2,", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
    ["a key of version 0", ["-p", oldKey], /--pubkey: a public key of version 0 .* cannot be mined to any more/],
    ["something that is no key", ["-p", "0O"], /--pubkey: not an address: it has characters that base58 does not have/],
    ["a chain that it has no adapter for", ["--chain", "node"], /--chain: "node" cannot be mined yet/],
    ["an address without port", ["-a", "127.0.0.1"], /--address: expected an address such as 0\.0\.0\.0:7777/],
    ["a level that does not exist", ["-l", "loud"], /--log: expected one of trace, debug, info, warn, error/],
    ["books of another kind", ["--db", "mysql://me:geheim@host/d"], /--db: expected a file .* got a mysql:\/\/ URL$/m],
    ["half of a TLS setting", ["--tls-cert", "x"], /--tls-cert and --tls-key go together/]
  ]
  for (const [what, args, message] of cases) {
    it(what, async () => {
      const result = await run(["pool-server", ...args])
      assert.match(result.stderr, message)
      assert.notInclude(result.stderr, "geheim")
      assert.strictEqual(result.stderr.trimEnd().split("\n").length, 1)
      assert.strictEqual(result.code, 2)
    })
  }

  it("a token file that others can read, and one with a short token", async () => {
    const open = await run(["pool-server", ...free, "--token-file", file("open", `${"t".repeat(32)}\n`, 0o644)])
    assert.match(open.stderr, /other users of this machine can read it; make it private: chmod 600/)
    assert.strictEqual(open.code, 2)
    const short = await run(["pool-server", ...free, "--token-file", file("short", "secret\n", 0o600)])
    assert.match(short.stderr, /token 1: expected 16 to 256/)
    assert.notInclude(short.stderr, "secret\n")
    assert.strictEqual(short.code, 2)
  })

  it("certificates that are none, and a key that does not fit", () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const { folder } = yield* keys
          const at = (name: string) => join(folder, name)
          const refused = (args: ReadonlyArray<string>) => Effect.promise(() => run(args))
          const pair = ["--tls-cert", at("cert.pem"), "--tls-key", at("key.pem")]
          for (const program of ["pool-server", "miner"]) {
            const noCa = yield* refused([program, ...pair, "--tls-ca", at("request.pem")])
            assert.match(noCa.stderr, /request\.pem: cannot be used for TLS: there is no certificate \(PEM\) in it/)
            assert.strictEqual(noCa.code, 2)
            const unfit = yield* refused([program, "--tls-cert", at("cert.pem"), "--tls-key", at("ca.key")])
            assert.match(unfit.stderr, /cert\.pem, \S+ca\.key: cannot be used for TLS: .*mismatch/)
            assert.strictEqual(unfit.code, 2)
          }
          const plain = yield* refused(["miner", "127.0.0.1", "--tls-ca", at("ca.pem")])
          assert.match(plain.stderr, /nothing would be encrypted; write https:\/\/127\.0\.0\.1:7777/)
          assert.strictEqual(plain.code, 2)
        })
      )
    ))
})

it("pool-server: a database that does not answer is a missing peer, and no file", async () => {
  const { code, stderr } = await run(["pool-server", ...free], {
    env: { PITBOSS_DB: "postgres://me:geheim@127.0.0.1:1/d" }
  })
  assert.match(stderr, /the Postgres database of the pool ledger cannot be used: .*ECONNREFUSED.*\. Is it running/)
  assert.notInclude(stderr, "geheim")
  assert.strictEqual(code, 4)
})

describe("pool-server", () => {
  it("runs from .env, says what an operator must know, answers, and stops in good order", async () => {
    const home = temporary()
    writeFileSync(
      join(home, ".env"),
      "POOL_SERVER_ADDRESS=0.0.0.0:0\nHTTP_API_ADDRESS=127.0.0.1:0\nSTATUS_LOG_INTERVAL=1\nRUST_LOG=info,hyper=off\n"
    )
    const program = await start(["pool-server"], { home })
    const http = await program.until(/INFO\] HTTP API on (http:\/\/\S+)/)
    const [, port = ""] = await program.until(/miners connect to 0\.0\.0\.0:(\d+)/)
    const { stdout } = program.output()
    assert.match(stdout, /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO\] pool-server /m)
    assert.match(stdout, /the embedded devnet \(not the Nockchain network\)/)
    assert.match(stdout, /MINING_PUBKEY is not set: a key was made for this devnet, \w{52,56}/)
    assert.strictEqual(stdout.match(/WARN\] the miners' port .* is open to everybody/g)?.length, 1)
    const answer = await fetch(`${http[1]}/api/status`)
    assert.include(await answer.text(), '"sync_status":"synced (devnet)"')
    await program.until(/INFO\] ============ 矿池状态摘要 ============\n.*运行时间: \d+ 秒/)
    await program.until(/WARN\] no miner has come yet; can they reach this machine on TCP/)

    // What the bundle needs at run time is in it: descriptors for reflection, work for a client of the original protocol.
    const listed = await Effect.runPromise(Effect.scoped(services(Number(port))))
    assert.deepStrictEqual(listed.slice(0, 2), ["pool.MiningPool", "grpc.health.v1.Health"])
    const order = await Effect.runPromise(Effect.scoped(firstOrder(Number(port))))
    assert.match(order.work_id, /^[0-9a-f]{16}$/)
    await program.until(/INFO\] miner old is connected/)

    const second = await run(["pool-server", ...free], { home })
    assert.strictEqual(second.code, 4)
    assert.match(second.stderr, /belongs to pool-server \(pid \d+\)/)
    const tree = await run(["tree"], { home })
    assert.match(tree.stdout, /grpc/)

    // One picture for the console and for HTTP.
    const seen = await run(["status", "--lang", "en"], { home })
    assert.match(
      seen.stdout,
      /^Pitboss \S+ · pool-server · devnet .*\n state +ready\n chain +devnet \S+ {2}synced {2}height 0/
    )
    assert.include(seen.stdout, `gRPC 0.0.0.0:${port}  HTTP ${http[1]?.replace("http://", "")}`)
    assert.match(seen.stdout, /connections 1 {2}refused 0/)
    assert.match((await run(["status", "--lang", "zh"], { home })).stdout, /状态 +就绪/)
    const { pool } = JSON.parse((await run(["status", "--json"], { home })).stdout)
    assert.strictEqual(pool.status.job.jobId, order.work_id)
    assert.deepStrictEqual(pool.ready, { ready: true, reason: null })
    for (const [language, line] of [
      ["en", "pitboss: pool-server runs no nodes; pitboss status shows what it does\n"],
      ["zh", "pitboss: pool-server 不运行节点；请用 pitboss status 查看其状态\n"]
    ] as const) {
      const none = await run(["nodes", "--lang", language], { home })
      assert.deepStrictEqual([none.code, none.stderr], [2, line])
    }
    const pause = await run(["node", "pause", "1"], { home })
    assert.deepStrictEqual(
      [pause.code, pause.stderr],
      [2, "pitboss: a pool server runs no nodes and reads no node list\n"]
    )
    assert.strictEqual((await run(["stop"], { home })).code, 0)
    assert.deepStrictEqual(await program.end, { code: 0, signal: null })
    assert.match(program.output().stdout, /INFO\] stopped\n$/)
  })

  it("says which port is taken, and whose the books are", async () => {
    const books = join(temporary(), "books.sqlite")
    const first = await start(["pool-server", ...free, "--lang", "en", "--db", books])
    const [, port = ""] = await first.until(/miners connect to 127\.0\.0\.1:(\d+)/)
    const other = await run(["pool-server", ...free, "--db", books])
    assert.match(other.stderr, /books\.sqlite\.owner belongs to pool-server \(pid \d+\)/)
    assert.strictEqual(other.code, 4)
    const second = await run(["pool-server", "--http", "127.0.0.1:0", "--address", `127.0.0.1:${port}`])
    assert.match(second.stderr, /127\.0\.0\.1:\d+ is in use by another program; .* --address/)
    assert.strictEqual(second.code, 4)
    first.child.kill("SIGTERM")
    assert.strictEqual((await first.end).code, 0)
  })
})
