// Loaded into a server before its program: on SIGUSR2 it collects garbage and writes its memory as one line to fd 3.
const { writeSync } = require("node:fs")

process.on("SIGUSR2", () => {
  for (let i = 0; i < 3; i++) global.gc()
  setTimeout(() => {
    global.gc()
    const { heapUsed, external } = process.memoryUsage()
    writeSync(3, `${JSON.stringify({ heapUsed, external })}\n`)
  }, 100)
})
