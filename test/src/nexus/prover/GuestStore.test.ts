/** The network's guest: found in other files, refused when it is not the known one, kept with care. */
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "effect/FastCheck"
import { ProverMissing } from "../../../../actors/nexus/Errors.ts"
import * as GuestStore from "../../../../src/nexus/prover/GuestStore.ts"
import * as G from "../../../kernels/GuestBuilder.ts"

const guest = G.elf([...G.exit], {
  parts: [{ name: ".data", address: 0x88 + 4 * G.exit.length, words: [1, 2, 3], flags: 6 }]
})
const digest = createHash("sha256").update(guest).digest("hex")
const other = G.elf([G.addi(1, 0, 5), ...G.exit])

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-guest-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

it("finds the guest in whatever surrounds it, and nothing else", () => {
  FastCheck.assert(
    FastCheck.property(
      FastCheck.uint8Array({ maxLength: 300 }),
      FastCheck.uint8Array({ maxLength: 300 }),
      FastCheck.boolean(),
      (before, after, decoy) => {
        const around = Buffer.concat([before, ...(decoy ? [other, guest.subarray(0, 60)] : []), guest, after])
        assert.deepStrictEqual(GuestStore.extract(around, digest), guest)
        assert.isNull(GuestStore.extract(Buffer.concat([before, other, after]), digest))
        assert.isNull(GuestStore.extract(around.subarray(0, around.length - after.length - 1), digest))
      }
    ),
    { seed: 1, numRuns: 60 }
  )
})

it.scoped("imports it once, private to the user, and loads it again", () =>
  Effect.gen(function* () {
    const home = yield* folder
    const program = join(home, "official")
    writeFileSync(program, Buffer.concat([Buffer.alloc(1000, 7), guest, Buffer.alloc(99, 1)]))
    const kept = yield* GuestStore.importFrom(home, program, digest)
    assert.deepStrictEqual(kept, { path: GuestStore.fileOf(home), bytes: guest.length, digest })
    assert.strictEqual(statSync(kept.path).mode & 0o777, 0o600)
    assert.deepStrictEqual(yield* GuestStore.load(home, digest), guest)
    writeFileSync(kept.path, other)
    const changed = yield* Effect.flip(GuestStore.load(home, digest))
    assert.instanceOf(changed, ProverMissing)
  })
)

it.scoped("says what to type when there is none, and why a file is not taken", () =>
  Effect.gen(function* () {
    const home = yield* folder
    const missing = yield* Effect.flip(GuestStore.load(home))
    assert.include(missing.message, "pitboss nexus guest import FILE")
    assert.include(missing.message, "--prover official")
    const path = join(home, "mine.elf")
    writeFileSync(path, other)
    const refused = yield* Effect.flip(GuestStore.importFrom(home, path))
    assert.strictEqual(refused._tag, "GuestUnknown")
    assert.include(refused.message, GuestStore.knownDigest)
    assert.strictEqual((yield* Effect.flip(GuestStore.importFrom(home, join(home, "absent"))))._tag, "GuestUnknown")
    assert.deepStrictEqual(new Uint8Array(readFileSync(path)), other)
  })
)
