/**
 * Payments of the devnet: simple transactions that move matured coins of the pool to miners.
 *
 * They are this devnet's own and say so in their first word: [%dev-pay id inputs outputs]. They carry no signatures,
 * because the only spender is the pool that embeds the chain; the id makes a payment happen at most once per branch.
 * Transaction ids are hashes of the noun and stand in the blocks' transaction sets as on the main network.
 */
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Digest from "../../nockchain/Digest.ts"
import { leaf } from "../../nockchain/Hash.ts"
import { atomOf, digestNoun, list, listOf, Malformed, type Noun, text, tuple, tupleOf } from "../../nockchain/Noun.ts"
import { message, messageText } from "./Rules.ts"

export interface Output {
  readonly pkh: Digest.Digest
  readonly nicks: bigint
}

export interface Transaction {
  /** The payment's own name, at most 128 bytes. */
  readonly payment: string
  /** Names of the notes that it spends. */
  readonly inputs: ReadonlyArray<Digest.Digest>
  /** Without fee: the sum of the inputs. */
  readonly outputs: ReadonlyArray<Output>
}

const tag = text("dev-pay")
/** Together below the 131,072 atoms that can be hashed at once: five per input, six per output. */
export const maxInputs = 8_192
export const maxOutputs = 8_192
export const maxPaymentBytes = 128

export const toNoun = (transaction: Transaction): Noun =>
  tuple(
    tag,
    list(message(transaction.payment)),
    list(transaction.inputs.map(digestNoun)),
    list(transaction.outputs.map(({ nicks, pkh }): Noun => [digestNoun(pkh), nicks]))
  )

/** Throws `Malformed`. */
export const fromNoun = (noun: Noun): Transaction => {
  const [head = 0n, payment = 0n, inputs = 0n, outputs = 0n] = tupleOf(noun, 4, "a transaction")
  if (head !== tag) throw new Malformed("it is no payment of a devnet")
  return {
    payment: messageText(
      listOf(payment, maxPaymentBytes / 4, "the payment").map((belt) => atomOf(belt, "the payment"))
    ),
    inputs: listOf(inputs, maxInputs, "the inputs").map((name) => Digest.fromNoun(name, "an input")),
    outputs: listOf(outputs, maxOutputs, "the outputs").map((output) => {
      const [pkh = 0n, nicks = 0n] = tupleOf(output, 2, "an output")
      return { pkh: Digest.fromNoun(pkh, "the owner of an output"), nicks: atomOf(nicks, "an output") }
    })
  }
}

export const idOf = (native: NockPowNative, transaction: Transaction): Digest.Digest =>
  leaf(native, toNoun(transaction))

/** Name of the note that an output of a transaction, or an entry of a coinbase, makes. */
export const noteName = (native: NockPowNative, source: Digest.Digest, index: number, pkh: Digest.Digest): string =>
  Digest.toBase58(native, native.hashPair(source, leaf(native, [BigInt(index), digestNoun(pkh)])))
