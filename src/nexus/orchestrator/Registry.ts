/**
 * Registered users and nodes, in the same books.
 *
 * A user is a UUID and a wallet, and the wallet is the account. A registered node gets an id that nobody has yet.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { NodeId } from "../../../actors/nexus/Task.ts"
import { nodeId } from "./Accounts.ts"
import type { Books } from "./Books.ts"
import { draw } from "./Draw.ts"
import { badRequest, conflict, notFound, rateLimited } from "./Errors.ts"

export interface User {
  readonly userId: string
  readonly wallet: string
}

/** Nodes listed with a user; the answer has a cursor for more, which no known client follows. */
const listedNodes = 1_000

export const make = (books: Books, seed: string, nodesPerUser: number | null) => {
  const { sql } = books

  const userBy = (column: "wallet" | "user_id", value: string) =>
    Effect.map(
      sql<{ readonly user_id: string; readonly wallet: string }>`
        SELECT user_id, wallet FROM books_users WHERE ${sql(column)} = ${value}`,
      ([row]): User | null => (row === undefined ? null : { userId: row.user_id, wallet: row.wallet })
    )

  /** Register a wallet under a UUID. The same pair again changes nothing; another UUID or wallet is a conflict. */
  const registerUser = (user: User) =>
    books.write(
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* sql`
          INSERT INTO books_users ${sql.insert({ user_id: user.userId, wallet: user.wallet, registered_at: now })}
          ON CONFLICT DO NOTHING`
        const held = yield* userBy("wallet", user.wallet)
        if (held?.userId !== user.userId) return yield* conflict("User already registered")
      })
    )

  /** Give a user a new node. */
  const registerNode = (userId: string) =>
    books.write(
      Effect.gen(function* () {
        const user = yield* userBy("user_id", userId)
        if (user === null) return yield* notFound("User not found")
        const counted = yield* sql<{ readonly n: number | string }>`
          SELECT count(*) AS n FROM books_nodes WHERE account = ${user.wallet}`
        if (nodesPerUser !== null && Number(counted[0]?.n ?? 0) >= nodesPerUser) {
          return yield* rateLimited(`Limit per user ${nodesPerUser} nodes`)
        }
        const now = yield* Clock.currentTimeMillis
        const total = yield* sql<{ readonly n: number | string }>`SELECT count(*) AS n FROM books_nodes`
        for (let attempt = 0; attempt < 16; attempt++) {
          // 48 bits are enough to be free at the first try and short enough to be typed.
          const dice = draw(seed, `node ${total[0]?.n ?? 0}`, attempt)
          const node = nodeId(BigInt(`0x${dice.hex.slice(0, 12)}`).toString())
          if (node === null) continue
          const made = yield* sql`
            INSERT INTO books_nodes ${sql.insert({ node_id: node, account: user.wallet, registered_at: now })}
            ON CONFLICT (node_id) DO NOTHING RETURNING node_id`
          if (made.length > 0) return node
        }
        return yield* Effect.dieMessage("16 drawn node ids are all taken")
      })
    )

  const nodesOf = (user: User) =>
    Effect.map(
      sql<{ readonly node_id: NodeId }>`
        SELECT node_id FROM books_nodes WHERE account = ${user.wallet} ORDER BY registered_at, node_id LIMIT ${listedNodes}`,
      (rows) => rows.map((row) => row.node_id)
    )

  /** The user of a wallet, or 404. */
  const userOf = (wallet: string) =>
    Effect.flatMap(userBy("wallet", wallet.toLowerCase()), (user) =>
      user === null ? notFound("User not found") : Effect.succeed(user)
    )

  const register = (uuid: string, wallet: string) =>
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)
      ? badRequest("uuid is no UUID")
      : !/^0x[0-9a-fA-F]{40}$/.test(wallet)
        ? badRequest("wallet_address is not 0x and 40 hex digits")
        : registerUser({ userId: uuid.toLowerCase(), wallet: wallet.toLowerCase() })

  return { register, registerNode, nodesOf, userOf }
}

export type Registry = ReturnType<typeof make>
