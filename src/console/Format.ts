/**
 * Numbers as people read them: durations, sizes, rates, progress bars. Pure; widths are small and steady.
 */

/** "0s", "59s", "3m07s", "2h05m", "4d03h". Milliseconds; negative counts as zero. */
export const duration = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  const two = (value: number) => String(value).padStart(2, "0")
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor(seconds / 3600) % 24)}h`
}

/** Until a moment: "12s"; rounds up, so that "0s" means now. */
export const countdown = (millis: number): string => duration(Math.ceil(Math.max(0, millis) / 1000) * 1000)

/** Local time of day: "07:31:02". Milliseconds since 1970. */
export const clock = (at: number): string => {
  const time = new Date(at)
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":")
}

/** "812 MB", "3.4 GB"; units of 1024. */
export const size = (bytes: number): string => {
  const mb = bytes / 2 ** 20
  if (!Number.isFinite(mb)) return "?"
  if (mb < 1000) return `${Math.round(mb)} MB`
  const gb = mb / 1024
  return gb < 1000 ? `${gb.toFixed(1)} GB` : `${(gb / 1024).toFixed(1)} TB`
}

/** "0", "0.4", "12.3", "1234". */
export const rate = (perMinute: number): string => {
  if (!Number.isFinite(perMinute) || perMinute <= 0) return "0"
  return perMinute < 100 ? perMinute.toFixed(1) : String(Math.round(perMinute))
}

/** "1 thread", "2 threads": a count and what is counted. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

const units = [
  ["P", 1e15],
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3]
] as const

/** With a unit from `least` on: three or four digits. */
const scaled = (value: number, least: number): readonly [digits: string, unit: string] => {
  const [unit, by] = units.find(([, size]) => value >= size && value >= least) ?? ["", 1]
  const count = value / by
  return [by === 1 || count >= 100 ? String(Math.round(count)) : count.toFixed(2), unit]
}

/** "32768", "1.23 M", "389 T": exact below a million; units of 1000. */
export const quantity = (amount: number | bigint): string => scaled(Number(amount), 1e6).join(" ").trimEnd()

/** "1.23 MH/s": digests per second. */
export const hashrate = (perSecond: number): string => {
  const [digits, unit] = scaled(perSecond, 1e3)
  return `${digits} ${unit}H/s`
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

/** A bar of exactly `width` columns; `fraction` is held between 0 and 1. */
export const bar = (fraction: number, width: number): string => {
  const part = Number.isFinite(fraction) ? Math.min(1, Math.max(0, fraction)) : 0
  const filled = Math.round(part * width * 8)
  const full = "█".repeat(Math.floor(filled / 8)) + (eighths[filled % 8] ?? "")
  return full + "░".repeat(Math.max(0, width - full.length))
}
