/**
 * Real shares, made ahead of time: distinct nonces in a connection's own part of the space whose digests meet its target.
 *
 * Digests are those of the native kernel. Nonces that would be blocks are left out on request: a benchmark of shares does
 * not want the pool to prove a block meanwhile.
 */
import * as Effect from "effect/Effect"
import * as Limbs from "../../actors/pool/Limbs.ts"
import { ShareKernel, type ShareKernelService } from "../../actors/pool/ShareKernel.ts"
import type { Order } from "./Messages.ts"

export interface Found {
  readonly nonce: Buffer
  readonly digest: Buffer
}

export const kernel: Promise<ShareKernelService> = Effect.runPromise(Effect.provide(ShareKernel, ShareKernel.Native))

/** Nonces that nobody tried: limb 0 counts, limb 1 is `lane`, limb 4 is the connection's prefix. */
const candidates = (prefix: bigint, lane: number, from: number, count: number): ReadonlyArray<Buffer> =>
  Array.from({ length: count }, (_, index) => {
    const nonce = Buffer.alloc(40)
    nonce.writeBigUInt64LE(BigInt(from + index), 0)
    nonce.writeBigUInt64LE(BigInt(lane), 8)
    nonce.writeBigUInt64LE(prefix, 32)
    return nonce
  })

/** Shares among `count` nonces from `from` on. */
export const search = async (order: Order, lane: number, from: number, count: number, blocks: boolean) => {
  const { digests } = await kernel
  const nonces = candidates(order.prefix, lane, from, count)
  const found = await Effect.runPromise(digests(order.commitment, order.powLength, nonces))
  const target = Limbs.ofNumber(order.shareTarget)
  const network = Limbs.ofNumber(order.networkTarget)
  return nonces.flatMap((nonce, index): ReadonlyArray<Found> => {
    const digest = found[index]
    if (digest === undefined || !Limbs.atMost(digest, target)) return []
    return !blocks && Limbs.atMost(digest, network) ? [] : [{ nonce, digest: Buffer.from(digest) }]
  })
}
