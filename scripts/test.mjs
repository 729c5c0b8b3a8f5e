// `npm test`: everything. Types, lint, import rules, then all tests, the slow ones included. Ends with one line of
// numbers taken from the test runner's own report, in which a failed check counts as one failure.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { prepare, ROOT } from './prepare.mjs'

const CHECKS = [
  ['npx', '--no-install', 'tsc', '--noEmit'],
  ['npx', '--no-install', 'biome', 'check', '--error-on-warnings', '.'],
  [process.execPath, 'scripts/check-imports.mjs'],
]

prepare()
const failedChecks = CHECKS.filter((check) => !succeeds(check))
const tests = runTests()
const failedCount = failedChecks.length + tests.failedCount
for (const check of failedChecks) console.error(`failed: ${check.join(' ')}`)
const skipped = tests.skippedCount > 0 ? `, ${tests.skippedCount} skipped` : ''
console.log(`${tests.passedCount} passed, ${failedCount} failed${skipped}`)
process.exit(failedCount > 0 ? 1 : 0)

function succeeds([command, ...args], env = {}) {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
  return status === 0
}

function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-test-'))
  const file = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const isGreen = succeeds(['npx', '--no-install', 'vitest', 'run', ...reporters], { HYPERBYTE_TEST: 'all' })
  try {
    return countTests(JSON.parse(readFileSync(file, 'utf8')), isGreen)
  } catch (error) {
    console.error(`the test runner left no report: ${error.message}`)
    return { passedCount: 0, failedCount: 1, skippedCount: 0 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A file that could not even be loaded has no tests to count, and is one failure; so is an error outside of all tests. */
function countTests(report, isGreen) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  for (const file of broken) console.error(`could not run ${path.relative(ROOT, file.name)}: ${file.message}`)
  const failedCount = report.numFailedTests + broken.length
  return {
    passedCount: report.numPassedTests,
    failedCount: failedCount === 0 && !isGreen ? 1 : failedCount,
    skippedCount: report.numPendingTests + report.numTodoTests,
  }
}
