/**
 * What a program offers to those who steer it: the control socket, its terminal, its signals.
 *
 * A program provides this once; the socket, the keys of the table and SIGHUP all end in the same few effects, so there is
 * one way in which a program is stopped or reloaded.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { About, ControlRefused, ProgramStatus, ReloadReport, TreeRow, UnknownNode } from "./Api.ts"

export interface ControlledService {
  readonly about: About
  readonly status: Effect.Effect<ProgramStatus>
  /** The status now, then after every change; a slow reader gets the newest. */
  readonly changes: Stream.Stream<ProgramStatus>
  readonly pause: (node: string) => Effect.Effect<void, UnknownNode | ControlRefused>
  readonly resume: (node: string) => Effect.Effect<void, UnknownNode | ControlRefused>
  readonly restart: (node: string) => Effect.Effect<void, UnknownNode | ControlRefused>
  readonly setConcurrency: (limit: number) => Effect.Effect<void, ControlRefused>
  readonly reload: Effect.Effect<ReloadReport, ControlRefused>
  /** Begin to stop; returns at once. Asking again hurries. */
  readonly stop: Effect.Effect<void>
  readonly tree: Effect.Effect<ReadonlyArray<TreeRow>>
}

export class Controlled extends Context.Tag("pitboss/control/Controlled")<Controlled, ControlledService>() {}
