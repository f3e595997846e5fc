/**
 * How the HTTP API answers: the envelope `{success, data, error}`, CORS for any origin, and texts of other types.
 */
import type { Reply } from "../../http/Listener.ts"

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-allow-headers": "content-type",
  "access-control-max-age": "86400"
}

export const text = (
  status: number,
  body: string,
  type: string,
  more: Readonly<Record<string, string>> = {}
): Reply => ({
  status,
  headers: {
    ...cors,
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...more
  },
  body: Buffer.from(body)
})

/** A file to keep. */
export const binary = (name: string, body: Uint8Array): Reply => ({
  ...text(200, "", "application/octet-stream", { "content-disposition": `attachment; filename="${name}"` }),
  body
})

/** Health checks and preflights have no body. */
export const empty = (status: number): Reply => ({ status, headers: cors, body: new Uint8Array(0) })

const json = (status: number, value: unknown): Reply => text(status, JSON.stringify(value), "application/json")

export const ok = (data: unknown): Reply => json(200, { success: true, data, error: null })

export const failed = (status: number, error: string, data: unknown = null): Reply =>
  json(status, { success: false, data, error })

const readOnly = failed(405, "only GET is served")
export const notAllowed: Reply = { ...readOnly, headers: { ...readOnly.headers, allow: "GET, HEAD, OPTIONS" } }

/** Plain JSON without the envelope, for the OpenAPI document. */
export const bare = (value: unknown): Reply => json(200, value)

/** A field of a CSV row; texts that a spreadsheet would take for a formula are made harmless. */
const field = (value: string): string => {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export const csv = (name: string, rows: ReadonlyArray<ReadonlyArray<string>>): Reply =>
  text(200, rows.map((row) => `${row.map(field).join(",")}\r\n`).join(""), "text/csv", {
    "content-disposition": `attachment; filename="${name}"`
  })
