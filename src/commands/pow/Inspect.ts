/**
 * `pitboss pow inspect`: what a block's page says, and which of it holds.
 *
 * Everything is recomputed from the file alone: commitment, digest, proof and, where its rule is certain, the id. What
 * cannot be computed is shown as unknown with the reason; only what was computed and does not hold is refused.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { common } from "../../../config/Settings.ts"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { FileError, UsageError } from "../../cli/Errors.ts"
import * as Inspect from "../../nockchain/Inspect.ts"
import { nock } from "../../nockchain/Nicks.ts"
import { read } from "../Files.ts"
import { answer } from "../Steer.ts"
import type { inspect as settings } from "./Settings.ts"

/** Something in the page was recomputed and is not what the page says. Exit code 3. */
export class PageInvalid extends Data.TaggedError("PageInvalid")<{
  readonly path: string
  readonly wrong: ReadonlyArray<string>
}> {
  override get message() {
    return `${this.path}: ${this.wrong.join("; ")}`
  }
}

/** No page is larger, MiB. */
const largest = 2

/** What does not hold, as sentences. */
const wrongIn = ({ idHolds, proof }: Inspect.Report): ReadonlyArray<string> => [
  ...(idHolds === "no" ? ["the id is not that of the page"] : []),
  ...(proof?.commitmentHolds === "no" ? ["the proof is for another commitment"] : []),
  ...(proof?.meetsTarget === "no" ? ["the digest is above the target"] : []),
  ...(proof === null || proof.verdict === "valid" ? [] : [`the proof is refused: ${proof.verdict}`])
]

const textOf = (report: Inspect.Report): string => {
  const { coinbase, proof } = report
  const known = (holds: Inspect.Holds) => (holds === "unknown" ? "" : `, holds: ${holds}`)
  return [
    `page of version ${report.pageVersion}, height ${report.height}, ${report.time ?? report.timestamp}`,
    `id ${report.id}${known(report.idHolds)} (${report.note})`,
    `parent ${report.parent}`,
    `commitment ${report.commitment}${proof === null ? "" : known(proof.commitmentHolds)}`,
    `target ${report.target}`,
    `accumulated work ${report.accumulatedWork}`,
    `transactions ${report.transactions}`,
    ...coinbase.map(({ nicks, pkh }) => `coinbase ${nock(BigInt(nicks))} NOCK to ${pkh ?? "keys of version 0"}`),
    ...(report.message === "" ? [] : [`message ${report.message}`]),
    ...(proof === null
      ? []
      : [
          `proof of version ${proof.version}, length ${proof.length}: ${proof.verdict}`,
          `nonce ${proof.nonce}`,
          `digest ${proof.digest || "unknown"}${proof.meetsTarget === "yes" ? ", within the target" : ""}`
        ])
  ].join("\n")
}

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const path = values.page
      if (path === null) return yield* new UsageError({ problem: "--page is missing", advice: "give a file" })
      const bytes = yield* read(path, largest)
      const found = yield* Inspect.page(yield* Native.load, yield* NockPow.make(), bytes)
      if (Either.isLeft(found)) return yield* new FileError({ path, problem: `no page: ${found.left}` })
      const report = found.right
      yield* answer(values.json, report, textOf(report))
      const wrong = wrongIn(report)
      if (wrong.length > 0) return yield* new PageInvalid({ path, wrong })
    })
  )
