/**
 * Everything the runtime needs, as one layer.
 *
 * Supervisors and actors need a tree to be seen in, a place for dead letters and a timer. Programs provide this layer
 * once, at their edge; tests provide it under a TestClock and thereby rule every timing of the runtime.
 */
import * as Layer from "effect/Layer"
import { Alarm } from "./Alarm.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { SupervisionTree } from "./SupervisionTree.ts"

/** The services of the runtime. */
export type ActorSystem = SupervisionTree | DeadLetters | Alarm

export const layer: Layer.Layer<ActorSystem> = Layer.mergeAll(SupervisionTree.layer, DeadLetters.layer, Alarm.layer)
