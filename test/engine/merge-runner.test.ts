import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineEvent, PlannedMerge } from '../../src/engine/index.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine
const runningCounts: number[] = []

beforeEach(async () => {
  runningCounts.length = 0
  const onEvent = (event: EngineEvent): void => {
    if (event.kind === 'merge') runningCounts.push(db.engine.inspection.runningMerges().length)
  }
  db = await openTestEngine({ onEvent, hasHousekeeping: false })
  for (const time of [1, 2]) {
    await db.write(['a', 'b', 'c'].map((name) => `${name} v=${time} ${time}`).join('\n'))
    await db.engine.flush()
  }
})

afterEach(() => db.remove())

const isOf =
  (name: string) =>
  ({ table }: PlannedMerge): boolean =>
    table.measurement === name

test('merges of several buckets run at the same time, as many as there are places', async () => {
  const { engine } = db
  expect(engine.inspection.mergePlaceCount).toBe(2)
  const merges = ['a', 'b', 'c'].map((name) => engine.mergeNext(isOf(name)))
  expect(engine.inspection.runningMerges().map(({ table }) => table.measurement)).toEqual(['a', 'b'])
  expect(engine.inspection.plannedMerges().map(({ table }) => table.measurement)).toEqual(['c'])
  expect((await Promise.all(merges)).map((done) => done?.table.measurement)).toEqual(['a', 'b', 'c'])
  expect(Math.max(...runningCounts)).toBe(2)
  expect(engine.inspection.files()).toHaveLength(3)
  expect(await db.ask('SELECT v FROM a')).toEqual(['a | time=1 v=1', 'a | time=2 v=2'])
})

test('one bucket is never merged twice at a time, and who waits for it learns what is left', async () => {
  const [first, second] = await Promise.all([db.engine.mergeNext(isOf('a')), db.engine.mergeNext(isOf('a'))])
  expect([first?.table.measurement, second]).toEqual(['a', null])
})

test('a merge that fails gives its place back', async () => {
  db = await db.reopen()
  const { engine } = db
  const [bad] = engine.inspection.files().filter(({ file }) => file.table.measurement === 'a')
  const file = path.join(db.dataDir, 'data', bad.file.path)
  writeFileSync(file, readFileSync(file).fill(7, 10, 20))
  await expect(engine.mergeNext(isOf('a'))).rejects.toThrow('damaged')
  expect(engine.inspection.runningMerges()).toEqual([])
  expect((await engine.mergeNext(isOf('b')))?.table.measurement).toBe('b')
})

test('closing gives up what is under way and what waits', async () => {
  const merges = ['a', 'b', 'c'].map((name) => db.engine.mergeNext(isOf(name)).catch(() => null))
  await db.engine.close()
  await Promise.all(merges)
  db = await db.reopen()
  expect(await db.ask('SELECT v FROM c')).toEqual(['c | time=1 v=1', 'c | time=2 v=2'])
})

test('a delete in the middle of several merges holds, also through a start', async () => {
  const merges = Promise.all(['a', 'b'].map((name) => db.engine.mergeNext(isOf(name))))
  expect(db.engine.inspection.runningMerges()).toHaveLength(2)
  await db.ask('DELETE FROM a WHERE time = 1')
  await db.ask('DROP MEASUREMENT b')
  await merges
  expect(await db.ask('SELECT v FROM a')).toEqual(['a | time=2 v=2'])
  db = await db.reopen()
  expect(await db.ask('SELECT v FROM a')).toEqual(['a | time=2 v=2'])
  expect(await db.ask('SELECT v FROM b')).toEqual([])
  expect(db.engine.inspection.files().map(({ file }) => file.table.measurement)).toEqual(['c', 'c', 'a'])
})
