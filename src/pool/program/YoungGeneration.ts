/**
 * Keeps V8's space for new objects at the size it has, some megabytes.
 *
 * V8 doubles it whenever much survives, up to 32 MB, and hardly ever gives it back. The pool's survivors are connections:
 * thousands of them at once after a start, and then they are old. So that memory would stand empty, 9 kB for each of
 * 2,000 miners; and neither shares nor jobs go faster with it (docs/pool.md). `--max-semi-space-size` says the same, but
 * only on the command line of Node; the growth factor is read at each growth.
 */
import * as V8 from "node:v8"

export const keep = (): void => V8.setFlagsFromString("--semi-space-growth-factor=1")
