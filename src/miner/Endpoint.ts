/**
 * The addresses of pools as people write them: with or without scheme and port.
 *
 * `192.168.1.100`, `pool.lan:7777`, `http://pool.lan`, `https://pool.example:443`, `[::1]:7777`, `::1`. A missing port is
 * 7777; `https`, `grpcs` and `tls` mean TLS. Pure.
 */
import { isIPv6 } from "node:net"

export interface Endpoint {
  /** Name or IP address, without brackets. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

export const defaultPort = 7777

const schemes: Readonly<Record<string, boolean>> = {
  http: false,
  grpc: false,
  tcp: false,
  https: true,
  grpcs: true,
  tls: true
}

const name = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i

const portOf = (text: string | undefined, otherwise: number): number | null => {
  if (text === undefined) return otherwise
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : null
}

const hostAndPort = (text: string): { readonly host: string; readonly port: string | undefined } | null => {
  if (isIPv6(text)) return { host: text, port: undefined }
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(text)
  if (bracketed !== null) {
    const [, host = "", port] = bracketed
    return isIPv6(host) ? { host, port } : null
  }
  const [host = "", port, ...more] = text.split(":")
  return more.length === 0 && name.test(host) ? { host, port } : null
}

/** Null when it is no address. `otherwise` is the port of one without a port. */
export const parse = (text: string, otherwise: number = defaultPort): Endpoint | null => {
  const [, scheme, rest = ""] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text.trim()) ?? []
  const tls = scheme === undefined ? false : schemes[scheme.toLowerCase()]
  const found = hostAndPort(rest.replace(/\/$/, ""))
  const port = portOf(found?.port, otherwise)
  return tls === undefined || found === null || port === null ? null : { host: found.host, port, tls }
}

const hostText = (host: string) => (isIPv6(host) ? `[${host}]` : host)

/** "192.168.1.100:7777"; with the scheme when it is TLS. Parses to the same endpoint again. */
export const format = ({ host, port, tls }: Endpoint): string => `${tls ? "https://" : ""}${hostText(host)}:${port}`

/** What grpc-js connects to. */
export const target = ({ host, port }: Endpoint): string => `dns:${hostText(host)}:${port}`

/** A list separated by commas; what is wrong with which part. */
export const parseList = (text: string): { readonly list: ReadonlyArray<Endpoint> } | { readonly wrong: string } => {
  const list: Array<Endpoint> = []
  for (const part of text.split(",").map((one) => one.trim())) {
    const endpoint = parse(part)
    if (endpoint === null) return { wrong: part }
    const same = list.some((one) => format(one) === format(endpoint))
    if (!same) list.push(endpoint)
  }
  return { list }
}
