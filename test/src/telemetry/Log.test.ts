/**
 * Pins the log file's limit: bytes, whatever the writing, and no empty older file.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Log from "../../../src/telemetry/Log.ts"

const entry = (message: string): Log.Entry => ({ at: 0, level: "info", path: "", event: "log", message, fields: {} })

describe("a log on a stream", () => {
  it("loses lines while the disk is full, and says how many when it can", () => {
    const kept: Array<string> = []
    let full = true
    const disk: Log.Out = {
      writableLength: 0,
      write: (text, done) => {
        if (!full) kept.push(text)
        done(full ? new Error("ENOSPC") : null)
      }
    }
    const sink = Log.stream(disk, ({ message }) => message, "info")
    for (const message of ["one", "two", "three"]) sink.write(entry(message))
    full = false
    for (const message of ["four", "five"]) sink.write(entry(message))
    assert.match(kept[0] ?? "", /^\d log lines were lost: the reader was too slow, or the disk full\n$/)
    assert.deepStrictEqual(kept.slice(1), ["four\n", "five\n"])
  })
})

describe("a log file", () => {
  it("stays within its limit of bytes, and one older file is kept", () => {
    const folder = mkdtempSync(join(tmpdir(), "pitboss-log-"))
    try {
      const path = join(folder, "program.log")
      const limit = 2_000
      const sink = Log.file(path, "text", "info", limit)
      for (let line = 0; line < 100; line++) {
        sink.write(entry(`${line} ${"字".repeat(100)}`))
        assert.isAtMost(statSync(path).size, limit)
      }
      assert.isAtMost(statSync(`${path}.1`).size, limit)
      assert.match(readFileSync(path, "utf8"), / 99 字+\n$/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("takes a first line that is larger than its limit", () => {
    const folder = mkdtempSync(join(tmpdir(), "pitboss-log-"))
    try {
      const path = join(folder, "program.log")
      Log.file(path, "text", "info", 10).write(entry("longer than ten bytes"))
      assert.include(readFileSync(path, "utf8"), "longer than ten bytes")
      assert.isFalse(existsSync(`${path}.1`))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
