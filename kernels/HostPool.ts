/**
 * Several kernel hosts behind the interface of one: a job takes a free host, or waits for one in order of arrival.
 *
 * The last host that became free is taken first, so a pool that is larger than its load starts no more processes than it
 * needs.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as KernelHost from "./KernelHost.ts"

export interface Options extends KernelHost.Options {
  /** Number of processes, at least 1. */
  readonly size: number
}

export const make = (options: Options): Effect.Effect<KernelHost.KernelHostService, never, Scope.Scope> =>
  Effect.gen(function* () {
    const hosts = yield* Effect.replicateEffect(KernelHost.make(options), Math.max(1, options.size))
    return yield* fromHosts(hosts)
  })

/** The pool over given hosts; they are not closed by it. */
const fromHosts = (hosts: ReadonlyArray<KernelHost.KernelHostService>): Effect.Effect<KernelHost.KernelHostService> =>
  Effect.map(Effect.makeSemaphore(hosts.length), (permits) => {
    const free = [...hosts].reverse()
    const take = Effect.sync(() => {
      const host = free.pop()
      if (host === undefined) throw new Error("a permit of the host pool without a free host")
      return host
    })
    const borrow = <A, E>(use: (host: KernelHost.KernelHostService) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
      permits.withPermits(1)(
        Effect.acquireUseRelease(take, use, (host) =>
          Effect.sync(() => {
            free.push(host)
          })
        )
      )
    return {
      run: (op, params, listeners) => borrow((host) => host.run(op, params, listeners)),
      info: borrow((host) => host.info)
    }
  })
