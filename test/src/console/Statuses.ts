/** Statuses for tests of the terminal: one that is easy to read, and arbitrary ones with hostile texts. */
import * as fc from "effect/FastCheck"
import type { FleetStatus, NodeState, NodeStatus } from "../../../actors/nexus/FleetStatus.ts"
import { isActive, noCounts } from "../../../actors/nexus/FleetStatus.ts"
import { NodeId } from "../../../actors/nexus/Task.ts"
import type { ProgramStatus } from "../../../src/control/Api.ts"

export const now = 1_700_000_000_000

export const nodeStatus = (id: number, more: Partial<NodeStatus> = {}): NodeStatus => ({
  id: NodeId.make(String(id)),
  label: null,
  account: null,
  spare: false,
  retiring: false,
  state: { _tag: "Queued" },
  since: now - 5_000,
  task: null,
  difficulty: "SMALL",
  lastError: null,
  counters: noCounts,
  ...more
})

export const status = (nodes: ReadonlyArray<NodeStatus>, more: Partial<FleetStatus> = {}): ProgramStatus => {
  const count = (test: (state: NodeState) => boolean) => nodes.filter(({ state }) => test(state)).length
  const sum = (key: keyof typeof noCounts) => nodes.reduce((total, node) => total + node.counters[key], 0)
  const counters = Object.fromEntries(Object.keys(noCounts).map((key) => [key, sum(key as keyof typeof noCounts)]))
  const fleet: FleetStatus = {
    at: now,
    startedAt: now - 83_000,
    mode: "running",
    orchestrator: { url: "http://127.0.0.1:50505", local: true },
    prover: { name: "local", kind: "receipt", slots: 2 },
    turnstile: { limit: 10, busy: 0, queued: 0 },
    sparesLeft: 0,
    maxTasks: null,
    memory: { limitBytes: 4 * 2 ** 30, reservedBytes: 2 ** 28, waiting: [] },
    totals: {
      ...noCounts,
      ...counters,
      nodes: nodes.length,
      active: count(isActive),
      queued: count(({ _tag }) => _tag === "Queued"),
      waiting: count(({ _tag }) => _tag === "Waiting"),
      paused: count(({ _tag }) => _tag === "Paused"),
      quarantined: count(({ _tag }) => _tag === "Quarantined"),
      tasksInHand: nodes.filter(({ task }) => task !== null).length,
      proofsPerMinute: { overall: 12.34, lastFiveMinutes: 15 },
      tasksPerMinute: { overall: 10, lastFiveMinutes: 11 }
    },
    nodes,
    ...more
  }
  return {
    about: { program: "batch-file", pid: 4711, version: "0.1.0", startedAt: now - 83_000 },
    at: now,
    memory: { processBytes: 100 * 2 ** 20, treeBytes: 130 * 2 ** 20 },
    fleet,
    pool: null,
    miner: null
  }
}

/** Wide, combining, emoji, control and direction characters among plain ones. */
export const hostile = fc.string({
  unit: fc.constantFrom(..."ab1 -_…é汉字节点한글ひカ😀👍🏽\u0301\u200d\u202e\u001b\u0000\u0007\n\r\t\u009b[2J"),
  maxLength: 40
})

const time = fc.integer({ min: now - 10 ** 9, max: now + 10 ** 9 })
const fraction = fc.oneof(fc.double({ min: -1, max: 2 }), fc.constant(Number.NaN))

const state: fc.Arbitrary<NodeState> = fc.oneof(
  time.map((until): NodeState => ({ _tag: "Starting", until })),
  fc.constantFrom<NodeState>(
    { _tag: "Queued" },
    { _tag: "Fetching" },
    { _tag: "Paused" },
    { _tag: "Restarting" },
    { _tag: "Stopped" }
  ),
  fc.constantFrom<NodeState>({ _tag: "AwaitingProver", for: "slot" }, { _tag: "AwaitingProver", for: "memory" }),
  fc
    .tuple(fraction, hostile)
    .map(([part, stage]): NodeState => ({ _tag: "Proving", proven: 1, inputs: 3, fraction: part, stage })),
  fc.integer({ min: 1, max: 10 ** 6 }).map((attempt): NodeState => ({ _tag: "Submitting", attempt })),
  fc
    .tuple(time, fc.constantFrom("rate-limit", "cool-down", "interval", "no-task", "network", "memory", "prover"))
    .map(([until, reason]): NodeState => ({ _tag: "Waiting", until, reason: reason as "network" })),
  hostile.map((reason): NodeState => ({ _tag: "Quarantined", reason }))
)

const node: fc.Arbitrary<NodeStatus> = fc
  .record({
    id: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    label: fc.option(hostile),
    state,
    error: fc.option(hostile),
    taskId: fc.option(hostile),
    many: fc.integer({ min: 0, max: 10 ** 9 }),
    retiring: fc.boolean()
  })
  .map(({ error, id, label, many, retiring, state: present, taskId }) =>
    nodeStatus(0, {
      id: NodeId.make(String(id)),
      label,
      retiring,
      state: present,
      task:
        taskId === null
          ? null
          : { taskId, type: "PROOF_REQUIRED", difficulty: null, inputs: 3, proven: 1, fetchedAt: now },
      lastError: error === null ? null : { at: now - many, tag: "Trouble", message: error },
      counters: { ...noCounts, accepted: many, refused: many, rateLimited: many }
    })
  )

export const anyStatus: fc.Arbitrary<ProgramStatus> = fc
  .tuple(fc.array(node, { maxLength: 40 }), fc.constantFrom("running", "draining", "stopping", "stopped" as const))
  .map(([nodes, mode]) => status(nodes, { mode: mode as "running" }))
