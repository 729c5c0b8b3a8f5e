/**
 * The engine against the plainest possible database: the same random writes (late, repeated, sparse, flushed and merged
 * at random moments) and the same statements. Few series take the narrow path through cached blocks, many take SQL;
 * aggregates are pushed down or not. All must give the oracle's answer, also when random deletes come in between and the
 * engine is opened anew.
 */

import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { EngineOptions } from '../../../src/engine/index.js'
import { RunningQueries } from '../../../src/engine/query/running-queries.js'
import { openAt, openTestEngine, type TestEngine } from '../open-test-engine.js'
import { ask, askStage } from '../query/ask.js'
import { MemoryDatabase } from '../query/memory-database.js'

const STATEMENTS = [
  'SELECT * FROM m',
  'SELECT f, i FROM m WHERE time >= 10 AND time < 40',
  'SELECT f FROM m WHERE f > 5 AND b = true',
  'SELECT s, i FROM m WHERE s =~ /^x/ OR i != 3',
  "SELECT i FROM m WHERE host = 'h3' OR i > 7",
  'SELECT f FROM m WHERE f / 2 > i',
  'SELECT * FROM m GROUP BY host ORDER BY time DESC LIMIT 1',
  'SELECT f FROM m GROUP BY host LIMIT 2 OFFSET 1',
  'SELECT i FROM m ORDER BY time DESC LIMIT 7',
  'SELECT count(f), sum(i), mean(i), min(f), max(i), spread(f) FROM m',
  'SELECT count(*) FROM m GROUP BY host',
  'SELECT sum(i), count(s), count(b) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(10ns), dc',
  'SELECT mean(f), max(f), min(i) FROM m WHERE time >= 5 AND time < 55 GROUP BY time(7ns,3ns), host fill(none)',
  'SELECT first(f), last(i) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(20ns), host',
  'SELECT stddev(f) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(15ns)',
  'SELECT max(i) FROM m GROUP BY dc',
  'SELECT median(f), percentile(i, 90) FROM m GROUP BY dc',
  "SELECT mean(i) FROM m WHERE dc = 'd1' AND i > 2 GROUP BY host",
]

/** Every function that storage may compute, in every kind of group. */
const PUSHABLE = [
  'SELECT min(f) FROM m',
  'SELECT max(i) FROM m',
  'SELECT min(b) FROM m GROUP BY dc',
  'SELECT max(b), min(b) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(9ns)',
  'SELECT max(i), min(i) FROM m GROUP BY host',
  'SELECT first(i) FROM m',
  'SELECT last(i) FROM m GROUP BY dc',
  'SELECT first(b) FROM m GROUP BY dc',
  'SELECT last(b), first(b), first(f), last(f) FROM m GROUP BY dc',
  'SELECT first(i), last(f) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(7ns)',
  'SELECT first(s), last(s) FROM m GROUP BY host',
  'SELECT median(i) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(11ns), dc',
  'SELECT median(f) FROM m GROUP BY host',
  'SELECT percentile(i, 37.5) FROM m WHERE i > 2 GROUP BY dc',
  'SELECT percentile(f, 0.5), percentile(f, 100), percentile(f, 101) FROM m GROUP BY host',
  'SELECT percentile(f, 80) FROM m',
  'SELECT percentile(i, 50) FROM m ORDER BY time DESC',
  'SELECT percentile(f, 33), count(f) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(13ns)',
  'SELECT count(distinct(i)), count(distinct(s)), count(distinct(b)) FROM m GROUP BY dc',
  'SELECT count(distinct(i)) FROM m WHERE time >= 0 AND time < 60 GROUP BY time(8ns) fill(0)',
  'SELECT mode(b) FROM m GROUP BY host',
  'SELECT mode(i), mode(s) FROM m GROUP BY dc',
  'SELECT derivative(max(f), 1ns) FROM m WHERE time >= 20 AND time < 60 GROUP BY time(5ns), dc',
  'SELECT sum(max), min(median) FROM (SELECT max(f), median(i) FROM m GROUP BY host)',
  'SELECT max(last) FROM (SELECT last(i) FROM m GROUP BY dc)',
  'SELECT mean(p) FROM (SELECT percentile(f, 60) AS p FROM m WHERE time >= 0 AND time < 60 GROUP BY time(6ns), host)',
]

const LISTS = [
  'SHOW SERIES',
  'SHOW MEASUREMENTS',
  'SHOW FIELD KEYS',
  'SHOW TAG KEYS',
  'SHOW TAG VALUES WITH KEY = host',
  'SHOW SERIES WHERE time > 20',
]

/** More of them: `HYPERBYTE_SEED=100 HYPERBYTE_SEEDS=20`. */
const DELETE_SEEDS = Array.from(
  { length: Number(process.env.HYPERBYTE_SEEDS ?? 1) },
  (_, i) => Number(process.env.HYPERBYTE_SEED ?? 11) + i,
)

/** A few seconds each on a quiet machine. */
const TIMEOUT_MS = 90_000

let opened: TestEngine | null = null

afterEach(async () => {
  await opened?.remove()
  opened = null
})

