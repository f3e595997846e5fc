/**
 * Keys and addresses of Nockchain from a seed phrase, by @nockbox/iris-wasm.
 *
 * BIP39 seed with an empty passphrase, SLIP-10 with the HMAC key "Nockchain seed" on the Cheetah curve; the address is the
 * base58 of the Tip5 hash of the public key (protocols/nockchain.md section 8). The wasm file is found as the package's
 * file, from sources as from the bundle, and is loaded by the first use only (about 15 ms).
 */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import * as Iris from "@nockbox/iris-wasm"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { packageRoot } from "../../kernels/Paths.ts"
import { FileError } from "../cli/Errors.ts"

export interface Keys {
  /** 32 bytes each. */
  readonly privateKey: Redacted.Redacted<Uint8Array>
  readonly chainCode: Redacted.Redacted<Uint8Array>
  /** 97 bytes. */
  readonly publicKey: Uint8Array
  /** The public-key hash in base58. */
  readonly address: string
}

const wasm = "@nockbox/iris-wasm/iris_wasm_bg.wasm"

let loaded = false

const load: Effect.Effect<void, FileError> = Effect.suspend(() => {
  if (loaded) return Effect.void
  const home = join(packageRoot, "package.json")
  return Effect.try({
    try: () => {
      Iris.initSync({ module: readFileSync(createRequire(home).resolve(wasm)) })
      loaded = true
    },
    catch: (cause) => {
      const detail = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause)
      return new FileError({
        path: wasm,
        problem: `the wallet's library cannot be loaded (npm ci mends it): ${detail}`
      })
    }
  })
})

/** The phrase must be a valid one (see Phrase.ts). */
export const keysOf = (phrase: Redacted.Redacted): Effect.Effect<Keys, FileError> =>
  Effect.map(load, () => {
    const master = Iris.deriveMasterKeyFromMnemonic(Redacted.value(phrase))
    try {
      const { chainCode, privateKey, publicKey } = master
      if (privateKey === undefined) throw new Error("a master key without a private key")
      return {
        privateKey: Redacted.make(privateKey),
        chainCode: Redacted.make(chainCode),
        publicKey,
        address: Iris.hashPublicKey(publicKey)
      }
    } finally {
      master.free()
    }
  })

/** A lock under which a key's coins are, by the name that notes carry for it. */
export interface Lock {
  readonly kind: "plain" | "coinbase"
  /** Base58. */
  readonly firstName: string
  /** Blocks from the note's own until it can be spent. */
  readonly maturity: number
}

/**
 * The two locks that an address has by itself: one signature of its key, and the same for a coinbase with the main
 * network's timelock. Coins under other locks (several keys, other timelocks, another chain's maturity) have other names.
 */
export const locksOf = (pkh: string): Effect.Effect<ReadonlyArray<Lock>, FileError> =>
  Effect.map(load, () => {
    const key = () => Iris.LockPrimitive.newPkh(Iris.Pkh.single(pkh))
    const timelock = Iris.LockTim.coinbase()
    const maturity = Number(timelock.rel.min ?? 0n)
    const plain = new Iris.SpendCondition([key()])
    const coinbase = new Iris.SpendCondition([key(), Iris.LockPrimitive.newTim(timelock)])
    return [
      { kind: "plain", firstName: plain.firstName().value, maturity: 0 },
      { kind: "coinbase", firstName: coinbase.firstName().value, maturity }
    ]
  })

/** A public key is a point: a leading 1 and two times six field elements. */
const pointBytes = 97

/** The address of a public key; null when it is none. */
export const addressOf = (publicKey: Uint8Array): Effect.Effect<string | null, FileError> =>
  Effect.map(load, () => {
    if (publicKey.length !== pointBytes || publicKey[0] !== 1) return null
    try {
      return Iris.hashPublicKey(publicKey)
    } catch {
      return null
    }
  })
