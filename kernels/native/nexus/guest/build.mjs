// Rebuilds our guest from fib.S with Debian's RISC-V binutils and writes FibElf.cc.
//
// Usage: node kernels/native/nexus/guest/build.mjs [--check]. With --check nothing is written: exit 0 = FibElf.cc holds exactly
// the bytes of this build, 3 = it differs, 4 = no assembler (apt-get install binutils-riscv64-unknown-elf).
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const prefix = "riscv64-unknown-elf-"
const here = fileURLToPath(new URL(".", import.meta.url))
const output = join(here, "FibElf.cc")

if (spawnSync(`${prefix}as`, ["--version"]).status !== 0) {
  console.error(`${prefix}as not found: apt-get install binutils-riscv64-unknown-elf`)
  process.exit(4)
}
const work = mkdtempSync(join(tmpdir(), "pitboss-guest-"))
let elf
try {
  const object = join(work, "fib.o")
  const linked = join(work, "fib.elf")
  execFileSync(`${prefix}as`, ["-march=rv32i", "-mabi=ilp32", join(here, "fib.S"), "-o", object])
  execFileSync(`${prefix}ld`, [
    "-m",
    "elf32lriscv",
    "-n",
    "-s",
    "--no-relax",
    "-T",
    join(here, "fib.ld"),
    object,
    "-o",
    linked
  ])
  elf = readFileSync(linked)
} finally {
  rmSync(work, { recursive: true })
}

const rows = []
for (let i = 0; i < elf.length; i += 20) {
  const row = [...elf.subarray(i, i + 20)].map((byte) => `0x${byte.toString(16).padStart(2, "0")},`)
  rows.push(`    ${row.join(" ")}`)
}
const source = `// The bytes of our guest: generated from fib.S and fib.ld by build.mjs, ${elf.length} bytes, sha-256
// ${createHash("sha256").update(elf).digest("hex")}. Do not edit.
#include "FibElf.h"

namespace pitboss::nexus {

namespace {

constexpr uint8_t kBytes[] = {
${rows.join("\n")}
};

}  // namespace

std::span<const uint8_t> fib_elf() { return kBytes; }

}  // namespace pitboss::nexus
`
if (process.argv.includes("--check")) {
  process.exit(readFileSync(output, "utf8") === source ? 0 : 3)
}
writeFileSync(output, source)
console.log(`${output}: ${elf.length} bytes`)
