/**
 * The port to the digests of shares, in batches, and its native form.
 *
 * A version-5 digest costs 34 Tip5 permutations, 7 to 45 microseconds. A batch runs on Node's thread pool, off the event
 * loop, and its bytes go to the kernel as they came from the wire: 40 bytes per nonce, no number in between.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HostMissing } from "../../kernels/Errors.ts"
import { op } from "../../kernels/NockPowCodec.ts"
import * as Native from "../../kernels/NockPowNative.ts"
import { type Limbs, limbsBytes } from "./Job.ts"

/** A batch that the kernel did not compute; its shares were not judged. */
export class DigestsFailed extends Data.TaggedError("DigestsFailed")<{ readonly detail: string }> {
  override get message() {
    return `digests of shares could not be computed: ${this.detail}; the shares may be handed in again`
  }
}

export interface ShareKernelService {
  /** Version-5 digests of the nonces (limbs below p) under one commitment, in order. At most 65,536 nonces. */
  readonly digests: (
    commitment: Limbs,
    powLength: number,
    nonces: ReadonlyArray<Limbs>
  ) => Effect.Effect<ReadonlyArray<Limbs>, DigestsFailed>
}

/** Parameters of the digest op (kernels/native/nockpow/host_ops.h): simd, version, length, commitment, count, nonces. */
const params = (commitment: Limbs, powLength: number, nonces: ReadonlyArray<Limbs>): Uint8Array => {
  const header = 6 + limbsBytes + 4
  const out = Buffer.allocUnsafe(header + limbsBytes * nonces.length)
  out.writeUInt8(0, 0)
  out.writeUInt8(5, 1)
  out.writeUInt32LE(powLength, 2)
  out.set(commitment, 6)
  out.writeUInt32LE(nonces.length, 6 + limbsBytes)
  let at = header
  for (const nonce of nonces) {
    out.set(nonce, at)
    at += limbsBytes
  }
  return out
}

const split = (bytes: Uint8Array): ReadonlyArray<Limbs> => {
  const out: Array<Limbs> = []
  for (let at = 0; at < bytes.length; at += limbsBytes) out.push(bytes.subarray(at, at + limbsBytes))
  return out
}

const fromNative = (native: Native.NockPowNative): ShareKernelService => ({
  digests: (commitment, powLength, nonces) =>
    nonces.length === 0
      ? Effect.succeed([])
      : Effect.async((resume) => {
          const handle = native.start(
            op.digest,
            params(commitment, powLength, nonces),
            (kind, _code, message, bytes) => {
              if (kind === 0) resume(Effect.succeed(split(bytes)))
              else resume(Effect.fail(new DigestsFailed({ detail: kind === 1 ? message : "the kernel was stopped" })))
            }
          )
          return Effect.sync(() => native.stop(handle))
        })
})

export class ShareKernel extends Context.Tag("pitboss/pool/ShareKernel")<ShareKernel, ShareKernelService>() {
  /** In this process, on Node's thread pool. */
  static readonly Native: Layer.Layer<ShareKernel, HostMissing> = Layer.effect(
    ShareKernel,
    Effect.map(Native.load, fromNative)
  )
}
