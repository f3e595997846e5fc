/**
 * What real blocks obey and a devnet does not need: the retarget of epochs before ASERT, and coinbases of any version.
 *
 * Source: protocols/nockchain.md sections 4.5 and 4.6.
 */
import { maxTarget } from "../../../actors/pool/Job.ts"
import { atomOf, isCell, Malformed, type Noun } from "../../../src/nockchain/Noun.ts"
import { maxCoinbase } from "../../../src/nockchain/Page.ts"
import * as ZTree from "../../../src/nockchain/ZTree.ts"

const clamp = (value: bigint, least: bigint, most: bigint) => (value < least ? least : value > most ? most : value)

/** Seconds that an epoch should take. */
const epochSeconds = 1_209_600n

/** The target of a new epoch: `seconds` between the medians of the last blocks of the two epochs before it. */
export const retarget = (previous: bigint, seconds: bigint): bigint => {
  const target = (previous * clamp(seconds, epochSeconds / 4n, epochSeconds * 4n)) / epochSeconds
  return target > maxTarget ? maxTarget : target
}

/** Sum of all entries, nicks. */
export const coinbaseSum = (entries: Noun): bigint =>
  ZTree.fold(entries, maxCoinbase, 0n, (item, left, right) => {
    if (!isCell(item)) throw new Malformed("an entry of the coinbase is an atom")
    return left + right + atomOf(item[1], "an amount of the coinbase")
  })
