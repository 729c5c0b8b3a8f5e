/**
 * Every case of test/conformance/cases against our server. HYPERBYTE_CONFORMANCE chooses the other side:
 *
 *     (unset)   the recorded answers of influxd
 *     live      a live influxd, which must also still say what is recorded
 *     record    no server of ours: influxd's answers are written to test/conformance/recorded
 *
 * HYPERBYTE_CASES=aggregates,where limits the run to some files; HYPERBYTE_CONFORMANCE_REPORT=FILE also writes every
 * difference there.
 */

import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from './harness/answer.js'
import { compareAnswers, type Difference, withoutClock } from './harness/compare-answers.js'
import { type Case, parseCases, type Step } from './harness/parse-cases.js'
import { parseRecording, printRecording, type Recording } from './harness/recording.js'
import { type RunContext, runCase } from './harness/run-step.js'
import type { ServerProcess } from './harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from './hyperbyte.js'
import { INFLUXD_VERSION, type IndexVersion, isInfluxdInstalled, startInfluxd } from './influxd.js'

const FOLDER = path.join('test', 'conformance')
const MODE = process.env['HYPERBYTE_CONFORMANCE'] ?? 'recorded'
const ONLY = process.env['HYPERBYTE_CASES']?.split(',')
const INDEX = (process.env['HYPERBYTE_INFLUXD_INDEX'] ?? 'tsi1') as IndexVersion
const REPORT = process.env['HYPERBYTE_CONFORMANCE_REPORT']

const isOursRun = MODE !== 'record'
const isInfluxdRun = MODE !== 'recorded'

if (isInfluxdRun && !isInfluxdInstalled) throw new Error(`HYPERBYTE_CONFORMANCE=${MODE} needs influxd (apt: influxdb)`)

const themes = readdirSync(path.join(FOLDER, 'cases'))
  .map((file) => path.basename(file, '.txt'))
  .filter((theme) => ONLY === undefined || ONLY.includes(theme))
  .sort()

interface Count {
  identical: number
  differing: number
}

const counts = new Map<string, Count>()

for (const theme of themes) {
  describe.runIf(!isOursRun || isHyperbyteBuilt)(theme, () => describeTheme(theme))
}

afterAll(() => {
  if (isOursRun && counts.size > 0) console.log(summary())
})

/** `theme cases identical differing`, and their sums. */
function summary(): string {
  const row = (theme: string, { identical, differing }: Count): string =>
    [theme.padEnd(24), ...[identical + differing, identical, differing].map((n) => String(n).padStart(9))].join(' ')
  const sum = { identical: 0, differing: 0 }
  for (const { identical, differing } of counts.values()) {
    sum.identical += identical
    sum.differing += differing
  }
  const head = `${'theme'.padEnd(24)}     cases identical differing`
  return [head, ...Array.from(counts, ([theme, count]) => row(theme, count)), row('all', sum)].join('\n')
}

function describeTheme(theme: string): void {
  const count: Count = { identical: 0, differing: 0 }
  counts.set(theme, count)
  const file = parseCases(readFileSync(path.join(FOLDER, 'cases', `${theme}.txt`), 'utf8'))
  const recordedPath = path.join(FOLDER, 'recorded', `${theme}.txt`)
  const recording = existsSync(recordedPath) ? parseRecording(readFileSync(recordedPath, 'utf8')) : new Map()
  const fresh = new Map<string, Answer>()
  const nowNs = BigInt(Date.now()) * 1_000_000n
  let ours: RunContext
  let influxd: RunContext

  beforeAll(async () => {
    const open = async (start: Promise<ServerProcess>): Promise<RunContext> => {
      const context = { server: await start, nowNs }
      for (const name of file.dataSets) await loadDataSet(context, name)
      return context
    }
    if (isInfluxdRun) influxd = await open(startInfluxd(INDEX))
    if (isOursRun) ours = await open(startHyperbyte())
  })

  afterAll(async () => {
    for (const context of [ours, influxd]) {
      await context?.server.stop()
      context?.server.discard()
    }
    if (MODE === 'record' && fresh.size > 0) writeFileSync(recordedPath, printRecording(fresh))
  })

  for (const each of file.cases) {
    test(each.title, async () => {
      const theirs = isInfluxdRun ? await runCase(influxd, each) : recordedAnswers(each, recording)
      each.steps.forEach((step, index) => {
        fresh.set(step.key, withoutClock(theirs[index], step.marks))
      })
      if (!isOursRun) return
      const actual = await runCase(ours, each)
      const differences = each.steps.flatMap((step, index) => judge(step, theirs[index], actual[index]) ?? [])
      if (differences.length === 0) count.identical++
      else count.differing++
      if (differences.length > 0 && REPORT !== undefined) appendFileSync(REPORT, reportText(theme, differences))
      expect(differences.map(differenceText).join('\n'), each.title).toBe('')
      if (MODE === 'live') checkRecording(each, theirs, recording)
    })
  }
}

async function loadDataSet(context: RunContext, name: string): Promise<void> {
  const { cases } = parseCases(readFileSync(path.join(FOLDER, 'data', `${name}.txt`), 'utf8'))
  for (const each of cases) {
    const answers = await runCase(context, { ...each, isScenario: false })
    const bad = answers.find((answer) => answer.status >= 300 || answer.body.includes('"error"'))
    if (bad) throw new Error(`${context.server.name} refuses data set ${name}: ${each.title}\n${bad.body}`)
  }
}

function recordedAnswers(each: Case, recording: Recording): Answer[] {
  return each.steps.map((step) => {
    const answer = recording.get(step.key)
    if (answer === undefined) throw new Error('not recorded yet: npm run conformance:record')
    return answer
  })
}

interface StepDifference {
  readonly step: Step
  readonly difference: Difference
}

/** A case may carry the answer that counts (1.8 differs from the recorded version) or a second right answer. */
function judge(step: Step, theirs: Answer, actual: Answer): StepDifference | null {
  const isOverridden = step.marks.some((mark) => mark.kind === '1.8')
  const own = step.expected === null ? null : compareAnswers(step.expected, actual, step.marks)
  if (step.expected !== null && (isOverridden || own === null)) return own && { step, difference: own }
  const difference = compareAnswers(theirs, actual, step.marks)
  return difference && { step, difference }
}

function checkRecording(each: Case, theirs: readonly Answer[], recording: Recording): void {
  recordedAnswers(each, recording).forEach((answer, index) => {
    const difference = compareAnswers(answer, theirs[index], each.steps[index].marks)
    expect(difference, `influxd ${INFLUXD_VERSION} no longer says what is recorded`).toBeNull()
  })
}

function differenceText({ step, difference }: StepDifference): string {
  const { where, expected, actual } = difference
  return `${step.key}\n  at ${where}\n  influxd: ${expected}\n  ours:    ${actual}`
}

function reportText(theme: string, differences: readonly StepDifference[]): string {
  return differences.map((each) => `${theme}:${each.step.line} ${differenceText(each)}\n\n`).join('')
}
