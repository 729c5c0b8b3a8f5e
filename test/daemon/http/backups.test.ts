import { afterEach, beforeEach, expect, test } from 'vitest'
import { printBackupNote } from '../../../src/client/backup-note.js'
import type { DebugDocuments } from '../../../src/client/debug-documents.js'
import type { BackupNote, Engine } from '../../../src/engine/index.js'
import { openTestEngine, TEST_NOW_NS, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, type TestServer } from './open-test-server.js'

let database: TestEngine
let server: TestServer<Engine>

beforeEach(async () => {
  database = await openTestEngine({ nowNs: () => BigInt(Date.now()) * 1_000_000n })
  server = await openServerFor(database.engine)
})

afterEach(async () => {
  await server.server.close()
  await database.remove()
})

const NOTE: BackupNote = {
  id: '20231114T221320Z',
  timeNs: TEST_NOW_NS,
  repository: 's3://bucket/a b',
  type: 'incr',
  verified: 'new',
  covers: 'all',
  byteCount: 2 ** 40,
  addedByteCount: 7,
}

function leave(note: BackupNote, changes: Record<string, string> = {}) {
  const search = new URLSearchParams({ ...printBackupNote(note), ...changes })
  return server.send('POST', `/api/v1/backups?${search}`)
}

test('a note comes back as it was left', async () => {
  const { status, text } = await leave(NOTE)
  expect(status, text).toBe(200)
  const { backups } = JSON.parse((await server.send('GET', '/api/v1/backups')).text)
  expect(backups).toEqual([
    {
      id: '20231114T221320Z',
      time: '2023-11-14T22:13:20Z',
      repository: 's3://bucket/a b',
      type: 'incr',
      verified: 'new',
      covers: 'all',
      size_bytes: '1099511627776',
      added_bytes: '7',
    },
  ])
})

test.each([
  ['id', ''],
  ['id', 'x'.repeat(2000)],
  ['time_ns', '2023-11-14'],
  ['repository', ''],
  ['type', 'whole'],
  ['verified', 'yes'],
  ['covers', ''],
  ['size_bytes', '-1'],
  ['added_bytes', '9007199254740993'],
])('a note whose %s is wrong is refused', async (name, value) => {
  const { status, text } = await leave(NOTE, { [name]: value })
  expect([status, JSON.parse(text)]).toEqual([400, { error: `${name} is missing or wrong` }])
  expect(database.engine.backups.list()).toEqual([])
})

test('the last backup is the newest that holds everything', async () => {
  const lastBackup = async () => {
    const { text } = await server.send('GET', '/api/v1/debug/server')
    return (JSON.parse(text) as DebugDocuments['server']).last_backup
  }
  expect(await lastBackup()).toBe(null)
  await leave({ ...NOTE, id: 'part', timeNs: TEST_NOW_NS + 1n, covers: 'part' })
  expect(await lastBackup()).toMatchObject({ id: 'part', covers: 'part' })
  await leave(NOTE)
  const last = await lastBackup()
  expect(last).toMatchObject({ id: NOTE.id })
  expect(last?.age_s).toBeGreaterThan(86_400 * 365)
})
