/**
 * The port to the search for nonces, and its native form: a kernel host process for each thread.
 *
 * One process per thread and not one with many threads: a crash of the kernel costs one thread a fraction of a second and
 * the others nothing, each thread stops and starts alone, and an idle host has about 2 MB. Interrupting a search stops it
 * within about 50 ms; a host that does not stop is killed after 150 ms.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as KernelHost from "../../kernels/KernelHost.ts"
import * as NockPow from "../../kernels/NockPow.ts"
import type { PowError } from "../../kernels/NockPowErrors.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"

/** A stretch of the nonce space: `start`, `start + 1`, ... in limb 0, which never carries. */
export interface Stretch {
  readonly commitment: Digest
  readonly powLength: number
  readonly start: Digest
  readonly count: bigint
  /** A digest at or below it is a find. */
  readonly target: Digest
}

export interface Searched {
  /** The lowest nonce that meets the target; null when there is none in the stretch. */
  readonly nonce: Digest | null
  /** Nonces of the stretch that need not be looked at again. */
  readonly done: bigint
  /** Digests that were computed, at least `done`. */
  readonly tried: bigint
}

/** One thread of a processor. */
export interface Searcher {
  /** `onProgress` gets the digests computed so far; called synchronously. */
  readonly search: (stretch: Stretch, onProgress: (tried: number) => void) => Effect.Effect<Searched, PowError>
}

export interface NonceSearchService {
  /** A thread of its own, as long as the scope. */
  readonly open: Effect.Effect<Searcher, PowError, Scope.Scope>
}

/** A searcher over any nockpow service. */
export const searcher = (pow: NockPow.NockPowService): Searcher => ({
  search: ({ commitment, count, powLength, start, target }, onProgress) =>
    Effect.map(
      pow.search({ commitment, length: powLength, start, count, target, fixedLimbs: 4, threads: 1 }, onProgress),
      (outcome) =>
        outcome._tag === "Found"
          ? { nonce: outcome.nonce, done: outcome.offset + 1n, tried: outcome.tried }
          : { nonce: null, done: count, tried: outcome.tried }
    )
})

export class NonceSearch extends Context.Tag("pitboss/miner/NonceSearch")<NonceSearch, NonceSearchService>() {
  /** The native kernel, which must be there when a thread opens. */
  static readonly Native = (options: KernelHost.Options = {}) =>
    Layer.succeed(NonceSearch, {
      open: Effect.gen(function* () {
        const host = yield* KernelHost.make(options)
        yield* host.info
        return searcher(NockPow.fromHost(host))
      })
    })
}
