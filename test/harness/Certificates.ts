/**
 * Certificates for tests of TLS, made by openssl: an authority, a certificate of it for localhost, and a key of nobody's.
 */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

export interface Keys {
  /** Where ca.pem, cert.pem, key.pem and ca.key are; gone with the scope. */
  readonly folder: string
  readonly ca: Buffer
  readonly cert: Buffer
  readonly key: Buffer
  /** Fits no certificate but the authority's. */
  readonly other: Buffer
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

export const keys = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-tls-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
).pipe(
  Effect.map((folder): Keys => {
    const openssl = (line: string) => execFileSync("openssl", line.split(" "), { cwd: folder, stdio: "pipe" })
    openssl(`req -x509 ${curve.join(" ")} -keyout ca.key -out ca.pem -subj /CN=test-ca -days 2`)
    openssl(`req ${curve.join(" ")} -keyout key.pem -out request.pem -subj /CN=localhost`)
    openssl("x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2")
    const read = (name: string) => readFileSync(join(folder, name))
    return { folder, ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem"), other: read("ca.key") }
  })
)
