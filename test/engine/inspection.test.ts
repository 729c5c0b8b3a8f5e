import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Level } from 'level'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inspectLog, readRecordHead, repairLog, splitRecords } from '../../src/engine/index.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(() => db.remove())

async function flushed(lines: string): Promise<void> {
  await db.write(lines)
  await db.engine.flush()
}

test('files are listed with what merging would make of them', async () => {
  const { inspection } = db.engine
  await flushed('cpu,host=a v=1 1\ncpu,host=b v=2 2')
  await flushed('cpu,host=a v=3 3')
  expect(
    inspection.files().map(({ file, hiddenCount }) => [file.table.measurement, file.rowCount, hiddenCount]),
  ).toEqual([
    ['cpu', 2, 0],
    ['cpu', 1, 0],
  ])
  expect(inspection.plannedMerges()).toMatchObject([{ reason: 'level', table: { measurement: 'cpu' } }])
  await db.engine.compact()
  expect(inspection.plannedMerges()).toEqual([])
  expect(inspection.files()).toHaveLength(1)
})

test('cardinality and types tell which measurement and tag they are of', async () => {
  await db.write('cpu,host=a,region=eu v=1 1\ncpu,host=b,region=eu v=1 1')
  await db.write('cpu,host=a v="text" 700000000000000')
  expect(db.engine.inspection.cardinality()).toEqual([
    {
      database: 'db',
      measurement: 'cpu',
      seriesCount: 3,
      tags: [
        { key: 'host', valueCount: 2 },
        { key: 'region', valueCount: 1 },
      ],
      origins: { createdCount: 3, writers: [{ client: '', createdCount: 3, rowCount: 3 }] },
    },
  ])
  expect(db.engine.inspection.fieldTypes().map(({ field, type }) => [field, type])).toEqual([
    ['v', 'float'],
    ['v', 'string'],
  ])
})

test('a good file has no fault, a changed byte is one', async () => {
  await flushed('cpu,host=a v=1 1\ncpu,host=b v=2 2')
  const { inspection } = db.engine
  const [{ file }] = inspection.files()
  expect(await inspection.checkFile(file.id)).toBe(null)
  const place = path.join(db.dataDir, 'data', file.path)
  const bytes = await readFile(place)
  bytes[bytes.length >>> 1] ^= 1
  await writeFile(place, bytes)
  expect(await inspection.checkFile(file.id)).toContain('damaged')
  await expect(inspection.checkFile(999)).rejects.toThrow('there is no file 999')
})

test('a plan names what is read and the files that the range touches', async () => {
  await flushed('cpu,host=a v=1 1')
  await flushed('cpu,host=a v=1 700000000000000')
  const request = { database: 'db', retentionPolicy: '', nowNs: 10n ** 15n }
  const [plan] = db.engine.inspection.planQuery({ ...request, text: 'SELECT mean(v) FROM cpu WHERE time < 10s' })
  expect(plan.select?.reads).toMatchObject([{ expression: 'mean(v::float)', seriesCount: 1, files: [{ maxNs: 1n }] }])
  expect(db.engine.inspection.planQuery({ ...request, text: 'SHOW DATABASES' })).toMatchObject([{ select: null }])
  expect(() => db.engine.inspection.planQuery({ ...request, text: 'SELEC' })).toThrow('error parsing query')
})

test('the log of a closed directory is read record by record', async () => {
  await db.write('cpu v=1 1')
  await db.ask('DELETE FROM cpu WHERE time = 1; DROP MEASUREMENT cpu')
  const { lastSequence } = await db.engine.inspection.log()
  const kinds: string[] = []
  const checkpoint = await db.engine.checkpoint()
  for await (const piece of checkpoint.wal()) {
    for (const record of splitRecords(piece)) kinds.push(readRecordHead(record).kind)
  }
  await checkpoint.release()
  expect(kinds).toEqual(['points', 'delete', 'drop'])
  await db.engine.close()
  const report = await inspectLog(db.dataDir, () => {})
  expect(report).toMatchObject({ damage: null })
  expect(report.lastSequence >= lastSequence).toBe(true)
})

test('a torn tail is found, and cut after a copy; what was before it is still there', async () => {
  await db.engine.close()
  const { lastSequence } = await inspectLog(db.dataDir, () => {})
  await putRaw(path.join(db.dataDir, 'wal'), lastSequence + 1n, Buffer.from([200, 0, 0, 0, 1, 2, 3]))
  const { damage } = await inspectLog(db.dataDir, () => {})
  expect(damage).toMatchObject({ lastGoodSequence: lastSequence, lostByteCount: 7 })
  const copy = await repairLog(db.dataDir, 'test')
  expect(existsSync(copy!)).toBe(true)
  expect(await inspectLog(db.dataDir, () => {})).toMatchObject({ damage: null, lastSequence })
  expect(await repairLog(db.dataDir, 'again')).toBe(null)
  db = await db.reopen()
})

async function putRaw(directory: string, sequence: bigint, bytes: Uint8Array): Promise<void> {
  const store = new Level<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  const key = Buffer.alloc(8)
  key.writeBigUInt64BE(sequence)
  await store.put(key, bytes)
  await store.close()
}
