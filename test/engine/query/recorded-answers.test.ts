/**
 * The SELECTs of test/conformance, whose answers a real influxd gave, against the query stage alone over the naive
 * in-memory scanner: what differs here is the fault of the query stage, not of storage or HTTP.
 */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { compareAnswers } from '../../conformance/harness/compare-answers.js'
import { parseCases, type Step } from '../../conformance/harness/parse-cases.js'
import { parseRecording } from '../../conformance/harness/recording.js'
import { ask } from './ask.js'
import { MemoryDatabase } from './memory-database.js'

const FOLDER = path.join('test', 'conformance')
const THEMES = ['aggregates', 'errors', 'fill', 'group-by-time', 'math', 'order-limit', 'select', 'where']

/** The sum of extreme integers is exact here, and goes through floats in influxd. */
const MORE_EXACT = ['SELECT mean(v) FROM ints', 'SELECT mean(v) * 2 FROM ints']

async function loadDataSets(names: readonly string[]): Promise<MemoryDatabase> {
  const database = new MemoryDatabase()
  for (const name of names) {
    const { cases } = parseCases(readFileSync(path.join(FOLDER, 'data', `${name}.txt`), 'utf8'))
    for (const { request } of cases.flatMap((each) => each.steps)) {
      if (request.statement !== null) {
        await ask(database, request.statement)
        continue
      }
      const parameters = new URL(request.target, 'http://x').searchParams
      const precision = (parameters.get('precision') ?? 'ns') as Precision
      database.write(parameters.get('db')!, request.body!, precision, parameters.get('rp') ?? '')
    }
  }
  return database
}

/** Only plain questions: the answer must not depend on the clock, the format or a state that other steps made. */
function isAskable({ request: { statement, target, headers } }: Step): boolean {
  const parameters = new URL(target, 'http://x').searchParams
  return (
    statement !== null &&
    /^\s*SELECT/i.test(statement) &&
    !/\{now|\bnow\(|\bINTO\b/i.test(statement) &&
    [...parameters.keys()].every((name) => ['db', 'rp', 'epoch'].includes(name)) &&
    headers['Accept'] === undefined
  )
}

test.each(THEMES)('SELECTs of %s are answered as influxd does', async (theme) => {
  const file = parseCases(readFileSync(path.join(FOLDER, 'cases', `${theme}.txt`), 'utf8'))
  const recording = parseRecording(readFileSync(path.join(FOLDER, 'recorded', `${theme}.txt`), 'utf8'))
  const database = await loadDataSets(file.dataSets)
  const differences: string[] = []
  for (const step of file.cases.flatMap((each) => (each.isScenario ? [] : each.steps)).filter(isAskable)) {
    const recorded = recording.get(step.key)
    if (MORE_EXACT.includes(step.request.statement!)) continue
    if (recorded === undefined || recorded.body.includes('"error"')) continue
    const parameters = new URL(step.request.target, 'http://x').searchParams
    const body = await ask(database, step.request.statement!, {
      database: parameters.get('db') ?? '',
      retentionPolicy: parameters.get('rp') ?? '',
      epoch: parameters.get('epoch') ?? '',
    }).catch((error: Error) => String(error.stack))
    if (body.includes('not implemented yet')) continue
    const expected = [recorded, ...(step.expected === null ? [] : [step.expected])]
    const found = expected.map((answer) => compareAnswers(answer, { ...answer, body }, step.marks))
    if (found.includes(null)) continue
    differences.push(
      `${theme}:${step.line} ${step.key}\n  at ${found[0]!.where}\n  influxd ${found[0]!.expected}\n  ours    ${found[0]!.actual}`,
    )
  }
  expect(differences.join('\n')).toBe('')
})
