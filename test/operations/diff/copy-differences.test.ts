import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runStatement } from '../../../src/client/run-statement.js'
import { DirectoryTarget } from '../../../src/daemon/directory-target.js'
import { copyDifferences } from '../../../src/operations/diff/copy-differences.js'
import { type DiffOptions, diffTargets } from '../../../src/operations/diff/diff-targets.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { testEngineOptions } from '../../engine/open-test-engine.js'

let folder: string
let a: DirectoryTarget
let b: DirectoryTarget

const DAY = 86_400_000_000_000n

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-fix-'))
  a = await DirectoryTarget.open(testEngineOptions(path.join(folder, 'a')))
  b = await DirectoryTarget.open(testEngineOptions(path.join(folder, 'b')))
  for (const side of [a, b]) await runStatement(side, 'CREATE DATABASE db')
})

afterEach(async () => {
  await a.close()
  await b.close()
  rmSync(folder, { recursive: true })
})

async function write(side: DirectoryTarget, lines: string): Promise<void> {
  await side.write({
    database: 'db',
    retentionPolicy: '',
    precision: 'ns',
    body: Buffer.from(lines),
    isCompressed: false,
  })
}

async function diff(options: Partial<DiffOptions> = {}) {
  return await diffTargets(a, b, {
    level: 'bucket',
    databases: null,
    measurement: null,
    startNs: null,
    endNs: null,
    rowCountMax: 10,
    signal: new AbortController().signal,
    limiterOf: () => null,
    files: null,
    progress: NO_PROGRESS,
    ...options,
  })
}

async function fix(options: Partial<DiffOptions> = {}) {
  const { parts } = await diff(options)
  return await copyDifferences(a, b, parts, {
    signal: new AbortController().signal,
    onRows: () => {},
    limiter: null,
    warn: () => {},
  })
}

test('days that differ and measurements that are missing are made alike', async () => {
  const same = `cpu,host=a v=1,n=9007199254740993i ${DAY}`
  await write(a, `${same}\ncpu,host=b v=2,s="x y",o=true 1\ncpu,host=b v=3 2\nmem,host=é free=7u 5`)
  await write(b, `${same}\ncpu,host=b v=9 1`)
  const { parts } = await diff()
  expect(parts.map(({ table, range, rowCount }) => [table.measurement, range.startNs > 0n, rowCount])).toEqual([
    ['mem', false, null],
    ['cpu', false, 2],
  ])
  expect(await fix()).toEqual({ rowCount: 3, rejectedCount: 0 })
  expect((await diff()).differences).toEqual([])
})

test('only the range that was compared is copied', async () => {
  await write(a, `cpu v=1 1\ncpu v=2 2\nmem v=1 1\nmem v=2 2`)
  await write(b, 'cpu v=5 9')
  expect(await fix({ startNs: 2n, endNs: 5n })).toEqual({ rowCount: 2, rejectedCount: 0 })
  expect((await diff({ startNs: 2n, endNs: 5n })).differences).toEqual([])
  expect((await diff()).differences.length).toBe(2)
})

test('rows that only the other side has stay, and are still named', async () => {
  await write(a, 'cpu v=1 1')
  await write(b, 'cpu v=1 1\ncpu v=2 2')
  expect(await fix()).toEqual({ rowCount: 1, rejectedCount: 0 })
  expect((await diff()).differences).toHaveLength(1)
})

test('one measurement alone is compared and copied', async () => {
  await write(a, 'cpu v=1 1\nmem v=1 1')
  const { differences, parts } = await diff({ measurement: 'mem' })
  expect(differences.map(({ place }) => place)).toEqual(['db.mem'])
  expect(parts.map(({ table }) => table.measurement)).toEqual(['mem'])
})

test('a field of several types is an obstacle, values of another type are refused', async () => {
  await write(a, `mixed v=1i 1\nmixed v="x" ${100n * DAY}\ncpu v=1i 1\ncpu v=1i 2`)
  await write(b, 'cpu v=2 1')
  const { parts } = await diff()
  expect(parts.map(({ table, obstacle }) => [table.measurement, obstacle])).toEqual([
    ['mixed', 'the field v has several types'],
    ['cpu', null],
  ])
  expect(await fix()).toEqual({ rowCount: 0, rejectedCount: 2 })
})
