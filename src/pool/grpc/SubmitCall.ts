/**
 * SubmitWork on grpc-js: one share as a call of its own, for clients of the original protocol.
 *
 * It finds its subscription by the session, else by the transport connection and the account, so nobody can hand in
 * shares in another connection's name. The call is a listener of the intercepted call itself: grpc-js's own objects for
 * a unary call cost about as much as all that the pool does with the share.
 */
import * as Grpc from "@grpc/grpc-js"
import type { PoolServiceShape } from "../../../actors/pool/PoolService.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import type { Silence, Sockets } from "./Sockets.ts"
import * as Wire from "./Wire.ts"

export const submitPath = "/pool.MiningPool/SubmitWork"

export interface Context {
  readonly pool: Pick<PoolServiceShape, "route">
  readonly sockets: Pick<Sockets, "touch" | "ended">
}

const unauthorised: ShareAnswer = {
  code: "unauthorised",
  reason: "no subscription of this account on this connection: subscribe first, or send the session of the first order",
  newDifficulty: null
}

const nothing = () => {}

export class SubmitCall {
  private readonly context: Context
  private readonly call: Grpc.ServerInterceptingCallInterface
  private readonly silence: Silence
  private request: Buffer | null = null
  private sequence = 0

  constructor(context: Context, call: Grpc.ServerInterceptingCallInterface, silence: Silence) {
    this.context = context
    this.call = call
    this.silence = silence
  }

  onReceiveMetadata(): void {
    this.call.startRead()
  }

  onReceiveMessage(message: Buffer): void {
    if (this.request === null) {
      this.request = message
      this.silence.end()
      this.call.startRead()
    } else {
      this.refuse("SubmitWork takes one share")
    }
  }

  onReceiveHalfClose(): void {
    if (this.request === null) this.refuse("SubmitWork takes a share")
    else this.submit(this.request)
  }

  /** The call is over, whoever ended it. A share that is on its way is kept all the same; its answer goes nowhere. */
  onCancel(): void {
    if (this.request === null) this.silence.end()
  }

  private submit(request: Buffer): void {
    try {
      const { minerId, nonce, sequence, session, workId } = Wire.decodeWorkResult(request)
      this.sequence = sequence
      const claim = { session: session === "" ? null : session, address: this.call.getPeer(), minerId }
      const connection = this.context.pool.route(claim)
      if (connection === undefined) {
        this.answer(unauthorised)
      } else {
        this.context.sockets.touch(claim.address)
        connection.unsafeSubmit(workId, nonce, (given) => this.answer(given))
      }
    } catch (error) {
      if (error instanceof Wire.WireError) {
        this.answer({ code: "malformed", reason: error.message, newDifficulty: null })
      } else {
        // grpc-js calls this from a promise that nobody waits for: nothing may be thrown.
        this.end(Grpc.status.INTERNAL, "internal error")
      }
    }
  }

  private answer(given: ShareAnswer): void {
    this.call.sendMessage(Wire.encodeAck(given, this.sequence), nothing)
    this.end(Grpc.status.OK, "")
  }

  private refuse(details: string): void {
    this.end(Grpc.status.INVALID_ARGUMENT, details)
    this.context.sockets.ended(this.call.getPeer())
  }

  private end(code: Grpc.status, details: string): void {
    this.call.sendStatus({ code, details })
  }
}
