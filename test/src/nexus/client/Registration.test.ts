/**
 * The account commands against a hand-made orchestrator over real HTTP, with the account folder on a real disk.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Orchestrator } from "../../../../actors/nexus/Orchestrator.ts"
import * as Environment from "../../../../src/nexus/client/Environment.ts"
import * as NexusHome from "../../../../src/nexus/client/NexusHome.ts"
import * as Registration from "../../../../src/nexus/client/Registration.ts"
import * as Wallet from "../../../../src/nexus/client/Wallet.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import { clientOf, errorBody, node, serve } from "./support.ts"

const wallet = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
const beta = Either.getOrThrow(Environment.parse("beta", "test"))
const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

type Answers = Readonly<Record<string, readonly [status: number, body?: Uint8Array | string]>>

/** An account folder, a server that answers by "METHOD /path" (a list: one after the other), and a client of it. */
const stage = (...answers: ReadonlyArray<Answers>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* NexusHome.make(`${yield* fs.makeTempDirectoryScoped()}/account`)
    const asked = new Map<string, number>()
    const server = yield* serve((response, { method, path }) => {
      const name = `${method} ${path}`
      const turn = asked.get(name) ?? 0
      asked.set(name, turn + 1)
      const [status, body] = answers[Math.min(turn, answers.length - 1)]?.[name] ?? [599, "not in this test"]
      response.writeHead(status).end(body)
    })
    const client = yield* clientOf(server.url)
    const requests = Effect.sync(() => server.seen.map(({ method, path }) => `${method} ${path}`))
    return { home, requests, seen: server.seen, as: Effect.provideService(Orchestrator, client) }
  })

const user = (userId: string) => Codec.encode(Messages.UserResponse, { userId, walletAddress: wallet })
const lookUp = `GET /v3/users/${wallet}`

