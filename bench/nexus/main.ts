/**
 * `npm run bench -- nexus [largest log size]`: proofs of the Nexus zkVM in both modes, with one thread and two, beside the
 * published figures of the reference prover for the same number of rows.
 *
 * Times are seconds of processor time, so that other work on the machine shows less; `x2` is how much sooner two threads are
 * done by that measure: all of one thread's time over the busier thread's. Memory is the kernel's process as the system saw it,
 * beside what was announced before the proof began. The reference figures (specs/nexus-prover.md 19.1, one EPYC thread, AVX)
 * were not measured here.
 */
import { availableParallelism, cpus } from "node:os"
import * as Effect from "effect/Effect"
import * as KernelHost from "../../kernels/KernelHost.ts"
import * as Stark from "../../kernels/Stark.ts"
import { elf } from "./guest.ts"

const say = (line: string) => process.stdout.write(`${line}\n`)
const cell = (text: string | number, width: number) => String(text).padStart(width)
const mb = (bytes: number | null) => (bytes === null ? "?" : (bytes / 1e6).toFixed(1))

/** Log size: seconds and MB of the reference. */
const reference = new Map([
  [8, "0.03 s, 16 MB"],
  [12, "0.37-0.40 s, 142 MB"],
  [13, "0.73 s, 274 MB"],
  [14, "0.76 s, 538 MB"],
  [15, "1.5 s, 1064 MB"],
  [16, "3.2-6.7 s, 2134 MB"],
  [17, "12.1 s, 4261 MB"]
])

const largest = Number(process.argv[2] ?? 16)

const program = Effect.gen(function* () {
  const host = yield* KernelHost.make()
  const stark = Stark.fromHost(host)
  const { simd } = yield* host.info
  say(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} processors, ${simd}`)
  say("  log    rows  mode    cpu s  wall s    x2  announced MB  resident MB  kB/row  check ms   reference")
  for (const log of [...reference.keys()].filter((each) => each <= largest)) {
    const guest = { elf: elf(2 ** log) }
    for (const mode of ["lean", "fast"] as const) {
      const runs = []
      for (let run = 0; run < (log < 15 ? 3 : 2); run++) runs.push(yield* stark.prove(guest, { mode }))
      const best = runs.reduce((left, right) => (right.processorSeconds.all < left.processorSeconds.all ? right : left))
      const pair = yield* stark.prove(guest, { mode, threads: 2 })
      const claim = { elf: guest.elf, publicInput: new Uint8Array(), exitCode: best.exitCode, output: best.output }
      const before = performance.now()
      const { verdict } = yield* stark.check(claim, best.proof)
      const millis = performance.now() - before
      if (verdict !== "accepted" || pair.keccak !== best.keccak) say(`DEFECT: ${verdict}, ${pair.keccak}`)
      const busier = Math.max(pair.processorSeconds.first, pair.processorSeconds.all - pair.processorSeconds.first)
      say(
        [
          cell(log, 5),
          cell(best.rows, 8),
          cell(mode, 6),
          cell(best.processorSeconds.all.toFixed(3), 9),
          cell(best.seconds.toFixed(3), 8),
          cell((best.processorSeconds.all / busier).toFixed(2), 6),
          cell(mb(best.announcedBytes), 14),
          cell(mb(best.peakBytes), 13),
          cell(((best.peakBytes ?? best.announcedBytes) / 2 ** log / 1e3).toFixed(2), 8),
          cell(millis.toFixed(1), 10),
          `   ${mode === "lean" ? (reference.get(log) ?? "") : ""}`
        ].join("")
      )
    }
  }
})

await Effect.runPromise(Effect.scoped(program))
