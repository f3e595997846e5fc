/**
 * `npm run bench -- nockpow`: permutations and version-5 digests per second and core for each instruction set, the complete
 * proof of length 64 on one core and on all, its distance from the time of its permutations alone, memory, verification.
 *
 * Rates are per second of processor time, so that other work on the machine shows less; ratios come from one run. Figures of
 * other software were not measured here: on an AMD EPYC core the official scalar Rust code made 0.80 million permutations
 * per second and the AVX-512 trial of the reference library 4.8 (design/cuda-nonce-search.md).
 */
import { availableParallelism, cpus } from "node:os"
import * as Effect from "effect/Effect"
import * as NockPow from "../../kernels/NockPow.ts"
import { type Digest, type Puzzle, type Simd, type Stage, simdNames, stages } from "../../kernels/NockPowTypes.ts"

const say = (line: string) => process.stdout.write(`${line}\n`)
const millions = (perSecond: number) => (perSecond / 1e6).toFixed(3)

const commitment: Digest = [1n, 2n, 3n, 4n, 5n]
const puzzle: Puzzle = { version: 5, commitment, nonce: [6n, 7n, 8n, 9n, 10n], length: 64 }

/** Permutations of a proof of length 64, nearly all in trees: leaves of 65,536 rows and their parents. */
const permutationsOf: Partial<Record<Stage, number>> = {
  base: 393_215,
  ext: 1_507_327,
  mega: 524_287,
  composition: 262_143,
  fri: 56_000
}
const permutationsPerProof = Object.values(permutationsOf).reduce((sum, count) => sum + count, 0)

const best = <A>(runs: ReadonlyArray<A>, of: (run: A) => number): A =>
  runs.reduce((left, right) => (of(right) < of(left) ? right : left))

const rates = (pow: NockPow.NockPowService) =>
  Effect.gen(function* () {
    say("instruction set  M permutations/s  k version-5 digests/s  against scalar")
    const found = new Map<Simd, number>()
    for (const simd of simdNames) {
      const permutations = yield* Effect.either(pow.speed("permutations", 1000, simd))
      if (permutations._tag === "Left") {
        say(`${simd.padEnd(16)} not on this machine`)
        continue
      }
      const digests = yield* pow.speed("digests", 1000, simd)
      const rate = permutations.right.count / permutations.right.seconds
      found.set(simd, rate)
      const ratio = (rate / (found.get("scalar") ?? rate)).toFixed(2)
      const perSecond = (digests.count / digests.seconds / 1e3).toFixed(1)
      say(`${simd.padEnd(16)} ${millions(rate).padStart(16)} ${perSecond.padStart(22)} ${ratio.padStart(15)}`)
    }
    return Math.max(...found.values())
  })

const proof = (pow: NockPow.NockPowService, threads: number, simd?: Simd) =>
  Effect.gen(function* () {
    const runs = []
    for (let run = 0; run < 3; run++) {
      const times = new Map<Stage, number>()
      let last = performance.now()
      const made = yield* pow.prove(puzzle, {
        threads,
        ...(simd === undefined ? {} : { simd }),
        onProgress: (stage) => {
          const now = performance.now()
          times.set(stage, (times.get(stage) ?? 0) + now - last)
          last = now
        }
      })
      runs.push({ made, times })
    }
    return best(runs, ({ made }) => made.processorSeconds)
  })

const program = Effect.gen(function* () {
  const pow = yield* NockPow.make()
  say(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} processors`)
  const rate = yield* rates(pow)
  const floor = permutationsPerProof / rate
  say("")
  say(
    `complete proof, version 5, length 64 (best of 3; permutations alone would take ${floor.toFixed(3)} s on one core)`
  )
  for (const threads of new Set([1, availableParallelism()])) {
    const { made, times } = yield* proof(pow, threads)
    const seconds = made.processorSeconds
    const memory = made.peakBytes === null ? "" : `, peak ${(made.peakBytes / 2 ** 20).toFixed(1)} MiB resident`
    const share = ((floor / seconds) * 100).toFixed(0)
    const wall = made.micros / 1e6
    say(
      `${threads} thread${threads === 1 ? " " : "s"}  ${seconds.toFixed(3)} s of processor time, ${share} % of it permutations; ${wall.toFixed(3)} s by the clock${memory}`
    )
    const parts = stages.map((stage) => {
      const alone = ((permutationsOf[stage] ?? 0) / rate / threads) * 1e3
      return `${stage} ${(times.get(stage) ?? 0).toFixed(0)} (${alone.toFixed(0)})`
    })
    say(`           ms by the clock (permutations alone): ${parts.join(", ")}`)
  }
  for (const simd of simdNames) {
    const other = yield* Effect.either(proof(pow, 1, simd))
    if (other._tag === "Right")
      say(`1 thread   ${other.right.made.processorSeconds.toFixed(3)} s of processor time with ${simd}`)
  }
  const { jam } = yield* pow.prove(puzzle, { threads: availableParallelism() })
  const checks = []
  for (let run = 0; run < 30; run++) {
    const begin = performance.now()
    yield* pow.verify(jam)
    checks.push(performance.now() - begin)
  }
  checks.sort((left, right) => left - right)
  say("")
  say(
    `verify, length 64: median ${(checks[15] ?? 0).toFixed(2)} ms, best ${(checks[0] ?? 0).toFixed(2)} ms, host process and pipes included`
  )
})

await Effect.runPromise(Effect.scoped(program))
