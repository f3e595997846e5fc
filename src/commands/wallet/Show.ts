/**
 * `pitboss wallet show`: what may be known of the wallet.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { show } from "../../../config/WalletSettings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import * as KeyFile from "../../wallet/KeyFile.ts"
import { answer } from "../Steer.ts"
import { homeOf } from "./Keygen.ts"

export const run = ({ values }: Invocation<typeof show & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const found = yield* KeyFile.get(homeOf(values))
    const { address, createdAt, path, publicKey } = found
    const text = `Address (version 1)\n- ${address}\n\nPublic Key (97 bytes)\n- ${publicKey}\n\nKey file\n- ${path}, made ${createdAt}`
    yield* answer(values.json, found, text)
  })
