import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStatement } from '../../../src/client/run-statement.js'
import { DirectoryTarget } from '../../../src/daemon/directory-target.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { exportDatabase } from '../../../src/operations/transfer/export-database.js'
import type { ExportFormat } from '../../../src/operations/transfer/export-format.js'
import { testEngineOptions } from '../../engine/open-test-engine.js'

const DAY = 86_400_000_000_000n
const LINES = ['mixed v=1,n=2i 1', `mixed n=3i,v="x" ${10n * DAY}`, `mixed v=true ${20n * DAY}`]

let folder: string
let source: DirectoryTarget

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-export-'))
  source = await DirectoryTarget.open(testEngineOptions(path.join(folder, 'data')))
  await runStatement(source, 'CREATE DATABASE db')
  const body = Buffer.from(LINES.join('\n'))
  await source.write({ database: 'db', retentionPolicy: '', precision: 'ns', body, isCompressed: false })
})

afterAll(async () => {
  await source.close()
  rmSync(folder, { recursive: true })
})

async function run(format: ExportFormat, directory: string, isDaily = false) {
  return await exportDatabase({
    source,
    database: 'db',
    retentionPolicy: '',
    measurements: [],
    window: { startNs: -(2n ** 63n), endNs: 2n ** 63n - 1n },
    where: '',
    format,
    isCompressed: false,
    isDaily,
    directory: path.join(folder, directory),
    isResumed: false,
    tempDir: folder,
    progress: NO_PROGRESS,
    signal: new AbortController().signal,
  })
}

/** Every field of every point by itself. */
const VALUES = [
  'mixed n=2i 1',
  `mixed n=3i ${10n * DAY}`,
  'mixed v=1 1',
  `mixed v="x" ${10n * DAY}`,
  `mixed v=true ${20n * DAY}`,
]

function valuesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('mixed '))
    .flatMap((line) => {
      const [name, fields, time] = line.split(' ')
      return fields.split(',').map((field) => `${name} ${field} ${time}`)
    })
    .sort()
}

test('values of a field are exported in every type that it has', async () => {
  await run('line', 'whole')
  expect(valuesOf(readFileSync(path.join(folder, 'whole', 'mixed.lp'), 'utf8'))).toEqual([...VALUES].sort())
})

test('by day too', async () => {
  await run('line', 'daily', true)
  const days = path.join(folder, 'daily', 'mixed')
  const text = readdirSync(days).map((name) => readFileSync(path.join(days, name), 'utf8'))
  expect(valuesOf(text.join(''))).toEqual([...VALUES].sort())
})

test('a Parquet file, whose columns have one type, is refused rather than made with less', async () => {
  await expect(run('parquet', 'parquet')).rejects.toThrow(/"v" is float in some rows and (string|boolean) in others/)
  expect(readdirSync(path.join(folder, 'parquet'))).toEqual([])
})
