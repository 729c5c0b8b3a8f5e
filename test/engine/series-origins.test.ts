import { expect, test } from 'vitest'
import { SeriesOrigins } from '../../src/engine/series-origins.js'
import { openTestEngine } from './open-test-engine.js'

const HOUR_MS = 3_600_000

function write(origins: SeriesOrigins, client: string, createdCount: number, atMs = 0): void {
  origins.add({ measurement: 'cpu', client, rowCount: 10, createdCount, atMs })
}

test('series count as new for a day', () => {
  const origins = new SeriesOrigins()
  write(origins, 'a', 5, 0)
  write(origins, 'a', 7, 2 * HOUR_MS)
  write(origins, 'a', 0, 3 * HOUR_MS)
  expect(origins.of('cpu', 3 * HOUR_MS).createdCount).toBe(12)
  expect(origins.of('cpu', 25 * HOUR_MS).createdCount).toBe(7)
  expect(origins.of('cpu', 48 * HOUR_MS).createdCount).toBe(0)
  expect(origins.of('mem', 0)).toEqual({ createdCount: 0, writers: [] })
})

test('those that made most series come first, and of many only these are kept', () => {
  const origins = new SeriesOrigins()
  write(origins, 'most', 100)
  for (let i = 0; i < 50; i++) write(origins, `client ${i}`, 0)
  write(origins, 'most', 1)
  const { writers } = origins.of('cpu', 0)
  expect(writers).toHaveLength(16)
  expect(writers[0]).toEqual({ client: 'most', createdCount: 101, rowCount: 20 })
  origins.forget('cpu')
  expect(origins.of('cpu', 0).writers).toEqual([])
})

test('an engine counts what is written, not what it replays, and forgets what is dropped', async () => {
  let db = await openTestEngine()
  await db.write('cpu,host=a v=1 1\ncpu,host=b v=1 1')
  await db.write('cpu,host=a v=2 2')
  await db.ask('SELECT v INTO copy FROM cpu GROUP BY *')
  const originsOf = () =>
    db.engine.inspection
      .cardinality()
      .map(({ measurement, origins }) => [measurement, origins.createdCount, origins.writers])
  expect(originsOf()).toEqual([
    ['copy', 2, [{ client: '', createdCount: 2, rowCount: 3 }]],
    ['cpu', 2, [{ client: '', createdCount: 2, rowCount: 3 }]],
  ])
  await db.ask('DROP MEASUREMENT copy')
  await db.ask('SELECT v INTO copy FROM cpu WHERE time = 1')
  expect(originsOf()[0]).toEqual(['copy', 1, [{ client: '', createdCount: 1, rowCount: 2 }]])
  db = await db.reopen()
  expect(originsOf()).toEqual([
    ['copy', 0, []],
    ['cpu', 0, []],
  ])
  await db.remove()
})