for (const [way, seriesCount, narrowRowCountMax, seeds, statements] of [
  ['cached blocks', 6, 100_000, [1], STATEMENTS],
  ['SQL scans', 300, 1, [4], STATEMENTS],
  ['SQL aggregates', 20, 0, [5], [...STATEMENTS, ...PUSHABLE]],
] as const) {
  for (const seed of seeds) {
    test(`answers by ${way} are the oracle's, seed ${seed}`, { timeout: TIMEOUT_MS }, async () => {
      const db = await openTestEngine({ columnCacheBytesMax: 200_000, narrowRowCountMax })
      opened = db
      const oracle = new MemoryDatabase()
      const random = seededRandom(seed)
      for (let batch = 0; batch < 12; batch++) {
        const lines = randomLines(random, seriesCount)
        await db.write(lines)
        oracle.write('db', lines)
        if (random() < 0.3) await db.engine.flush()
        if (random() < 0.15) await db.engine.compact()
        if (batch % 6 === 5) await compareAll(db, oracle, statements)
      }
      await db.engine.compact()
      await compareAll(db, oracle, statements)
    })
  }
}

for (const [way, seriesCount, narrowRowCountMax, seeds] of [
  ['cached blocks', 6, 100_000, DELETE_SEEDS],
  ['SQL scans', 12, 1, DELETE_SEEDS],
  ['SQL aggregates', 12, 0, DELETE_SEEDS],
] as const) {
  for (const seed of seeds) {
    test(`after deletes the answers by ${way} are the oracle's, seed ${seed}`, { timeout: TIMEOUT_MS }, async () => {
      let db = await openTestEngine({ columnCacheBytesMax: 200_000, narrowRowCountMax })
      opened = db
      const oracle = new MemoryDatabase()
      await ask(oracle, 'CREATE DATABASE db')
      const underWay: Promise<void>[] = []
      const random = seededRandom(seed)
      for (let step = 0; step < 30; step++) {
        const dice = random()
        if (dice < 0.4) {
          const lines = randomLines(random, seriesCount)
          await db.write(lines)
          oracle.write('db', lines)
        } else if (dice < 0.75) {
          const text = randomDeletion(random, seriesCount)
          await askBoth(db, oracle, text)
        } else if (dice < 0.95) {
          const work = dice < 0.87 ? db.engine.flush() : db.engine.compact()
          // Half of them go on while the next writes and deletes come.
          if (random() < 0.5) await work
          else underWay.push(work)
        } else {
          await Promise.all(underWay.splice(0))
          if (dice < 0.98) opened = db = await db.reopen()
          else opened = db = await crash(db, { columnCacheBytesMax: 200_000, narrowRowCountMax })
        }
        if (step === 15) await compareAll(db, oracle, [...STATEMENTS, ...LISTS])
      }
      await Promise.all(underWay)
      await db.engine.compact()
      await compareAll(db, oracle, [...STATEMENTS, ...LISTS])
    })
  }
}

/** What is on the disk now, opened as after a crash. */
async function crash(db: TestEngine, options: Partial<EngineOptions>): Promise<TestEngine> {
  const copy = await mkdtemp(path.join(tmpdir(), 'hyperbyte-test-'))
  await cp(db.dataDir, copy, { recursive: true })
  await db.remove()
  return openAt(copy, options)
}

async function compareAll(db: TestEngine, oracle: MemoryDatabase, statements: readonly string[]): Promise<void> {
  for (const text of statements) await askBoth(db, oracle, text)
}

async function askBoth(db: TestEngine, oracle: MemoryDatabase, text: string): Promise<void> {
  const stage = {
    catalog: db.engine.catalog,
    writer: db.engine,
    queries: new RunningQueries(() => 0),
    randomBytes: (count: number) => new Uint8Array(count),
  }
  const options = { database: 'db' }
  expect(roundFloats(await askStage(stage, text, options)), text).toBe(roundFloats(await ask(oracle, text, options)))
}

/** Some reach no point, some all of them. */
function randomDeletion(random: () => number, seriesCount: number): string {
  const pick = (count: number): number => Math.floor(random() * count)
  const tags = [
    `host = 'h${pick(seriesCount)}'`,
    `host =~ /h[${pick(10)}${pick(10)}]/`,
    `dc != 'd${pick(3)}'`,
    `dc = 'd${pick(3)}'`,
  ][pick(4)]
  const startNs = pick(60)
  const time = [`time >= ${startNs} AND time < ${startNs + pick(15)}`, `time < ${pick(30)}`, `time = ${startNs}`][
    pick(3)
  ]
  const where = [` WHERE ${tags} AND ${time}`, ` WHERE ${time}`, ` WHERE ${tags}`][Math.min(2, pick(5))]
  if (random() < 0.04) return ['DELETE FROM m', 'DROP SERIES FROM /m/', 'DROP MEASUREMENT m'][pick(3)]
  if (random() < 0.2) return `DROP SERIES FROM m WHERE ${tags}`
  return `DELETE FROM m${where}`
}

/** Sums in another order differ in the last digits. */
function roundFloats(json: string): string {
  return json.replace(/\d+\.\d{8,}(e-?\d+)?/g, (text) => String(Number(Number(text).toPrecision(12))))
}

function randomLines(random: () => number, seriesCount: number): string {
  const lines: string[] = []
  for (let i = 0; i < 60; i++) {
    const host = Math.floor(random() * seriesCount)
    const fields = [
      `f=${(random() * 10).toFixed(3)}`,
      `i=${Math.floor(random() * 10)}i`,
      `s="${'xyz'[Math.floor(random() * 3)]}"`,
      `b=${random() < 0.5}`,
    ].filter(() => random() < 0.7)
    if (fields.length === 0) fields.push('i=1i')
    lines.push(`m,host=h${host},dc=d${host % 3} ${fields.join(',')} ${Math.floor(random() * 60)}`)
  }
  return lines.join('\n')
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
