#!/usr/bin/env node
/**
 * Oracle equality through the command line: proves every puzzle of test/kernels/nockpow/oracle.jsonl with
 * `node dist/main.js pow prove` and compares digest, length and SHA-256 of the proof with what the Python oracle gave.
 * With ../shared beside the project the golden files are reproduced and verified too. Writes the result file
 * test/kernels/nockpow/equality.json and exits 1 on any difference.
 *
 * usage: node kernels/native/nockpow/dev/equality.mjs [PROGRAM = dist/main.js]   (250 proofs, about 3 minutes on one core)
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "..")
const program = process.argv[2] ?? join(root, "dist", "main.js")
const folder = mkdtempSync(join(tmpdir(), "pitboss-equality-"))
const out = join(folder, "proof.jam")
const native = createRequire(import.meta.url)(join(root, "kernels/build/Release/pitboss.node")).nockpow
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex")

const pow = (...args) => {
  const done = spawnSync(process.execPath, [program, "pow", ...args, "--json"], { encoding: "utf8" })
  if (done.status !== 0) throw new Error(`pow ${args.join(" ")}: exit ${done.status} ${done.stderr}`)
  return JSON.parse(done.stdout)
}
const prove = (version, commitment, nonce, len) =>
  pow(
    "prove",
    "--proof-version",
    version,
    "--commitment",
    commitment.join(),
    "--nonce",
    nonce.join(),
    "--len",
    len,
    "--out",
    out
  )

const rows = readFileSync(join(root, "test/kernels/nockpow/oracle.jsonl"), "utf8").trimEnd().split("\n").map(JSON.parse)
const versions = {}
const different = []
for (const row of rows) {
  const made = prove(String(row.version), row.commitment, row.nonce, String(row.len))
  const bytes = readFileSync(out)
  const equal =
    sha256(bytes) === row.sha256 &&
    made.sha256 === row.sha256 &&
    bytes.length === row.bytes &&
    made.digest.join() === row.digest.join()
  versions[row.version] ??= { puzzles: 0, equal: 0, length64: 0, verified: 0 }
  const counts = versions[row.version]
  counts.puzzles++
  counts.equal += equal
  counts.length64 += row.len === 64
  counts.verified += pow(
    "verify",
    "--proof",
    out,
    "--nonce",
    row.nonce.join(),
    "--commitment",
    row.commitment.join()
  ).valid
  if (!equal) different.push({ version: row.version, index: row.index })
}

const golden = []
const shared = join(root, "..", "shared", "golden")
if (existsSync(shared)) {
  for (const name of ["proof-v2-len1.jam", "fakenet-genesis-pow-2-bex-1.jam", "fakenet-genesis-pow-64-bex-2.jam"]) {
    const path = join(shared, name)
    const said = pow("verify", "--proof", path)
    const made = prove(String(said.version), said.commitment, said.nonce, String(said.len))
    const proof = readFileSync(out)
    const file = readFileSync(path)
    // A page is [digest [0 proof] ...]: its proof is taken out and encoded alone.
    const noun = native.cue(file, 1 << 20)
    const inside = name.startsWith("proof") ? noun : noun[1][0][1]
    const same = Buffer.from(native.jam(inside)).equals(proof)
    golden.push({
      name,
      version: said.version,
      len: said.len,
      objects: said.objects,
      valid: said.valid,
      sameBytes: same,
      sha256: made.sha256
    })
    if (!same) different.push({ golden: name })
  }
}
rmSync(folder, { recursive: true })
const result = { oracle: "test/kernels/nockpow/oracle.jsonl", puzzles: rows.length, different, versions, golden }
writeFileSync(join(root, "test/kernels/nockpow/equality.json"), `${JSON.stringify(result, null, 2)}\n`)
console.log(JSON.stringify(result, null, 2))
process.exit(different.length === 0 ? 0 : 1)
