/** A real engine in a temporary folder with a clock that only moves when told, and shorthands for writing and asking. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Column, type Engine, type EngineOptions, isValid, openEngine } from '../../src/engine/index.js'

export const TEST_NOW_NS = 1_700_000_000_000_000_000n

export interface TestEngine {
  readonly engine: Engine
  readonly dataDir: string
  /** Writes line protocol with ns timestamps into `db` and throws what was refused. */
  write(lines: string, database?: string, retentionPolicy?: string): Promise<void>
  /** Rows of all series of the first statement, each as `name tag=value | column=value …`. Throws the statement's error. */
  ask(text: string, database?: string): Promise<string[]>
  /** Closes and opens the same directory again; `crash` leaves without closing in order. */
  reopen(options?: Partial<EngineOptions>): Promise<TestEngine>
  /** Closes and removes the folder. */
  remove(): Promise<void>
}

export async function openTestEngine(options: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hyperbyte-test-'))
  const test = await openAt(dataDir, options)
  await test.ask('CREATE DATABASE db', '')
  return test
}

/** Small, and with a clock that stands still. */
export function testEngineOptions(dataDir: string): EngineOptions {
  return {
    dataDir,
    nowNs: () => TEST_NOW_NS,
    monotonicMs: () => performance.now(),
    randomBytes: (count) => new Uint8Array(count),
    durability: 'every_write',
    flushBytesMax: 2 ** 26,
    flushAgeMsMax: 3_600_000,
    walBytesMax: 2 ** 30,
    memoryBytesMax: 2 ** 28,
    columnCacheBytesMax: 2 ** 24,
    narrowRowCountMax: 100_000,
    duckdbMemoryBytesMax: 2 ** 28,
    duckdbThreads: 2,
    maxSeriesPerDatabase: 0,
    maxValuesPerTag: 0,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  }
}

export async function openAt(dataDir: string, options: Partial<EngineOptions>): Promise<TestEngine> {
  const engine = await openEngine({ ...testEngineOptions(dataDir), ...options })
  return {
    engine,
    dataDir,
    write: (lines, database = 'db', retentionPolicy = '') => write(engine, lines, database, retentionPolicy),
    ask: (text, database = 'db') => ask(engine, text, database),
    reopen: async (more) => {
      await engine.close()
      return openAt(dataDir, { ...options, ...more })
    },
    remove: async () => {
      await engine.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function write(engine: Engine, lines: string, database: string, retentionPolicy: string): Promise<void> {
  const outcome = await engine.write({
    database,
    retentionPolicy,
    precision: 'ns',
    format: 'line-protocol',
    body: Buffer.from(lines),
    nowNs: TEST_NOW_NS,
  })
  if (outcome.message !== null) throw new Error(outcome.message)
}

async function ask(engine: Engine, text: string, database: string): Promise<string[]> {
  const rows: string[] = []
  const events = engine.query({
    text,
    database,
    retentionPolicy: '',
    params: null,
    isReadOnlyContext: false,
    nowNs: TEST_NOW_NS,
    limits: { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 },
    authorizer: null,
    signal: new AbortController().signal,
  })
  for await (const event of events) {
    if (event.kind === 'statement-end') {
      if (event.error !== null) throw new Error(event.error)
      continue
    }
    const { name, tags, columns, rowCount } = event.frame
    const title = [name, ...(tags ?? []).map(([key, value]) => `${key}=${value}`)].join(' ')
    for (let row = 0; row < rowCount; row++) {
      const cells = columns.map(({ name: title, column }) => `${title}=${printCell(column, row)}`)
      rows.push(`${title} | ${cells.join(' ')}`)
    }
  }
  return rows
}

function printCell(column: Column, row: number): string {
  if (!isValid(column.validity, row)) return 'null'
  if (column.type === 'boolean') return String(column.values[row] !== 0)
  return String(column.values[row])
}
