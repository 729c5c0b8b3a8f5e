/**
 * Random questions over random data to a live influxd and to us. Of each seed come several data sets and the questions
 * about them; some data lie in files, some compacted, some in memory. A difference is made small before it is reported,
 * with the data that shows it.
 *
 *     HYPERBYTE_SEED         where to start, default 1
 *     HYPERBYTE_SEEDS        how many seeds, default 3
 *     HYPERBYTE_STATEMENTS   questions of each seed, default 200
 *     HYPERBYTE_KINDS        only some kinds: select,show,change,metadata,broken
 *     HYPERBYTE_SHRINK       differences of a seed that are made small, default 5
 *     HYPERBYTE_CONFORMANCE_REPORT=FILE   also writes every difference there
 */

import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GeneratedData, generateData, printPoint } from './generate/generate-data.js'
import {
  generateQuestion,
  isAskable,
  QUESTION_KINDS,
  type Question,
  type QuestionKind,
} from './generate/generate-question.js'
import { printPhrase } from './generate/phrase.js'
import { Servers, type Verdict } from './generate/servers.js'
import { type ShrinkCase, shrinkCase } from './generate/shrink.js'
import { Tally } from './generate/tally.js'
import type { Difference } from './harness/compare-answers.js'
import { Random } from './harness/random.js'
import { isHyperbyteBuilt } from './hyperbyte.js'
import { isInfluxdInstalled } from './influxd.js'

const SEED = Number(process.env['HYPERBYTE_SEED'] ?? 1)
const SEEDS = Number(process.env['HYPERBYTE_SEEDS'] ?? 3)
const STATEMENTS = Number(process.env['HYPERBYTE_STATEMENTS'] ?? 200)
const SHRINK = Number(process.env['HYPERBYTE_SHRINK'] ?? 5)
const REPORT = process.env['HYPERBYTE_CONFORMANCE_REPORT']
/** Without `change` nothing is asked that may change data, broken statements included. */
const KINDS = (process.env['HYPERBYTE_KINDS'] ?? QUESTION_KINDS.join()).split(',') as readonly QuestionKind[]
const QUESTIONS_PER_DATA = 50

interface Asked {
  readonly question: Question
  readonly data: GeneratedData
  readonly database: string
}