it.layer(NodeContext.layer)("Registration", (it) => {
  it.scoped("register-user: a wallet that the orchestrator knows is saved without a node", () =>
    Effect.gen(function* () {
      const { as, home, requests } = yield* stage({ [lookUp]: [200, user("user-7")] })
      const outcome = yield* as(Registration.registerUser(home, beta, wallet))
      assert.strictEqual(outcome.how, "found")
      const saved = { environment: "Beta", userId: "user-7", walletAddress: wallet, nodeId: "" }
      assert.deepStrictEqual(yield* home.readConfig, saved)
      assert.deepStrictEqual(yield* requests, [lookUp])
    })
  )

  it.scoped("register-user: an unknown wallet is registered under a fresh UUIDv4, which becomes the user id", () =>
    Effect.gen(function* () {
      const { as, home, seen } = yield* stage({
        [lookUp]: [404, errorBody("User not found", 404)],
        "POST /v3/users": [200]
      })
      const { config, how } = yield* as(Registration.registerUser(home, beta, wallet))
      assert.strictEqual(how, "registered")
      const request = Either.getOrThrow(Codec.decode(Messages.RegisterUserRequest, seen[1]?.body ?? new Uint8Array(0)))
      assert.match(request.uuid, uuidV4)
      assert.strictEqual(request.walletAddress, wallet)
      assert.strictEqual(config.userId, request.uuid)
      assert.deepStrictEqual(yield* home.readConfig, config)
    })
  )

  it.scoped("register-user: the same wallet in another case is known; the network is not asked", () =>
    Effect.gen(function* () {
      const { as, home, requests } = yield* stage({})
      const config = { environment: "Production", userId: "u", walletAddress: wallet.toLowerCase(), nodeId: "9" }
      yield* home.writeConfig(config)
      const outcome = yield* as(Registration.registerUser(home, beta, wallet))
      assert.deepStrictEqual(outcome, { how: "known", config })
      assert.deepStrictEqual(yield* home.readConfig, config)
      assert.deepStrictEqual(yield* requests, [])
    })
  )

  it.scoped("register-user: a config without a user id does not count as known", () =>
    Effect.gen(function* () {
      const { as, home } = yield* stage({ [lookUp]: [200, user("user-7")] })
      yield* home.writeConfig({ environment: "", userId: "", walletAddress: wallet, nodeId: "9" })
      assert.strictEqual((yield* as(Registration.registerUser(home, beta, wallet))).how, "found")
    })
  )

  for (const [status, tag] of [
    [500, "ServerTrouble"],
    [503, "ServerTrouble"],
    [429, "RateLimited"],
    [403, "Forbidden"],
    [400, "RequestRefused"]
  ] as const) {
    it.scoped(`register-user: ${status} on the look-up says nothing about the user, so none is made`, () =>
      Effect.gen(function* () {
        const { as, home, requests } = yield* stage({ [lookUp]: [status], "POST /v3/users": [200] })
        const error = yield* Effect.flip(as(Registration.registerUser(home, beta, wallet)))
        assert.strictEqual(error._tag, tag)
        assert.deepStrictEqual(yield* requests, [lookUp])
        assert.isNull(yield* home.readConfig)
      })
    )
  }

  it.scoped("register-user: registered by somebody in between (409), it is looked up again", () =>
    Effect.gen(function* () {
      const { as, home, requests } = yield* stage(
        { [lookUp]: [404], "POST /v3/users": [409, errorBody("exists", 409)] },
        { [lookUp]: [200, user("user-8")] }
      )
      const { config, how } = yield* as(Registration.registerUser(home, beta, wallet))
      assert.deepStrictEqual([how, config.userId], ["found", "user-8"])
      assert.deepStrictEqual(yield* requests, [lookUp, "POST /v3/users", lookUp])
    })
  )

  it.scoped("register-user: a registration that fails saves nothing", () =>
    Effect.gen(function* () {
      const { as, home } = yield* stage({ [lookUp]: [404], "POST /v3/users": [500] })
      assert.strictEqual((yield* Effect.flip(as(Registration.registerUser(home, beta, wallet))))._tag, "ServerTrouble")
      assert.isNull(yield* home.readConfig)
    })
  )

  it.scoped("register-user: a wallet that cannot be one is refused before anything is asked", () =>
    Effect.gen(function* () {
      const { as, home, requests } = yield* stage({})
      const error = yield* Effect.flip(as(Registration.registerUser(home, beta, wallet.replace("5aA", "5aa"))))
      assert.strictEqual(error._tag, "AccountInvalid")
      assert.include(error.message, "EIP-55")
      assert.deepStrictEqual(yield* requests, [])
    })
  )

  it.scoped("register-node: needs a user, and says how to get one", () =>
    Effect.gen(function* () {
      const { as, home, requests } = yield* stage({})
      for (const nodeId of [null, node]) {
        const error = yield* Effect.flip(as(Registration.registerNode(home, beta, nodeId)))
        assert.include(error.message, "pitboss register-user --wallet-address 0x...")
      }
      assert.deepStrictEqual(yield* requests, [])
    })
  )

  it.scoped("register-node: a given id is saved without asking, a new one is the orchestrator's", () =>
    Effect.gen(function* () {
      const reply = Codec.encode(Messages.RegisterNodeResponse, { nodeId: "77" })
      const { as, home, requests } = yield* stage({ "POST /v3/nodes": [200, reply] })
      yield* home.writeConfig({ environment: "", userId: "u", walletAddress: wallet, nodeId: "" })
      assert.strictEqual(yield* as(Registration.registerNode(home, beta, node)), node)
      assert.deepStrictEqual(yield* requests, [])
      assert.strictEqual(yield* Registration.configuredNode(home), node)
      assert.strictEqual(yield* as(Registration.registerNode(home, beta, null)), "77")
      assert.deepStrictEqual(yield* home.readConfig, {
        environment: "Beta",
        userId: "u",
        walletAddress: wallet,
        nodeId: "77"
      })
    })
  )

  it.scoped("logout forgets the account, once; then there is no node to start", () =>
    Effect.gen(function* () {
      const { home } = yield* stage({})
      yield* home.writeConfig({ environment: "", userId: "u", walletAddress: wallet, nodeId: "" })
      assert.include((yield* Effect.flip(Registration.configuredNode(home))).message, "pitboss register-node")
      yield* home.writeConfig({ environment: "", userId: "u", walletAddress: wallet, nodeId: "x" })
      assert.include((yield* Effect.flip(Registration.configuredNode(home))).message, '"node_id" is not a node id')
      assert.isTrue(yield* Registration.logout(home))
      assert.isFalse(yield* Registration.logout(home))
      assert.include((yield* Effect.flip(Registration.configuredNode(home))).message, "pitboss register-user")
    })
  )
})

describe("wallet addresses", () => {
  it("the vectors of EIP-55", () => {
    for (const address of [
      "0x52908400098527886E0F7030069857D2E4169EE7",
      "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
      "0xde709f2102306220921060314715629080e2fb77",
      "0x27b1fdb04752bbc536007a920d24acb045561c26",
      "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
      "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
      "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
      "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"
    ]) {
      assert.strictEqual(Wallet.checksummed(address.slice(2).toLowerCase()), address)
      for (const typed of [address, address.toLowerCase(), ` ${address}\n`]) {
        assert.strictEqual(Either.getOrThrow(Wallet.parse(typed)), typed.trim())
      }
    }
  })

  it("any one letter in the wrong case is caught", () => {
    for (const [index, letter] of [...wallet].entries()) {
      if (index < 2 || !/[a-fA-F]/.test(letter)) continue
      const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
      const typo = wallet.slice(0, index) + other + wallet.slice(index + 1)
      assert.isTrue(Either.isLeft(Wallet.parse(typo)), typo)
    }
  })

  it("the wrong shape is refused", () => {
    for (const text of [
      "",
      "0x",
      wallet.slice(2),
      `${wallet}0`,
      wallet.slice(0, -1),
      wallet.replace("0x", "0X"),
      `0x${"g".repeat(40)}`
    ]) {
      assert.isTrue(Either.isLeft(Wallet.parse(text)), text)
    }
  })
})
