/**
 * The part of an actor that outlives its incarnations: its address, its mailbox, and whom it is tied to.
 *
 * Senders, questions, watchers and timers meet an actor here; `Cell` adds the incarnations that handle what arrives. The
 * address stays valid before, between and after them: messages wait while a restart is under way, and become dead letters
 * once the actor has been retired.
 */
import * as Duration from "effect/Duration"
import type { AlarmService } from "./Alarm.ts"
import type { ActorRef, Down } from "./Behaviour.ts"
import { BadChildSpec } from "./Errors.ts"
import * as ExitReason from "./ExitReason.ts"
import { Mailbox, type Options, type Waiter } from "./Mailbox.ts"
import type { Environment } from "./Process.ts"
import type { Protocol } from "./Protocol.ts"
import { type Pending, Ties } from "./Ties.ts"
import type { AnnotationValue, MailboxInfo, Subject } from "./TreeNode.ts"

export abstract class Address<M, R> implements ActorRef<M>, Subject {
  readonly id: string
  readonly protocol: Protocol<M> | undefined
  readonly mailbox: Mailbox<M>
  /** Ended for good (until started again): messages are dead letters. */
  retired = false
  /** Of the present or the last incarnation. */
  protected environment: Environment<R> | undefined
  protected ties: Ties<M> | undefined

  constructor(id: string, protocol: Protocol<M> | undefined, mailbox: Options | undefined) {
    this.id = id
    this.protocol = protocol
    this.mailbox = new Mailbox(mailbox)
  }

  /** Something is in the mailbox. */
  protected abstract wake(): void

  /** Handle what waits on the caller's stack if the actor is free: the caller waits for the outcome anyway. */
  abstract runNow(): void

  /** An incarnation exists that has not ended. */
  abstract get alive(): boolean

  // ------------------------------------------------------------------------------------------------ for senders

  get self(): ActorRef<M> {
    return this
  }

  get path(): string {
    return this.environment?.node.path ?? this.id
  }

  get generation(): number {
    return this.environment?.generation ?? 0
  }

  mailboxInfo(): MailboxInfo {
    return { depth: this.mailbox.depth, highWater: this.mailbox.highWater, capacity: this.mailbox.capacity }
  }

  unsafeTell(message: M): boolean {
    const taken = this.accept(message)
    if (taken) this.wake()
    return taken
  }

  /** Put a message into the mailbox without waking the actor. */
  accept(message: M): boolean {
    if (this.retired) return this.dead(message, "stopped")
    const offer = this.mailbox.offer(message)
    if (offer === "taken") return true
    if (offer === "full") return this.dead(message, "full")
    this.dead(offer.pushedOut, "dropped")
    return true
  }

  /** Wait for room in a full mailbox; only for policy back-pressure. */
  waitForRoom(waiter: Waiter<M>): void {
    this.mailbox.waitForRoom(waiter)
  }

  addAsk(ask: Pending, message: M): void {
    this.tied().addAsk(ask, message)
  }

  removeAsk(ask: Pending): void {
    this.ties?.removeAsk(ask)
  }

  /** An answer that nobody waits for any more. */
  unsafeLate(answer: unknown): void {
    this.environment?.habitat.deadLetters.unsafePublish(this.path, answer, "late")
  }

  /** Undefined before the first start. */
  get alarm(): AlarmService | undefined {
    return this.environment?.habitat.alarm
  }

  dead(message: M, reason: "stopped" | "full" | "dropped" | "crashed"): false {
    this.environment?.habitat.deadLetters.unsafePublish(this.path, message, reason)
    return false
  }

  /** Call back once when the present incarnation has ended; false when there is none. */
  addWatcher(key: object, callback: (down: Down) => void): boolean {
    if (!this.alive) return false
    this.tied().addWatcher(key, callback)
    return true
  }

  removeWatcher(key: object): void {
    this.ties?.removeWatcher(key)
  }

  // ------------------------------------------------------------------------------------------------ context of handlers

  now(): number {
    return this.lent().habitat.alarm.unsafeNow()
  }

  after(delay: Duration.DurationInput, key: string, message: M): void {
    this.at(this.now() + Duration.toMillis(Duration.decode(delay)), key, message)
  }

  at(dueMillis: number, key: string, message: M): void {
    this.tied().setTimer(this.lent().habitat.alarm, dueMillis, key, () => this.force(message))
  }

  cancelTimer(key: string): boolean {
    return this.ties?.cancelTimer(key) ?? false
  }

  watch(other: ActorRef<never>, message: (down: Down) => M): void {
    const target = fromRef(other)
    const told = (down: Down): void => {
      this.ties?.removeWatching(target)
      try {
        this.force(message(down))
      } catch {
        // The news could not be made a message: nobody read it.
        this.lent().habitat.deadLetters.unsafePublish(this.path, down, "crashed")
      }
    }
    if (target.addWatcher(this, told)) this.tied().addWatching(target)
    else told({ path: target.path, generation: target.generation, reason: ExitReason.noproc })
  }

  unwatch(other: ActorRef<never>): void {
    const target = fromRef(other)
    target.removeWatcher(this)
    this.ties?.removeWatching(target)
  }

  annotate(key: string, value: AnnotationValue | undefined): void {
    this.lent().node.annotate(key, value)
  }

  account(bytes: number): void {
    this.lent().node.account(bytes)
  }

  // ------------------------------------------------------------------------------------------------ for the cell

  /** There will be no further incarnation unless somebody asks for one. */
  retire(reason: ExitReason.ExitReason): void {
    this.retired = true
    for (const message of this.mailbox.drain()) this.dead(message, "stopped")
    this.mailbox.release()
    this.ties?.failAsks(this.path, `it has ended (${ExitReason.describe(reason)})`, () => true)
  }

  protected force(message: M): void {
    if (this.retired) {
      this.dead(message, "stopped")
      return
    }
    this.mailbox.force(message)
    this.wake()
  }

  protected tied(): Ties<M> {
    this.ties ??= new Ties()
    return this.ties
  }

  protected lent(): Environment<R> {
    const { environment } = this
    if (environment === undefined) throw new BadChildSpec({ id: this.id, reason: "used before it was started" })
    return environment
  }
}

/** The actor behind an address. Addresses are made by this runtime only. */
export const fromRef = <M>(ref: ActorRef<M>): Address<M, unknown> => {
  if (ref instanceof Address) return ref
  throw new TypeError(`${ref.path} is not an actor of this runtime`)
}
