/**
 * Random statements to a live influxd and to us. HYPERBYTE_SEED chooses where to start (default 1), HYPERBYTE_STATEMENTS
 * how many to ask (default 300). Half of the data lies in files when the statements are asked, the other half in memory.
 * A difference is made small before it is reported, with the data that shows it.
 */

import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GeneratedData, generateData } from './generate/generate-data.js'
import { generateStatement, printStatement, type Statement } from './generate/generate-statement.js'
import { shrinkLines, shrinkStatement } from './generate/shrink.js'
import { type Answer, toAnswer } from './harness/answer.js'
import { compareAnswers, type Difference } from './harness/compare-answers.js'
import { exchange } from './harness/exchange.js'
import { Random } from './harness/random.js'
import type { ServerProcess } from './harness/server-process.js'
import { isHyperbyteBuilt, startHyperbyte } from './hyperbyte.js'
import { isInfluxdInstalled, startInfluxd } from './influxd.js'

const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const STATEMENTS = Number(process.env['HYPERBYTE_STATEMENTS'] ?? 300)
const STATEMENTS_PER_DATA = 50
const REPORT = process.env['HYPERBYTE_CONFORMANCE_REPORT']
/** Shrinking is slow: the first few failures of a data set say enough. */
const FAILURES_MAX = 5
const EARLY_FLUSH = { HYPERBYTE_DATA_FLUSH_AGE_MAX: '1s' }
/** The age, and the second after which the server looks at it. */
const FLUSH_WAIT_MS = 2100

describe.runIf(isInfluxdInstalled && isHyperbyteBuilt)('generated statements', () => {
  let influxd: ServerProcess
  let ours: ServerProcess
  let databaseCount = 0

  beforeAll(async () => {
    influxd = await startInfluxd()
    ours = await startHyperbyte({ env: EARLY_FLUSH })
  })

  afterAll(async () => {
    for (const server of [ours, influxd]) {
      await server?.stop()
      server?.discard()
    }
  })

  for (let round = 0; round * STATEMENTS_PER_DATA < STATEMENTS; round++) {
    const seed = SEED + round
    test(`seed ${seed}: both servers answer the same`, async () => {
      const random = new Random(seed)
      const data = generateData(random)
      const half = data.lines.length >>> 1
      const database = await load(data.lines.slice(0, half))
      await sleep(FLUSH_WAIT_MS)
      await write(database, data.lines.slice(half))
      const failures: string[] = []
      for (let count = 0; count < STATEMENTS_PER_DATA && failures.length < FAILURES_MAX; count++) {
        const statement = generateStatement(random, data.shape)
        if ((await difference(database, statement)) !== null) failures.push(await explain(database, data, statement))
      }
      if (REPORT !== undefined) for (const failure of failures) appendFileSync(REPORT, `seed ${seed}: ${failure}\n\n`)
      expect(failures.join('\n\n')).toBe('')
    })
  }

  async function load(lines: readonly string[]): Promise<string> {
    const database = `g${databaseCount++}`
    for (const server of [influxd, ours]) {
      await ask(server, `/query?q=CREATE DATABASE ${database}`, null)
    }
    await write(database, lines)
    return database
  }

  async function write(database: string, lines: readonly string[]): Promise<void> {
    for (const server of [influxd, ours]) {
      const written = await ask(server, `/write?db=${database}&precision=s`, lines.join('\n'))
      expect(written.status, written.body).toBe(204)
    }
  }

  async function difference(database: string, statement: Statement): Promise<Difference | null> {
    const target = `/query?db=${database}&epoch=s&q=${encodeURIComponent(printStatement(statement))}`
    const [theirs, actual] = await Promise.all([ask(influxd, target, null), ask(ours, target, null)])
    return compareAnswers(theirs, actual, [])
  }

  async function explain(database: string, data: GeneratedData, statement: Statement): Promise<string> {
    const small = await shrinkStatement(
      statement,
      async (candidate) => (await difference(database, candidate)) !== null,
    )
    const lines = await shrinkLines(data.lines, async (candidate) => {
      return (await difference(await load(candidate), small)) !== null
    })
    const found = await difference(await load(lines), small)
    return [
      printStatement(small),
      `  at ${found?.where}`,
      `  influxd: ${found?.expected}`,
      `  ours:    ${found?.actual}`,
      ...lines.map((line) => `  | ${line}`),
    ].join('\n')
  }
})

async function ask(server: ServerProcess, target: string, body: string | null): Promise<Answer> {
  const path = target.replaceAll(' ', '%20')
  const bytes = body === null ? null : Buffer.from(body)
  return toAnswer(await exchange(server.port, { method: 'POST', target: path, headers: {}, body: bytes }))
}
