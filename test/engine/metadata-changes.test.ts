import { stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HyperbyteError } from '../../src/engine/index.js'
import { MetaStore } from '../../src/engine/registry/meta-store.js'
import { Wal } from '../../src/engine/wal/wal.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await db.remove()
})

function refuse(): Promise<never> {
  return Promise.reject(new HyperbyteError('no-space', 'the disk refuses'))
}

test('a drop that the log refuses leaves nothing that holds up a flush', async () => {
  await db.ask('CREATE DATABASE other')
  await db.write('gone v=1 1', 'other')
  await db.write('m v=1 1')
  vi.spyOn(Wal.prototype, 'append').mockImplementationOnce(refuse)
  await expect(db.ask('DROP DATABASE other')).rejects.toThrow('the disk refuses')
  await db.engine.flush()
  expect(await db.ask('SELECT v FROM m')).toHaveLength(1)
  expect(await db.ask('SHOW DATABASES')).not.toContain('databases | name=other')
})

test.each(['DROP DATABASE db', 'DROP RETENTION POLICY autogen ON db'])(
  'what %s took away does not come back under its name, though the log refused the drop',
  async (statement) => {
    await db.write('m v=1 1')
    vi.spyOn(Wal.prototype, 'append').mockImplementationOnce(refuse)
    await expect(db.ask(statement)).rejects.toThrow('the disk refuses')
    const isDatabase = statement.startsWith('DROP DATABASE')
    await db.ask(
      isDatabase ? 'CREATE DATABASE db' : 'CREATE RETENTION POLICY autogen ON db DURATION INF REPLICATION 1 DEFAULT',
    )
    await db.write('m v=2 2')
    // As after a crash: what is in memory now comes from the log.
    vi.spyOn(db.engine, 'flush').mockImplementation(async () => {})
    db = await db.reopen()
    expect(await db.ask('SELECT v FROM m')).toEqual(['m | time=2 v=2'])
  },
)

test('a measurement whose drop the registry refused is gone after a start, whatever was flushed meanwhile', async () => {
  await db.write('gone v=1 1')
  await db.engine.flush()
  vi.spyOn(MetaStore.prototype, 'apply').mockImplementationOnce(refuse)
  await expect(db.ask('DROP MEASUREMENT gone')).rejects.toThrow('the disk refuses')
  await db.write('m v=1 1')
  await db.engine.flush()
  db = await db.reopen()
  expect(await db.ask('SHOW MEASUREMENTS')).toEqual(['measurements | name=m'])
  expect(await db.ask('SELECT v FROM gone')).toEqual([])
})

test('a file that a delete takes away is on disk until the registry has forgotten it', async () => {
  await db.write('m v=1 1')
  await db.engine.flush()
  const file = path.join(db.dataDir, 'data', 'db/autogen/m/1969-12-29/00_00000001.parquet')
  const { apply } = MetaStore.prototype
  const found: boolean[] = []
  vi.spyOn(MetaStore.prototype, 'apply').mockImplementation(async function (this: MetaStore, changes) {
    await sleep(20)
    found.push(
      await stat(file).then(
        () => true,
        () => false,
      ),
    )
    await apply.call(this, changes)
  })
  await db.ask('DELETE FROM m')
  expect(found).toEqual([true])
  await vi.waitFor(() => expect(stat(file)).rejects.toThrow('ENOENT'), { timeout: 60_000 })
})

test('a write beside a drop of its measurement is before or after it, and stays so through a crash', async () => {
  for (let delay = 0; delay < 16; delay++) {
    const measurement = `m${delay}`
    await db.write(`${measurement} v=1 1`)
    const drop = db.engine.dropMeasurement('db', measurement)
    // In the same group of the log, at every distance.
    for (let i = 0; i < delay; i++) await Promise.resolve()
    await Promise.all([drop, db.write(`${measurement} v=2 2`)])
  }
  const before = await db.ask('SHOW MEASUREMENTS')
  vi.spyOn(db.engine, 'flush').mockImplementation(async () => {})
  db = await db.reopen()
  expect(await db.ask('SHOW MEASUREMENTS')).toEqual(before)
})
