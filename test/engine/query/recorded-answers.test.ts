/**
 * The SELECTs of test/conformance, whose answers a real influxd gave, against the query stage alone over the naive
 * in-memory scanner: what differs here is the fault of the query stage, not of storage or HTTP.
 */

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Precision } from '../../../src/engine/domain/precision.js'
import type { Scanner } from '../../../src/engine/query/scan.js'
import type { Answer } from '../../conformance/harness/answer.js'
import { compareAnswers } from '../../conformance/harness/compare-answers.js'
import { parseCases, type Step } from '../../conformance/harness/parse-cases.js'
import { parseRecording } from '../../conformance/harness/recording.js'
import { ask } from './ask.js'
import { MemoryDatabase } from './memory-database.js'
import { MemoryScanner } from './memory-scanner.js'
import { PushingScanner } from './pushing-scanner.js'

const FOLDER = path.join('test', 'conformance')
const THEMES = [
  'aggregates',
  'errors',
  'fill',
  'functions-casts',
  'functions-groups',
  'functions-indicators',
  'functions-nested',
  'functions-selectors',
  'group-by-time',
  'math',
  'order-limit',
  'select',
  'time-literals',
  'where',
]

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
    !MORE_EXACT.includes(statement) &&
    /^\s*SELECT/i.test(statement) &&
    !/\{now|\bnow\(|\bINTO\b/i.test(statement) &&
    [...parameters.keys()].every((name) => ['db', 'rp', 'epoch'].includes(name)) &&
    headers['Accept'] === undefined
  )
}

type ScannerMaker = (database: MemoryDatabase) => Scanner

const SCANNERS: Readonly<Record<string, ScannerMaker>> = {
  'row by row': (database) => new MemoryScanner(database),
  'in pieces of three rows': (database) => new MemoryScanner(database, 3),
  'by pushed aggregates': (database) => new PushingScanner(database),
}

test.each(THEMES)('SELECTs of %s are answered as influxd does, however storage hands out rows', async (theme) => {
  const file = parseCases(readFileSync(path.join(FOLDER, 'cases', `${theme}.txt`), 'utf8'))
  const recording = parseRecording(readFileSync(path.join(FOLDER, 'recorded', `${theme}.txt`), 'utf8'))
  const database = await loadDataSets(file.dataSets)
  const steps = file.cases.flatMap((each) => (each.isScenario ? [] : each.steps)).filter(isAskable)
  const differences: string[] = []
  for (const [way, makeScanner] of Object.entries(SCANNERS)) {
    database.scanner = makeScanner(database)
    for (const step of steps) {
      const recorded = recording.get(step.key)
      if (recorded === undefined) continue
      const difference = await differenceOf(database, step, recorded)
      if (difference !== null) differences.push(`${theme}:${step.line} ${way}: ${step.key}\n${difference}`)
    }
  }
  expect(differences.join('\n')).toBe('')
})

async function differenceOf(database: MemoryDatabase, step: Step, recorded: Answer): Promise<string | null> {
  const parameters = new URL(step.request.target, 'http://x').searchParams
  const body = await ask(database, step.request.statement!, {
    database: parameters.get('db') ?? '',
    retentionPolicy: parameters.get('rp') ?? '',
    epoch: parameters.get('epoch') ?? '',
  }).catch((error: Error) => String(error.stack))
  if (body.includes('not implemented yet')) return null
  const rights = [recorded, ...(step.expected === null ? [] : [step.expected])]
  const found = rights.map((right) => compareAnswers(right, { ...right, body }, step.marks))
  if (found.includes(null)) return null
  const [first] = found
  return `  at ${first!.where}\n  influxd ${first!.expected}\n  ours    ${first!.actual}`
}