describe.runIf(isInfluxdInstalled && isHyperbyteBuilt)('generated questions', () => {
  const tally = new Tally()
  let servers: Servers

  beforeAll(async () => {
    servers = await Servers.start()
  })

  afterAll(async () => {
    await servers?.stop()
    console.log(tally.print())
  })

  for (let seed = SEED; seed < SEED + SEEDS; seed++) {
    test(`seed ${seed}: both servers answer the same`, { timeout: 600_000 }, async () => {
      const failures: string[] = []
      const prepared = await prepare(seed)
      for (const asked of prepared) {
        const verdict = await judge(asked.database, asked.question, asked.question.statements.map(printPhrase))
        tally.count(asked.question.kind, verdict.kind)
        if (verdict.kind !== 'differs') continue
        const text =
          failures.length < SHRINK
            ? await explain(asked, verdict.difference)
            : asked.question.statements.map(printPhrase).join('\n')
        failures.push(`seed ${seed}, ${asked.question.kind}: ${text}`)
        if (REPORT !== undefined) appendFileSync(REPORT, `${failures.at(-1)}\n\n`)
      }
      // Hundreds of databases would leave influxd without file descriptors.
      for (const name of new Set(prepared.map(({ database }) => database))) await servers.drop(name)
      expect(failures.join('\n\n')).toBe('')
    })
  }

  /** A question that changes something gets a copy of the data for itself. */
  async function prepare(seed: number): Promise<Asked[]> {
    const planned: { data: GeneratedData; flushedSlices: number; questions: readonly Question[] }[] = []
    for (let set = 0; set * QUESTIONS_PER_DATA < STATEMENTS; set++) {
      const random = new Random(seed * 1_000_003 + set)
      const data = generateData(random)
      const count = Math.min(QUESTIONS_PER_DATA, STATEMENTS - set * QUESTIONS_PER_DATA)
      const questions = Array.from({ length: count }, (_, at) =>
        generateQuestion(new Random(seed * 1_000_003 + set + (at + 1) * 7_368_787), data.shape),
      ).filter(isWanted)
      planned.push({ data, flushedSlices: random.pick([0, 2, 4]), questions })
    }
    const copies = planned.flatMap(({ data, flushedSlices, questions }) => {
      const owners = [null, ...questions.filter(hasOwnData)]
      return owners.map((owner) => ({ data, flushedSlices: Math.min(flushedSlices, owner === null ? 4 : 2), owner }))
    })
    const names = await servers.load(
      copies.map(({ data, flushedSlices }) => ({ policies: data.shape.policies, points: data.points, flushedSlices })),
    )
    const databaseOf = (data: GeneratedData, owner: Question | null): string =>
      names[copies.findIndex((copy) => copy.data === data && copy.owner === owner)]
    return planned.flatMap(({ data, questions }) =>
      questions.map((question) => ({
        question,
        data,
        database: databaseOf(data, hasOwnData(question) ? question : null),
      })),
    )
  }

  /** The first difference counts. */
  async function judge(database: string, { epoch, isChange }: Question, texts: readonly string[]): Promise<Verdict> {
    let verdict: Verdict = { kind: 'identical' }
    if (isChange) await servers.clearScratch()
    for (const text of texts) {
      const next = await servers.judge({ database, epoch, text })
      if (next.kind === 'differs' || next.kind === 'panic') return next
      if (next.kind !== 'identical') verdict = next
    }
    return verdict
  }

  async function explain({ question, data, database }: Asked, difference: Difference): Promise<string> {
    const { policies } = data.shape
    let last: { difference: string; asked: ShrinkCase } | null = null
    const differsIn = async (name: string, candidate: ShrinkCase): Promise<boolean> => {
      const verdict = await judge(name, question, candidate.statements.map(printPhrase))
      if (verdict.kind !== 'differs' || !isSameSort(verdict.difference, difference)) return false
      const { where, expected, actual } = verdict.difference
      last = { difference: `  at ${where}\n  influxd: ${expected}\n  ours:    ${actual}`, asked: candidate }
      return true
    }
    const inMemory = async (candidate: ShrinkCase): Promise<boolean> => {
      if (!candidate.statements.every((each) => isAskable(printPhrase(each)))) return false
      if (!question.isChange && candidate.points === data.points) return differsIn(database, candidate)
      const [name] = await servers.load([{ policies, points: candidate.points, flushedSlices: 0 }])
      const differs = await differsIn(name, candidate)
      await servers.drop(name)
      return differs
    }
    const whole: ShrinkCase = { statements: question.statements, points: data.points }
    const smallest = await shrinkCase(whole, inMemory)
    const isRepeatable = await inMemory(smallest)
    const found = last as { difference: string; asked: ShrinkCase } | null
    return [
      smallest.statements.map(printPhrase).join(';\n'),
      found?.difference ?? '  (only once, or only with data in files)',
      ...(isRepeatable ? [] : ['  (not seen again with the smallest data)']),
      `  epoch=${question.epoch}, policies ${policies.join(', ')}, traits ${data.shape.traits.join(', ')}`,
      ...smallest.points.map((point) => `  | ${printPoint(point)}${policies.length > 1 ? `  (${point.policy})` : ''}`),
    ].join('\n')
  }
})

/** Metadata statements speak of scratch names alone. */
function hasOwnData({ kind, isChange }: Question): boolean {
  return isChange && kind !== 'metadata'
}

function isWanted({ kind, isChange }: Question): boolean {
  return KINDS.includes(kind) && (KINDS.includes('change') || kind === 'metadata' || !isChange)
}

/** Shrinking must not slip from one cause to another: who reports an error stays the same. */
function isSameSort(a: Difference, b: Difference): boolean {
  return isError(a.expected) === isError(b.expected) && isError(a.actual) === isError(b.actual)
}

function isError(answer: string): boolean {
  return /"error"|^"/.test(answer)
}
