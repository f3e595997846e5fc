/**
 * The page of the pool for a browser: three files that the build makes of src/console/web.
 *
 * The page may load its own two files and ask its own server, and nothing else: names of miners are text in it, and even
 * markup could do nothing.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { packageRoot } from "../../../kernels/Paths.ts"
import type { Reply } from "../../http/Listener.ts"
import * as Answers from "./Answers.ts"

const policy = ["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src data:"]
const nothing = ["default-src", "base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`)

const headers = {
  "content-security-policy": [...nothing, ...policy].join("; "),
  "referrer-policy": "no-referrer"
}

const files = [
  { path: "/", name: "index.html", type: "text/html" },
  { path: "/page.css", name: "page.css", type: "text/css" },
  { path: "/page.js", name: "page.js", type: "text/javascript" }
]

/** By path; none when nothing was built. */
export const replies = (): Readonly<Record<string, Reply>> => {
  const folder = join(packageRoot, "dist", "web")
  if (!existsSync(folder)) return {}
  return Object.fromEntries(
    files.map(({ name, path, type }) => [
      path,
      Answers.text(200, readFileSync(join(folder, name), "utf8"), type, headers)
    ])
  )
}
