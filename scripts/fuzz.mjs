/**
 * `npm run fuzz [-- SECONDS [SEED]]`: every decoder that reads foreign bytes, fed with mutated ones, for a bounded time.
 *
 * Native decoders run in their own harnesses under AddressSanitizer and UndefinedBehaviorSanitizer; those of the wire run
 * as property tests with more cases than `npm test` gives them.
 */
import { spawnSync } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const [seconds = "30", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
process.stderr.write(`fuzz: ${seconds} s for each native decoder, seed ${seed}\n`)

const failed = [
  [join(root, "kernels/native/sanitize.mjs"), "fuzz", seconds, seed],
  [join(root, "node_modules/vitest/vitest.mjs"), "run", "Codec", "Frame"]
].filter((args) => spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status !== 0)
process.exit(failed.length === 0 ? 0 : 3)
