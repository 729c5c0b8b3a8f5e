import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BackupNote } from '../../src/engine/index.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(() => db.remove())

function noteOf(timeNs: bigint, more: Partial<BackupNote> = {}): BackupNote {
  return {
    id: `set ${timeNs}`,
    timeNs,
    repository: '/backup',
    type: 'full',
    verified: 'new',
    covers: 'all',
    byteCount: 2 ** 40,
    addedByteCount: 10,
    ...more,
  }
}

test('notes survive a restart, newest first', async () => {
  expect(db.engine.backups.list()).toEqual([])
  await db.engine.backups.add(noteOf(2n ** 60n))
  await db.engine.backups.add(noteOf(5n))
  db = await db.reopen()
  expect(db.engine.backups.list()).toEqual([noteOf(2n ** 60n), noteOf(5n)])
})

test('twenty are kept', async () => {
  for (let time = 0n; time < 25n; time++) await db.engine.backups.add(noteOf(time))
  expect(db.engine.backups.list().map(({ timeNs }) => timeNs)).toEqual(
    Array.from({ length: 20 }, (_, i) => BigInt(24 - i)),
  )
})

test('a second note of one set takes the place of the first', async () => {
  await db.engine.backups.add(noteOf(1n, { verified: 'none' }))
  await db.engine.backups.add(noteOf(1n, { verified: 'all' }))
  await db.engine.backups.add(noteOf(1n, { repository: 's3://elsewhere' }))
  expect(db.engine.backups.list().map(({ repository, verified }) => [repository, verified])).toEqual([
    ['s3://elsewhere', 'new'],
    ['/backup', 'all'],
  ])
})
