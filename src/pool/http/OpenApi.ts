/**
 * The OpenAPI 3.1 document of the HTTP API, from the schemas of its answers.
 */
import * as JSONSchema from "effect/JSONSchema"
import type * as Schema from "effect/Schema"
import * as Shapes from "./Shapes.ts"

interface Route {
  readonly path: string
  readonly about: string
  /** Null: not JSON. */
  readonly data: Schema.Schema.AnyNoContext | null
  readonly parameters?: ReadonlyArray<Parameter>
  readonly type?: string
}

interface Parameter {
  readonly name: string
  readonly about: string
  readonly schema: Readonly<Record<string, unknown>>
  readonly required?: boolean
}

const pages = (maximum: number): ReadonlyArray<Parameter> => [
  { name: "limit", about: `Rows, 1 to ${maximum}.`, schema: { type: "integer", minimum: 1, maximum, default: 50 } },
  { name: "before", about: "`next` of the page before.", schema: { type: "string" } }
]
const paging = pages(1_000)
const ofMiner = [...paging, { name: "miner", about: "Only of this account.", schema: { type: "string" } }]
const pkh: Parameter = { name: "pkh", about: "A public-key hash.", schema: { type: "string" }, required: true }

const routes: ReadonlyArray<Route> = [
  { path: "/api/basic", about: "The four numbers of a monitor.", data: Shapes.Basic },
  { path: "/api/status", about: "The state of the pool.", data: Shapes.Status },
  { path: "/api/sync", about: "How far the chain is followed.", data: Shapes.Sync },
  { path: "/health", about: "200 with an empty body while the process answers.", data: null, type: "none" },
  { path: "/ready", about: "200 while miners can work, else 503 with the reason.", data: Shapes.Ready },
  { path: "/metrics", about: "Prometheus.", data: null, type: "text/plain" },
  { path: "/api/v1/pool", about: "Chain, job, shares by answer, payouts.", data: Shapes.Pool },
  { path: "/api/v1/miners", about: "Balances by account.", data: Shapes.page(Shapes.Miner), parameters: ofMiner },
  { path: "/api/v1/workers", about: "Totals by machine.", data: Shapes.page(Shapes.Worker), parameters: ofMiner },
  {
    path: "/api/v1/connections",
    about: "Subscriptions that are open.",
    data: Shapes.page(Shapes.Connection),
    parameters: ofMiner
  },
  {
    path: "/api/v1/shares",
    about: "Accepted shares.",
    data: Shapes.page(Shapes.Share),
    parameters: ofMiner
  },
  { path: "/api/v1/blocks", about: "Blocks of ours.", data: Shapes.page(Shapes.Block), parameters: paging },
  { path: "/api/v1/payouts", about: "Payouts.", data: Shapes.page(Shapes.Payout), parameters: pages(50) },
  { path: "/api/v1/payouts/plan", about: "What would be paid now.", data: Shapes.Plan },
  { path: "/api/v1/payouts/plan.csv", about: "The same as CSV.", data: null, type: "text/csv" },
  {
    path: "/api/v1/page",
    about: "A block of the chain as a page in jam, for `pow inspect`; with its proof while that is kept.",
    data: null,
    type: "application/octet-stream",
    parameters: [{ name: "id", about: "The block's id.", schema: { type: "string" }, required: true }]
  },
  {
    path: "/api/v1/notes",
    about: "Unspent notes of a key, and their number and sum.",
    data: Shapes.Notes,
    parameters: [...paging, pkh]
  }
]

const schemaOf = (data: Schema.Schema.AnyNoContext) => {
  const { $schema, ...schema } = JSONSchema.make(data, { target: "openApi3.1" }) as { readonly $schema?: string }
  return schema
}

const answer = ({ data, type }: Route) => {
  if (data !== null) {
    const envelope = {
      type: "object",
      required: ["success", "data", "error"],
      properties: { success: { type: "boolean" }, data: schemaOf(data), error: { type: ["string", "null"] } }
    }
    return { description: "OK", content: { "application/json": { schema: envelope } } }
  }
  return type === "none"
    ? { description: "OK" }
    : { description: "OK", content: { [type ?? "text/plain"]: { schema: { type: "string" } } } }
}

export const document = (version: string, chain: string) => ({
  openapi: "3.1.0",
  info: {
    title: "Pitboss pool",
    version,
    description: `HTTP API of pool-server; chain: ${chain}. It has no authentication: keep it on a trusted address.`
  },
  paths: Object.fromEntries(
    routes.map((route) => [
      route.path,
      {
        get: {
          summary: route.about,
          parameters: (route.parameters ?? []).map(({ about, name, required = false, schema }) => ({
            name,
            in: "query",
            description: about,
            required,
            schema
          })),
          responses: { "200": answer(route) }
        }
      }
    ])
  )
})
