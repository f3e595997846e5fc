/**
 * Who is connected: by id, by transport address, in order of connection.
 */
import type { Member, MemberMessage } from "./Member.ts"
import type { Session } from "./Session.ts"

export class Members {
  readonly #all = new Map<string, Member>()
  readonly #byAddress = new Map<string, Member | Array<Member>>()
  readonly #holders = new Map<Session, Member>()
  #active = 0
  #threads = 0

  get size(): number {
    return this.#all.size
  }

  get active(): number {
    return this.#active
  }

  get threads(): number {
    return this.#threads
  }

  add(member: Member): void {
    this.#all.set(member.id, member)
    const { address } = member.peer
    const there = this.#byAddress.get(address)
    if (there === undefined) this.#byAddress.set(address, member)
    else if (Array.isArray(there)) there.push(member)
    else this.#byAddress.set(address, [there, member])
  }

  remove(member: Member): void {
    if (!this.#all.delete(member.id)) return
    const { address } = member.peer
    const there = this.#byAddress.get(address)
    if (Array.isArray(there)) {
      const left = there.filter((other) => other !== member)
      if (left.length === 0) this.#byAddress.delete(address)
      else this.#byAddress.set(address, left)
    } else if (there === member) this.#byAddress.delete(address)
    if (member.session === null) return
    if (this.#holders.get(member.session) === member) this.#holders.delete(member.session)
    this.#active -= 1
    this.#threads -= member.threads
  }

  /** It has said who it is. */
  identified(member: Member, session: Session, threads: number): void {
    member.session = session
    this.#holders.set(session, member)
    this.#active += 1
    this.#threads += threads
    member.threads = threads
  }

  threadsNow(member: Member, threads: number): void {
    this.#threads += threads - member.threads
    member.threads = threads
  }

  get(id: string): Member | undefined {
    return this.#all.get(id)
  }

  /** The connection that has a session now. */
  holder(session: Session): Member | undefined {
    return this.#holders.get(session)
  }

  /** The latest connection of an account over one transport connection. */
  find(address: string, minerId: string): Member | undefined {
    const there = this.#byAddress.get(address)
    if (there === undefined) return undefined
    if (!Array.isArray(there)) return there.session?.minerId === minerId ? there : undefined
    return there.findLast((member) => member.session?.minerId === minerId)
  }

  send(message: MemberMessage): void {
    for (const member of this.#all.values()) if (member.session !== null) member.tell(message)
  }

  all(): Iterable<Member> {
    return this.#all.values()
  }

  /** Up to `limit` after an id (it may have gone), of one account or of all (null), in order of connection: ids count up in base 36. */
  page(limit: number, after: string | null, minerId: string | null): ReadonlyArray<Member> {
    const out: Array<Member> = []
    const last = after === null ? -1 : Number.parseInt(after, 36)
    for (const [id, member] of this.#all) {
      if (out.length >= limit) break
      if (minerId !== null && member.session?.minerId !== minerId) continue
      if (Number.parseInt(id, 36) > last) out.push(member)
    }
    return out
  }
}
