/**
 * Checks types and Effect's rules in one pass: `node scripts/types.mjs`; exit 1 with a line for each error. What runs in a
 * browser is checked apart, with the browser's names instead of Node's.
 *
 * `tsc` and the checker of @effect/language-service would each read and type the whole program (the second one once for
 * every 50 files). Here one TypeScript program answers for both: the language service with Effect's plugin around it, as
 * an editor runs it, with the options and severities of tsconfig.json.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const plugin = "@effect/language-service"

const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} }

const check = (tsconfig) => {
  const project = ts.getParsedCommandLineOfConfigFile(join(root, tsconfig), {}, host)
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCurrentDirectory: () => root,
    getCompilationSettings: () => project.options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => project.fileNames,
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const text = ts.sys.readFile(file)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    }
  })
  const config = project.options.plugins.find(({ name }) => name === plugin)
  const effect = createRequire(import.meta.url)(plugin)({ typescript: ts }).create({
    languageService: service,
    languageServiceHost: {},
    config,
    project: { log: () => {} },
    serverHost: ts.sys
  })
  const program = service.getProgram()
  const found = [
    ...project.errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...project.fileNames.flatMap((file) => [
      ...service.getSyntacticDiagnostics(file),
      ...effect.getSemanticDiagnostics(file)
    ])
  ].filter(({ category }) => category === ts.DiagnosticCategory.Error)
  return { files: project.fileNames.length, found }
}

const checks = ["tsconfig.json", "src/console/web/tsconfig.json"].map(check)
const found = checks.flatMap((check) => check.found)
const files = checks.reduce((sum, check) => sum + check.files, 0)

const format = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => "\n" }
process.stdout.write(ts.formatDiagnostics(found, format))
process.stdout.write(`types: ${files} files, ${found.length} errors\n`)
process.exit(found.length === 0 ? 0 : 1)
