import { defineConfig } from "vitest/config"
import type { Reporter, TestModule } from "vitest/node"

const statesOf = (module: TestModule) => [...module.children.allTests()].map((test) => test.result().state)

/** The last line, as CI reads it. A file that cannot be run and an error outside all tests count as failed. */
const tally: Reporter = {
  onTestRunEnd: (modules, strays) => {
    const states = modules.flatMap(statesOf)
    const broken = modules.filter((module) => module.state() === "failed" && !statesOf(module).includes("failed"))
    const count = (wanted: string) => states.filter((state) => state === wanted).length
    const failed = count("failed") + broken.length + strays.length
    const line = `${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped\n`
    process.once("exit", () => process.stdout.write(line))
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    poolOptions: { forks: { maxForks: 2, minForks: 1 } },
    reporters: ["default", tally]
  }
})
