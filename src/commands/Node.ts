/**
 * `pitboss node pause|resume|restart ID`: steer one node of a running program.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import type { Settings } from "./Steer.ts"
import { answer, argument, withTarget } from "./Steer.ts"

type Verb = "pause" | "resume" | "restart"

const steer =
  (verb: Verb, done: string) =>
  (invocation: Invocation<Settings>): Effect.Effect<void, Failure> => {
    const node = argument(invocation)
    return withTarget(invocation, ({ call }) => call((client) => client[verb]({ node }))).pipe(
      Effect.zipRight(answer(invocation.values.json, { node, done: verb }, `node ${node} ${done}`))
    )
  }

export const pause = steer("pause", "is paused: it finishes its step and keeps its task")
export const resume = steer("resume", "works again")
export const restart = steer("restart", "starts again with a clean sheet")
