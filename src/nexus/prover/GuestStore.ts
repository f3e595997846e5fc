/**
 * The network's guest program, which is not ours to ship: found in what the user has, checked, and kept in the data folder.
 *
 * The user names an ELF file or the installed official program; in the latter the guest is embedded, so every RISC-V ELF
 * header inside is tried. Only a file with the known SHA-256 (specs/nexus-prover.md 16) is ever stored or loaded: a
 * changed guest would make proofs that the network refuses.
 */
import { createHash } from "node:crypto"
import { readFile, rename, stat, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { ProverMissing } from "../../../actors/nexus/Errors.ts"
import * as Folder from "../../cli/Folder.ts"

/** SHA-256 of the guest of Nexus CLI 0.10.18 (`fib_input_initial`). */
export const knownDigest = "69f1c40224ec9627ca950b4208f46da44d169900a2cb9916eddd0c1de9a4a423"

/** Larger files are not read: the official programs have a few dozen MB. */
const maxFileBytes = 512 * 1024 * 1024

/** The file holds no guest that we know, or cannot be used. */
export class GuestUnknown extends Data.TaggedError("GuestUnknown")<{
  readonly path: string
  readonly problem: string
}> {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}

export const fileOf = (home: string): string => join(home, "nexus", "guest.elf")

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])

/** Where a 32-bit little-endian RISC-V ELF file that begins at `at` may end, nearest first. */
const endsOf = (file: Buffer, at: number): ReadonlyArray<number> => {
  if (at + 52 > file.length || file.readUInt16LE(at + 18) !== 243) return []
  const phoff = file.readUInt32LE(at + 28)
  const shoff = file.readUInt32LE(at + 32)
  const phnum = file.readUInt16LE(at + 44)
  const shnum = file.readUInt16LE(at + 48)
  const sectionsEnd = shoff + 40 * shnum
  let dataEnd = 52
  for (let k = 0; k < phnum && at + phoff + 32 * (k + 1) <= file.length; k++) {
    const header = at + phoff + 32 * k
    dataEnd = Math.max(dataEnd, file.readUInt32LE(header + 4) + file.readUInt32LE(header + 16))
  }
  for (let k = 0; k < shnum && at + shoff + 40 * (k + 1) <= file.length; k++) {
    const header = at + shoff + 40 * k
    // SHT_NOBITS (8) takes no room in the file.
    if (file.readUInt32LE(header + 4) !== 8) {
      dataEnd = Math.max(dataEnd, file.readUInt32LE(header + 16) + file.readUInt32LE(header + 20))
    }
  }
  return [...new Set([sectionsEnd, Math.max(dataEnd, sectionsEnd)])]
    .map((size) => at + size)
    .filter((end) => end > at + 52 && end <= file.length)
}

/** The guest with this digest that the bytes are or hold; null when there is none. */
export const extract = (bytes: Uint8Array, digest: string = knownDigest): Uint8Array | null => {
  if (sha256(bytes) === digest) return bytes
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = file.indexOf(magic); at >= 0; at = file.indexOf(magic, at + 1)) {
    for (const end of endsOf(file, at)) {
      const found = file.subarray(at, end)
      if (sha256(found) === digest) return new Uint8Array(found)
    }
  }
  return null
}

const read = (path: string) =>
  Effect.tryPromise({
    try: async () => {
      if ((await stat(path)).size > maxFileBytes) throw new Error("larger than any program that holds a guest")
      return new Uint8Array(await readFile(path))
    },
    catch: (cause) => new GuestUnknown({ path, problem: cause instanceof Error ? cause.message : "cannot be read" })
  })

/** Find the guest in a file of the user and keep it; returns where. */
export const importFrom = (home: string, path: string, digest: string = knownDigest) =>
  Effect.gen(function* () {
    const guest = extract(yield* read(path), digest)
    if (guest === null) {
      const problem = `holds no guest program with SHA-256 ${digest}; name the official program (Nexus CLI 0.10.18) or the guest's ELF file`
      return yield* new GuestUnknown({ path, problem })
    }
    const target = fileOf(home)
    yield* Effect.tryPromise({
      try: async () => {
        Folder.make(dirname(target))
        await writeFile(`${target}.new`, guest, { mode: 0o600 })
        await rename(`${target}.new`, target)
      },
      catch: (cause) =>
        new GuestUnknown({ path: target, problem: cause instanceof Error ? cause.message : "cannot be written" })
    })
    return { path: target, bytes: guest.length, digest }
  })

const howToGetIt =
  "type  pitboss nexus guest import FILE  with the installed official Nexus program (or its guest's ELF file), or let the official program prove: --prover official"

/** The stored guest, checked again. */
export const load = (home: string, digest: string = knownDigest): Effect.Effect<Uint8Array, ProverMissing> =>
  read(fileOf(home)).pipe(
    Effect.mapError(() => new ProverMissing({ detail: `the network's guest program is not here: ${howToGetIt}` })),
    Effect.filterOrFail(
      (bytes) => sha256(bytes) === digest,
      () => new ProverMissing({ detail: `${fileOf(home)} is not the network's guest program any more: ${howToGetIt}` })
    )
  )
