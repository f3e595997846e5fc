/**
 * `pitboss register-user --wallet-address 0x...`: make the wallet known to the orchestrator, or find that it is.
 */
import * as Effect from "effect/Effect"
import type { common, registerUser } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import { UsageError } from "../cli/Errors.ts"
import * as Registration from "../nexus/client/Registration.ts"
import { withAccount } from "./Account.ts"
import { print } from "./Steer.ts"

const words = {
  known: "is registered already; nothing was asked",
  found: "is known to the orchestrator; its user is now that of this machine",
  registered: "is registered"
} as const

export const run = (invocation: Invocation<typeof registerUser & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const wallet = invocation.values.walletAddress
    if (wallet === null) {
      return yield* new UsageError({
        problem: "register-user needs the wallet that nodes work for",
        advice: "type: pitboss register-user --wallet-address 0x..."
      })
    }
    const outcome = yield* withAccount(invocation, (home, environment) =>
      Registration.registerUser(home, environment, wallet)
    )
    yield* print(`wallet ${outcome.config.walletAddress} ${words[outcome.how]}: user ${outcome.config.userId}`)
  })
