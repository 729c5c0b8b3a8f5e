import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStatement } from '../../../src/client/run-statement.js'
import { DirectoryTarget } from '../../../src/daemon/directory-target.js'
import { type DiffLevel, diffTargets } from '../../../src/operations/diff/diff-targets.js'
import { NO_PROGRESS } from '../../../src/operations/progress.js'
import { testEngineOptions } from '../../engine/open-test-engine.js'

let folder: string
let a: DirectoryTarget
let b: DirectoryTarget

const DAY = 86_400_000_000_000n
const BOTH = `cpu,host=a v=1,n=2i 1\ncpu,host=b v=2 2\nmixed v=1i 1\nmixed v="x" ${100n * DAY}`

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-diff-'))
  a = await DirectoryTarget.open(testEngineOptions(path.join(folder, 'a')))
  b = await DirectoryTarget.open(testEngineOptions(path.join(folder, 'b')))
  for (const side of [a, b]) {
    await runStatement(side, 'CREATE DATABASE db')
    await write(side, BOTH)
  }
})

afterAll(async () => {
  await a.close()
  await b.close()
  rmSync(folder, { recursive: true })
})

async function write(side: DirectoryTarget, lines: string): Promise<void> {
  const body = Buffer.from(lines)
  await side.write({ database: 'db', retentionPolicy: '', precision: 'ns', body, isCompressed: false })
}

async function diff(level: DiffLevel, endNs: bigint | null = null) {
  return await diffTargets(a, b, {
    level,
    databases: null,
    measurement: null,
    startNs: null,
    endNs,
    rowCountMax: 10,
    signal: new AbortController().signal,
    limiterOf: () => null,
    files: null,
    progress: NO_PROGRESS,
  })
}

test('two databases with the same points do not differ, however they came to them', async () => {
  await write(b, BOTH.split('\n').reverse().join('\n'))
  await a.engine.flush()
  // Rows of every type of a field count: a wildcard alone would see one of `mixed`.
  expect(await diff('row')).toEqual({
    differences: [],
    parts: [],
    files: null,
    measurementCount: 2,
    retryCount: 0,
    rowCounts: { a: 4, b: 4 },
  })
})

test('one other value is named by day and by row, and not outside of the range', async () => {
  await write(b, `cpu,host=b v=3 ${50n * DAY}\ncpu,host=a v=9 1`)
  await write(a, `cpu,host=b v=3 ${50n * DAY}`)
  const { differences } = await diff('row')
  expect(differences.map(({ level, place }) => [level, place])).toEqual([
    ['bucket', 'db.autogen.cpu 1970-01-01'],
    ['row', 'db.autogen.cpu "host"="a" 1'],
  ])
  expect(differences[1]).toMatchObject({ a: '"n"=2,"v"=1', b: '"n"=2,"v"=9' })
  expect((await diff('bucket', 1n)).differences).toEqual([])
})

test('what only one side has is named without looking into it', async () => {
  await write(a, 'extra v=1 1\ncpu other=1 1')
  await runStatement(b, 'CREATE DATABASE more')
  const { differences } = await diff('metadata')
  expect(differences).toEqual([
    { level: 'database', place: 'more', a: null, b: 'there' },
    { level: 'measurement', place: 'db.extra', a: 'there', b: null },
    { level: 'field', place: 'db.autogen.cpu.other', a: 'float', b: null },
  ])
})
