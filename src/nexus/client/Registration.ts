/**
 * The account commands: register-user, register-node, logout, and which node `start` means.
 *
 * They follow protocols/nexus-orchestrator.md section 4 with one difference: the official client registers a new user
 * after ANY failed look-up. Here only "not found" leads to a registration, because a time-out or a 503 says nothing
 * about the user, and a second identity for one wallet could not be taken back; the other failures are shown and the
 * command can be run again.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { AccountError } from "../../../actors/nexus/Errors.ts"
import { Orchestrator } from "../../../actors/nexus/Orchestrator.ts"
import { NodeId } from "../../../actors/nexus/Task.ts"
import type { Environment } from "./Environment.ts"
import { AccountInvalid, type ConfigInvalid, NotConfigured } from "./Errors.ts"
import type { Config, NexusHome } from "./NexusHome.ts"
import * as Wallet from "./Wallet.ts"

/** known: config.json had it, nothing was asked. found: the orchestrator knew the wallet. registered: it does now. */
export interface UserOutcome {
  readonly how: "known" | "found" | "registered"
  readonly config: Config
}

const sameWallet = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()

/** Registers the owner of a wallet, or finds that the wallet has one, and saves the account without a node. */
export const registerUser = (
  home: NexusHome,
  environment: Environment,
  walletText: string
): Effect.Effect<UserOutcome, AccountInvalid | ConfigInvalid | AccountError, Orchestrator> =>
  Effect.gen(function* () {
    const wallet = yield* Wallet.parse(walletText)
    const present = yield* home.readConfig
    if (present !== null && present.userId !== "" && sameWallet(present.walletAddress, wallet)) {
      return { how: "known", config: present } as const
    }
    const orchestrator = yield* Orchestrator
    const save = (how: "found" | "registered", userId: string) => {
      const config = { environment: environment.display, userId, walletAddress: wallet, nodeId: "" }
      return Effect.as(home.writeConfig(config), { how, config })
    }
    const lookUp = Effect.flatMap(orchestrator.userOf(wallet), (userId) => save("found", userId))
    const register = Effect.gen(function* () {
      const uuid = randomUUID()
      yield* orchestrator.registerUser({ uuid, wallet })
      return yield* save("registered", uuid)
    })
    return yield* lookUp.pipe(
      Effect.catchTag("NotFound", () =>
        // 409: the wallet was registered between our two requests, so now it can be found.
        Effect.catchIf(
          register,
          (error) => error._tag === "RequestRefused" && error.status === 409,
          () => lookUp
        )
      )
    )
  })

const registered = (home: NexusHome): Effect.Effect<Config, NotConfigured | ConfigInvalid> =>
  Effect.flatMap(home.readConfig, (config) =>
    config === null || config.userId === ""
      ? new NotConfigured({
          detail: `no user is registered in ${home.configPath}; run: pitboss register-user --wallet-address 0x...`
        })
      : Effect.succeed(config)
  )

/** Saves a node of the registered user: the given one without asking anybody, or a new one from the orchestrator. */
export const registerNode = (
  home: NexusHome,
  environment: Environment,
  node: NodeId | null
): Effect.Effect<NodeId, NotConfigured | ConfigInvalid | AccountError, Orchestrator> =>
  Effect.gen(function* () {
    const config = yield* registered(home)
    const nodeId = node ?? (yield* Effect.flatMap(Orchestrator, ({ registerNode }) => registerNode(config.userId)))
    yield* home.writeConfig({ ...config, environment: environment.display, nodeId })
    return nodeId
  })

/** Forgets the account: removes config.json and keeps the key. False when there was no account. */
export const logout = (home: NexusHome): Effect.Effect<boolean, ConfigInvalid> => home.removeConfig

/** The node that config.json names. */
export const configuredNode = (
  home: NexusHome
): Effect.Effect<NodeId, NotConfigured | ConfigInvalid | AccountInvalid> =>
  Effect.gen(function* () {
    const config = yield* registered(home)
    if (config.nodeId === "") {
      const detail = `no node is registered in ${home.configPath}; run: pitboss register-node`
      return yield* new NotConfigured({ detail })
    }
    return yield* Either.mapLeft(
      Schema.decodeEither(NodeId)(config.nodeId),
      () => new AccountInvalid({ detail: `${home.configPath}: "node_id" is not a node id; run: pitboss register-node` })
    )
  })
