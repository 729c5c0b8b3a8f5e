import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PlannedMerge } from '../../src/engine/index.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
  for (const time of [1, 2]) {
    await db.write(`cpu v=${time} ${time}\nmem v=${time} ${time}`)
    await db.engine.flush()
  }
})

afterEach(() => db.remove())

const isOf =
  (name: string) =>
  ({ table }: PlannedMerge): boolean =>
    table.measurement === name

const filesByTable = () => db.engine.inspection.files().map(({ file }) => file.table.measurement)

test('one merge is done of those that are wanted, and nothing else is touched', async () => {
  const [planned] = db.engine.inspection.plannedMerges().filter(isOf('cpu'))
  const done = await db.engine.mergeNext(isOf('cpu'))
  expect(done).toMatchObject(planned)
  expect(done?.output).toMatchObject({ rowCount: 2, table: { measurement: 'cpu' } })
  expect(filesByTable().sort()).toEqual(['cpu', 'mem', 'mem'])
  expect(await db.engine.mergeNext(isOf('cpu'))).toBe(null)
  expect(await db.ask('SELECT v FROM cpu')).toEqual(['cpu | time=1 v=1', 'cpu | time=2 v=2'])
})

test('rows in memory stay there', async () => {
  await db.write('cpu v=3 3')
  await db.engine.mergeNext(() => true)
  expect(db.engine.stats().memtableRowCount).toBe(1)
})

test('a merge that leaves no row has no output', async () => {
  await db.write('disk,host=a v=1 1\ndisk,host=b v=1 700000000000000')
  await db.engine.flush()
  await db.ask(`DELETE FROM disk WHERE host = 'a'`)
  expect(await db.engine.mergeNext(isOf('disk'))).toMatchObject({ reason: 'hidden', output: null })
  expect(filesByTable().sort()).toEqual(['cpu', 'cpu', 'disk', 'mem', 'mem'])
})
