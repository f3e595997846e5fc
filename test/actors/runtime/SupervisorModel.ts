/**
 * A supervisor without fibers: the rules of OTP on plain data.
 *
 * Written from OTP's documentation and apart from the implementation, so that a property test can compare the two on
 * random histories: what is started (+), fails to start (!), and stops (-), in which order, and what the table holds.
 */
import type { AutoShutdown, Restart } from "../../../actors/runtime/ChildSpec.ts"
import type { Order } from "./support.ts"

export interface Seed {
  readonly id: string
  readonly kind: "fiber" | "actor"
  readonly restart: Restart
  readonly significant: boolean
  /** Constant back-off in ms; 0 = restart at once. */
  readonly delay: number
}

export interface Rules {
  readonly strategy: "one_for_one" | "rest_for_one" | "one_for_all"
  readonly intensity: number
  readonly period: number
  readonly autoShutdown: AutoShutdown
  readonly dynamic: boolean
}

interface Row extends Seed {
  status: "running" | "waiting" | "stopped"
  generation: number
  due: number
  order: number
  counted: boolean
}

export class SupervisorModel {
  readonly log: Array<string> = []
  ended: "shutdown" | "intensity" | undefined
  private readonly rules: Rules
  private rows: Array<Row> = []
  private restarts: Array<number> = []
  private failing = new Map<string, number>()
  private now = 0
  private timers = 0

  constructor(rules: Rules) {
    this.rules = rules
  }

  take(): string {
    return this.log.splice(0).join(" ")
  }

  get table(): ReadonlyArray<string> {
    return this.rows.map((row) => `${row.id} ${row.status} ${row.generation}`)
  }

  runs(id: string): boolean {
    return this.row(id)?.status === "running"
  }

  knows(id: string): boolean {
    return this.row(id) !== undefined
  }

  failStarts(id: string, times: number): void {
    this.failing.set(id, times)
  }

  startChild(seed: Seed): void {
    if (this.ended !== undefined || this.row(seed.id) !== undefined) return
    const row: Row = { ...seed, status: "stopped", generation: 0, due: 0, order: 0, counted: false }
    this.rows.push(row)
    if (!this.launch(row)) this.rows = this.rows.filter((other) => other !== row)
  }

  restartChild(id: string): void {
    const row = this.row(id)
    if (this.ended === undefined && row?.status === "stopped") this.launch(row)
  }

  terminateChild(id: string): void {
    const row = this.row(id)
    if (this.ended !== undefined || row === undefined) return
    this.stop(row)
    if (row.restart === "temporary" || this.rules.dynamic) this.drop(row)
  }

  deleteChild(id: string): void {
    const row = this.row(id)
    if (this.ended === undefined && row?.status === "stopped") this.drop(row)
  }

  exit(id: string, order: Order): void {
    const row = this.row(id)
    if (this.ended !== undefined || row?.status !== "running") return
    this.log.push(`-${id}`)
    row.status = "stopped"
    const abnormal = order === "crash" || order === "interrupt"
    if (row.restart === "permanent" || (row.restart === "transient" && abnormal)) {
      if (this.count()) this.restart(row)
      return
    }
    if (row.restart === "temporary" || this.rules.dynamic) this.drop(row)
    this.maybeShutdown(row)
  }

  advance(millis: number): void {
    const until = this.now + millis
    for (;;) {
      const next = this.rows
        .filter((row) => row.status === "waiting" && row.due <= until)
        .sort((a, b) => a.due - b.due || a.order - b.order)[0]
      if (next === undefined || this.ended !== undefined) break
      this.now = Math.max(this.now, next.due)
      next.status = "stopped"
      if (next.counted) this.launchGroup(this.group(next))
      else this.retry(next)
    }
    this.now = until
  }

  shutdown(): void {
    if (this.ended === undefined) this.end("shutdown")
  }

  private restart(row: Row): void {
    const group = this.group(row)
    for (const other of [...group].reverse()) if (other !== row) this.stopInGroup(other)
    if (row.delay > 0) this.wait(row, true)
    else this.launchGroup(this.group(row))
  }

  private retry(row: Row): void {
    if (!this.count()) return
    for (const other of this.group(row).reverse()) if (other !== row) this.stopInGroup(other)
    this.launchGroup(this.group(row))
  }

  private launchGroup(group: ReadonlyArray<Row>): void {
    for (const row of group) {
      if (row.status === "running" || this.launch(row)) continue
      if (row.delay > 0) this.wait(row, false)
      else this.retry(row)
      return
    }
  }

  private launch(row: Row): boolean {
    row.generation++
    const left = this.failing.get(row.id) ?? 0
    if (left > 0) {
      this.failing.set(row.id, left - 1)
      this.log.push(`!${row.id}`)
      row.status = "stopped"
      return false
    }
    this.log.push(`+${row.id}`)
    row.status = "running"
    return true
  }

  private wait(row: Row, counted: boolean): void {
    row.status = "waiting"
    row.due = this.now + row.delay
    row.order = this.timers++
    row.counted = counted
  }

  private stopInGroup(row: Row): void {
    this.stop(row)
    if (row.restart === "temporary") this.drop(row)
  }

  private stop(row: Row): void {
    if (row.status === "running") this.log.push(`-${row.id}`)
    row.status = "stopped"
  }

  private count(): boolean {
    this.restarts = [...this.restarts, this.now].filter((time) => time >= this.now - this.rules.period)
    if (this.restarts.length <= this.rules.intensity) return true
    this.end("intensity")
    return false
  }

  private maybeShutdown(row: Row): void {
    if (!row.significant || this.rules.autoShutdown === "never") return
    const others = this.rows.some((other) => other !== row && other.significant && other.status !== "stopped")
    if (this.rules.autoShutdown === "any_significant" || !others) this.end("shutdown")
  }

  private end(how: "shutdown" | "intensity"): void {
    for (const row of [...this.rows].reverse()) this.stop(row)
    this.rows = []
    this.ended = how
  }

  private group(row: Row): Array<Row> {
    if (this.rules.strategy === "one_for_one") return [row]
    return this.rules.strategy === "one_for_all" ? [...this.rows] : this.rows.slice(this.rows.indexOf(row))
  }

  private drop(row: Row): void {
    this.rows = this.rows.filter((other) => other !== row)
  }

  private row(id: string): Row | undefined {
    return this.rows.find((row) => row.id === id)
  }
}
