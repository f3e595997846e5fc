/**
 * Bundles the product into dist/: one entry, one chunk per command, everything inside but native modules.
 *
 * The page for browsers is three files in dist/web. A command's code is loaded only when that command runs, which keeps `--help` fast and small processes small. The extra
 * bins are one-line programs that name a sub-command of the same main.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const dist = join(root, "dist")

rmSync(dist, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: { main: "src/main.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  platform: "node",
  format: "esm",
  target: "node20.19",
  sourcemap: true,
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  define: { bundledPoolProto: JSON.stringify(readFileSync(join(root, "src/pool/grpc/pool.proto"), "utf8")) },
  external: ["better-sqlite3", "*.node", "pg-native"],
  // CommonJS packages inside the bundle still call require() for Node's own modules.
  banner: {
    js: 'import{createRequire as pitbossRequire}from"node:module";const require=pitbossRequire(import.meta.url);'
  },
  logLevel: "warning"
})

// What a browser gets from the pool server: a page, its style and its script.
await build({
  absWorkingDir: root,
  entryPoints: ["index.html", "page.css", "page.ts"].map((name) => `src/console/web/${name}`),
  outdir: join(dist, "web"),
  bundle: true,
  loader: { ".html": "copy" },
  platform: "browser",
  format: "iife",
  target: "es2022",
  minify: true,
  logLevel: "warning"
})

mkdirSync(join(dist, "bin"), { recursive: true })
for (const [bin, command] of [
  ["pool-server", "pool-server"],
  ["miner", "miner"],
  ["nockchain-wallet", "wallet"]
]) {
  const file = join(dist, "bin", `${bin}.js`)
  writeFileSync(file, `#!/usr/bin/env node\nprocess.argv.splice(2, 0, "${command}")\nawait import("../main.js")\n`)
  chmodSync(file, 0o755)
}
