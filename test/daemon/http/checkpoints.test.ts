import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RemoteCheckpoint } from '../../../src/client/remote-checkpoint.js'
import { CheckpointSessions } from '../../../src/daemon/http/checkpoint-sessions.js'
import type { Engine } from '../../../src/engine/index.js'
import { bytesOf } from '../../../src/operations/backup/store/bytes-of.js'
import { openTestClient } from '../../client/open-test-client.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, type TestServer } from './open-test-server.js'

let database: TestEngine
let server: TestServer<Engine>

beforeEach(async () => {
  database = await openTestEngine()
})

afterEach(async () => {
  vi.useRealTimers()
  await server?.server.close()
  await database.remove()
})

test('a checkpoint over HTTP has the bytes of one inside the engine', async () => {
  server = await openServerFor(database.engine)
  await database.write('m v=1 1')
  await database.engine.flush()
  await database.write('m v=2 2')
  const client = await openTestClient(server.server.url)
  const [remote, local] = [await RemoteCheckpoint.open(client), await database.engine.checkpoint()]
  expect(remote.info).toEqual(local.info)
  for (const part of ['registry', 'wal'] as const) {
    expect((await bytesOf(remote[part]())).equals(await bytesOf(local[part]()))).toBe(true)
  }
  expect((await bytesOf(remote.file(1))).equals(await bytesOf(local.file(1)))).toBe(true)
  await expect(bytesOf(remote.file(7))).rejects.toThrow('the checkpoint has no file 7')
  await remote.release()
  await expect(bytesOf(remote.file(1))).rejects.toThrow('it was released or has expired')
  await local.release()
  await client.close()
})

test('only an admin may have the whole database', async () => {
  await database.ask(`CREATE USER root WITH PASSWORD 'p' WITH ALL PRIVILEGES`, '')
  await database.ask(`CREATE USER reader WITH PASSWORD 'p'; GRANT ALL ON db TO reader`, '')
  server = await openServerFor(database.engine, { isAuthEnabled: true })
  const post = async (user: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:p`).toString('base64')}`
    return (await server.send('POST', '/api/v1/checkpoints', { headers: user === '' ? {} : { authorization } })).status
  }
  expect(await post('')).toBe(401)
  expect(await post('reader')).toBe(403)
  expect(await post('root')).toBe(201)
})

test('other methods and places are refused', async () => {
  server = await openServerFor(database.engine)
  const status = async (method: string, path: string) => (await server.send(method, path)).status
  expect(await status('GET', '/api/v1/checkpoints')).toBe(405)
  expect(await status('PUT', '/api/v1/checkpoints')).toBe(405)
  expect(await status('GET', '/api/v1/checkpoints/xyz')).toBe(404)
  expect(await status('GET', `/api/v1/checkpoints/${'0'.repeat(32)}/wal`)).toBe(404)
  const { id } = JSON.parse((await server.send('POST', '/api/v1/checkpoints')).text)
  expect(await status('POST', `/api/v1/checkpoints/${id}`)).toBe(405)
  expect(await status('GET', `/api/v1/checkpoints/${id}/files/../registry`)).toBe(404)
  expect(await status('DELETE', `/api/v1/checkpoints/${id}`)).toBe(204)
})

test('a checkpoint whose client is silent is let go', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const warnings: string[] = []
  const log = { info: () => {}, warn: (text: string) => warnings.push(text), error: () => {} }
  const sessions = new CheckpointSessions(database.engine, log, 20_000)
  const opened = await sessions.open()
  if (opened === null) throw new Error('there is room')
  expect(sessions.find(opened.id)).toBe(opened.checkpoint)
  vi.advanceTimersByTime(15_000)
  expect(warnings).toEqual([])
  vi.advanceTimersByTime(15_000)
  expect(sessions.find(opened.id)).toBeUndefined()
  expect(warnings).toHaveLength(1)
})

test('no more than so many are open when all are asked for at the same moment', async () => {
  const sessions = new CheckpointSessions(database.engine, { info: () => {}, warn: () => {}, error: () => {} })
  const opened = await Promise.all(Array.from({ length: 20 }, () => sessions.open()))
  expect(opened.filter((one) => one !== null)).toHaveLength(16)
  await sessions.releaseAll()
})

test('where too many are open, the one that was silent longest makes room, and none that was just heard', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  const sessions = new CheckpointSessions(database.engine, { info: () => {}, warn: () => {}, error: () => {} })
  const ids: string[] = []
  for (let opened = await sessions.open(); opened !== null; opened = await sessions.open()) ids.push(opened.id)
  expect(ids).toHaveLength(16)
  vi.advanceTimersByTime(14_000)
  expect(await sessions.open()).toBeNull()
  for (const id of ids.slice(1)) sessions.find(id)
  vi.advanceTimersByTime(1000)
  expect(await sessions.open()).not.toBeNull()
  expect(sessions.find(ids[0])).toBeUndefined()
  expect(sessions.find(ids[1])).toBeDefined()
  await sessions.releaseAll()
})
