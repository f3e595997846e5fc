/**
 * Faults to plant into a copy of actors/runtime: each must make a named test file fail.
 *
 * `find` occurs exactly once in `file` (Planted.test.ts checks that on every run, so the list can not rot). `run.mjs`
 * plants them one by one and writes docs/planted-faults.md.
 */
export const faults = [
  {
    name: "order: a group is stopped in start order",
    file: "ChildTable.ts",
    find: "for (let i = children.length - 1; i >= 0; i--) {\n      const child = children[i]\n      const step",
    replace: "for (let i = 0; i < children.length; i++) {\n      const child = children[i]\n      const step",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "group: rest_for_one takes earlier siblings too",
    file: "Strategy.ts",
    find: "all.slice(all.indexOf(child))",
    replace: "all.slice(0)",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "window: a restart exactly one period old no longer counts",
    file: "RestartWindow.ts",
    find: "time < oldest ||",
    replace: "time <= oldest ||",
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "window: never slides",
    file: "RestartWindow.ts",
    find: "now - this.periodMillis",
    replace: "Number.NEGATIVE_INFINITY",
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "intensity: one restart too many is allowed",
    file: "RestartWindow.ts",
    find: "return this.count(now) <= this.intensity",
    replace: "return this.count(now) <= this.intensity + 1",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "generation: a late exit of an old incarnation is believed",
    file: "SupervisorLoop.ts",
    find: "if (child === undefined || child.incarnation !== incarnation) return undefined",
    replace: "if (child === undefined) return undefined",
    suites: ["Supervisor.test.ts", "SupervisorProperties.test.ts"]
  },
  {
    name: "generation: a stale back-off timer restarts a child",
    file: "SupervisorLoop.ts",
    find: "if (pending === undefined || child.pending !== pending) return undefined",
    replace: "if (pending === undefined) return undefined",
    also: [{ file: "Child.ts", find: "    this.pending?.timer?.cancel()\n", replace: "" }],
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "lost exit: the end of a child is not told to its supervisor",
    file: "Child.ts",
    find: "if (waiter === undefined) this.onEnd(this, reason)\n    else waiter()",
    replace: "waiter?.()",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "back-off: never reset after a healthy time",
    file: "Backoff.ts",
    find: "healthyMillis >= policy.resetAfterMillis ? 0 : failures",
    replace: "healthyMillis >= 0 ? failures : 0",
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "back-off: not capped (a fleet dies of it)",
    file: "Backoff.ts",
    find: "Math.min(policy.maxMillis, grown)",
    replace: "grown",
    suites: ["Pure.test.ts", "Supervisor.test.ts"]
  },
  {
    name: "back-off: uncapped and never reset, seen over 24 simulated hours",
    file: "Backoff.ts",
    find: "Math.min(policy.maxMillis, grown)",
    replace: "grown",
    also: [
      {
        file: "Backoff.ts",
        find: "healthyMillis >= policy.resetAfterMillis ? 0 : failures",
        replace: "healthyMillis >= 0 ? failures : 0"
      }
    ],
    suites: ["Fleet.test.ts"]
  },
  {
    name: "rollback: a failed start leaves earlier children running",
    file: "SupervisorLoop.ts",
    find: "Effect.onError(() => this.terminateAll)",
    replace: "(same) => same",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "rollback: a failed startChild leaves its row",
    file: "SupervisorLoop.ts",
    find: "const error = this.refused(child, cause)\n        this.table.forget(child)",
    replace: "const error = this.refused(child, cause)",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "stop: a child that does not end in time is not reported as leaked",
    file: "ChildTable.ts",
    find: "if (!ended) this.leak(child, incarnation)",
    replace: 'if (!ended) node.enter("stopped")',
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "stop: the shutdown time is ignored",
    file: "Child.ts",
    find: "this.askedMillis + millis",
    replace: "this.askedMillis + millis * 1_000",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "stop: children of a dynamic supervisor are stopped one after the other",
    file: "SupervisorLoop.ts",
    find: "this.policy.dynamic ? this.table.stopTogether(children) : this.table.stopAll(children)",
    replace: "this.table.stopAll(children)",
    suites: ["SupervisorChildren.test.ts"]
  },
  {
    name: "restart type: a transient child is restarted after a normal exit",
    file: "SupervisorLoop.ts",
    find: '(restart === "transient" && abnormal)',
    replace: 'restart === "transient"',
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "restart type: temporary siblings come back with the group",
    file: "SupervisorLoop.ts",
    find: 'for (const child of others) if (restartType(child.spec) === "temporary") this.table.forget(child)',
    replace: "for (const child of others) child.cancelPending()",
    suites: ["Supervisor.test.ts"]
  },
  {
    name: "failed restart: not counted against the intensity",
    file: "SupervisorLoop.ts",
    find: "this.schedule(child, delay, false)",
    replace: "this.schedule(child, delay, true)",
    suites: ["SupervisorProperties.test.ts"]
  },
  {
    name: "significant: autoShutdown fires while another significant child lives",
    file: "SupervisorLoop.ts",
    find: "if (child.spec.significant === true && child.obstacle !== undefined) return undefined",
    replace: 'if (child.obstacle === "restarting") return undefined',
    suites: ["SupervisorChildren.test.ts", "SupervisorProperties.test.ts"]
  },
  {
    name: "quarantine: a group restart starts a quarantined child",
    file: "SupervisorLoop.ts",
    find: " || child.quarantined) continue",
    replace: ") continue",
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "budget: its restarts count against the supervisor too",
    file: "SupervisorLoop.ts",
    find: "if (within) return true",
    replace: "if (within) return this.window.add(now)",
    suites: ["SupervisorRestarts.test.ts"]
  },
  {
    name: "dead letters: the message of a crash vanishes",
    file: "Cell.ts",
    find: 'this.buryCurrent("crashed")\n',
    replace: "",
    suites: ["Actor.test.ts"]
  },
  {
    name: "dead letters: messages to an actor that has ended vanish",
    file: "Address.ts",
    find: 'if (this.retired) return this.dead(message, "stopped")',
    replace: "if (this.retired) return false",
    suites: ["Actor.test.ts"]
  },
  {
    name: "passivation: what arrives while it sleeps is lost",
    file: "Cell.ts",
    find: "if (this.asleep && !this.awake()) return",
    replace: "if (this.asleep && (this.mailbox.drain().length < 0 || !this.awake())) return",
    suites: ["Actor.test.ts"]
  },
  {
    name: "passivation: the idle time is measured from the first message",
    file: "Passivation.ts",
    find: "if (alarm.unsafeNow() >= due) sleep()",
    replace: "if (due >= 0) sleep()",
    suites: ["Actor.test.ts"]
  },
  {
    name: "mailbox: a restart drops what waits",
    file: "Mailbox.ts",
    find: "if (this.size > 0) return\n",
    replace: "this.size = 0\n",
    suites: ["Actor.test.ts"]
  },
  {
    name: "mailbox: not bounded",
    file: "Mailbox.ts",
    find: "if (this.size < this.capacity) {\n      this.push(message)\n      return",
    replace: "if (this.size >= 0) {\n      this.push(message)\n      return",
    suites: ["Pure.test.ts", "Actor.test.ts"]
  },
  {
    name: "wake-up: a message that arrives while a handler ends is not handled",
    file: "Cell.ts",
    find: "else if (this.mailbox.depth > 0) this.makeReady()",
    replace: "else if (this.mailbox.depth > 256) this.makeReady()",
    suites: ["Actor.test.ts"]
  },
  {
    name: "timers: survive the incarnation that set them",
    file: "Cell.ts",
    find: "this.idleTimer?.cancel()\n    this.ties?.cut(this)",
    replace: "this.idleTimer?.cancel()",
    suites: ["Actor.test.ts"]
  },
  {
    name: "timers: a full mailbox swallows an actor's own timer",
    file: "Address.ts",
    find: "this.mailbox.force(message)",
    replace: "this.mailbox.offer(message)",
    suites: ["ActorMailbox.test.ts"]
  },
  {
    name: "ask: the question of a crashed incarnation waits for its timeout",
    file: "Cell.ts",
    find: "this.ties.failAsks(",
    replace: "void (",
    suites: ["Actor.test.ts"]
  },
  {
    name: "watch: told again and again",
    file: "Ties.ts",
    find: "this.watchers.clear()",
    replace: "void this.watchers.size",
    suites: ["ActorEnds.test.ts"]
  },
  {
    name: "alarm: an earlier deadline does not replace a later sleep",
    file: "Alarm.ts",
    find: "if (due < this.sleepsUntil) this.sleepUntil(due)",
    replace: "if (this.sleepsUntil === Number.POSITIVE_INFINITY) this.sleepUntil(due)",
    suites: ["Alarm.test.ts"]
  },
  {
    name: "alarm: the heap loses its order when an entry is cancelled",
    file: "Alarm.ts",
    find: "    this.up(last)\n    this.down(last)",
    replace: "",
    suites: ["Alarm.test.ts"]
  },
  {
    name: "circuit: half-open lets everybody through",
    file: "CircuitBreaker.ts",
    find: "(!wasTrial || trial)",
    replace: "!wasTrial",
    suites: ["CircuitBreaker.test.ts"]
  },
  {
    name: "tree: a forgotten child stays on the screens",
    file: "TreeNode.ts",
    find: "siblings.delete(this.id)\n    this.store.touched(this)",
    replace: "siblings.delete(this.id)",
    suites: ["SupervisionTree.test.ts"]
  }
]
