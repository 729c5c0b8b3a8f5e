import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineEvent } from '../../src/engine/index.js'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from './open-test-engine.js'

let test: TestEngine
const events: EngineEvent[] = []

beforeEach(async () => {
  events.length = 0
  test = await openTestEngine({ onEvent: (event) => void events.push(event) })
})
afterEach(() => test.remove())

function lines(measurement: string, count: number, from = 0): string {
  const rows: string[] = []
  for (let i = from; i < from + count; i++) {
    rows.push(`${measurement},host=h${i % 7},region=eu v=${i} ${TEST_NOW_NS - BigInt(i) * 1_000_000_000n}`)
  }
  return rows.join('\n')
}

describe('the database seen from inside', () => {
  it('counts rows as they are written and files as they appear', async () => {
    await test.write(lines('cpu', 100))
    expect(test.engine.insight.databases()[0]).toMatchObject({
      name: 'db',
      writtenRowCount: 100,
      seriesCount: 7,
      measurementCount: 1,
      fileCount: 0,
      minNs: null,
    })
    await test.engine.flush()
    const [database] = test.engine.insight.databases()
    expect(database).toMatchObject({ fileCount: 1, rowCount: 100, maxNs: TEST_NOW_NS })
    expect(database.policies[0]).toMatchObject({ fileCount: 1, byteCount: database.byteCount })
    const { parquetFileCount, parquetBytes } = test.engine.stats()
    expect([parquetFileCount, parquetBytes]).toEqual([1, database.byteCount])
    const { sizeClasses } = test.engine.insight.storage()
    expect(sizeClasses.map(({ fileCount }) => fileCount)).toEqual([1, 0, 0, 0])
  })

  it('tells of flushes, merges and what waits to be merged', async () => {
    for (let i = 0; i < 4; i++) {
      await test.write(lines('cpu', 10, i * 10))
      await test.engine.flush()
    }
    const [group] = test.engine.insight.storage().mergeQueue
    expect(group).toMatchObject({ table: { database: 'db', measurement: 'cpu' }, fileCount: 4 })
    await test.engine.compact()
    expect(events.map(({ kind }) => kind)).toEqual(['flush', 'flush', 'flush', 'flush', 'merge'])
    expect(events[0]).toMatchObject({ fileCount: 1, rowCount: 10 })
    expect(events[4]).toMatchObject({ inputFileCount: 4, inputByteCount: group.byteCount })
    expect(test.engine.insight.databases()[0].fileCount).toBe(1)
  })

  it('lists measurements, fields and the most frequent values of tags', async () => {
    await test.write(lines('cpu', 20))
    await test.write('mem,host=a used=1i,total=2i 1')
    const { insight } = test.engine
    expect(insight.measurements('db', 'autogen').map(({ name, seriesCount }) => [name, seriesCount])).toEqual([
      ['cpu', 7],
      ['mem', 1],
    ])
    const { fields, tags } = insight.columns('db', 'cpu')
    expect(fields).toEqual([{ name: 'v', types: ['float'] }])
    expect(tags[1]).toEqual({ name: 'region', valueCount: 1, values: [{ value: 'eu', seriesCount: 7 }] })
    expect(insight.measurements('gone', 'autogen')).toEqual([])
    expect(insight.columns('gone', 'cpu')).toEqual({ fields: [], tags: [] })
  })

  it('says what expires next', async () => {
    await test.ask('CREATE RETENTION POLICY week ON db DURATION 7d REPLICATION 1')
    await test.write(lines('cpu', 5), 'db', 'week')
    await test.engine.flush()
    const [expiry] = test.engine.insight.storage().expiries
    expect(expiry).toMatchObject({ database: 'db', retentionPolicy: 'week', fileCount: 1 })
    expect(expiry.atNs).toBeGreaterThan(TEST_NOW_NS)
  })

  it('keeps statistics of statements', async () => {
    await test.write(lines('cpu', 20))
    await test.ask('SELECT v FROM cpu LIMIT 3')
    await test.ask('SELECT v FROM cpu LIMIT 4')
    await expect(test.ask('SELECT nonsense(v) FROM cpu')).rejects.toThrow()
    const statements = test.engine.insight.statements(10)
    expect(statements.find(({ fingerprint }) => fingerprint === 'SELECT v FROM cpu LIMIT ?')).toMatchObject({
      callCount: 2,
      rowCount: 7,
      errorCount: 0,
    })
    expect(statements.find(({ errorCount }) => errorCount === 1)?.fingerprint).toBe('SELECT nonsense(v) FROM cpu')
  })
})
