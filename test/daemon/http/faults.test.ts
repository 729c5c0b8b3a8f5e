import { afterEach, beforeEach, expect, test } from 'vitest'
import { FaultBoard } from '../../../src/daemon/faults/fault-board.js'
import type { Engine } from '../../../src/engine/index.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, openTestServer, type TestServer } from './open-test-server.js'

const SILENT = { info: () => {}, warn: () => {}, error: () => {} }
const METHODS = ['GET', 'POST', 'DELETE'] as const
const ORDER = '/api/v1/faults?kind=disk-full&for_ms=60000'

let database: TestEngine
let server: TestServer<Engine>
const slept: number[] = []

beforeEach(async () => {
  slept.length = 0
  const sleep = async (ms: number) => void slept.push(ms)
  const faults = new FaultBoard({ log: SILENT, nowMs: Date.now, sleep })
  database = await openTestEngine({ faults })
  server = await openServerFor(database.engine, {}, faults)
})

afterEach(async () => {
  await server.server.close()
  await database.remove()
})

test('a server that was not started for faults has no such path', async () => {
  const plain = await openTestServer()
  for (const method of METHODS) {
    const { status, text } = await plain.send(method, ORDER)
    expect([status, text]).toEqual([404, '404 page not found\n'])
  }
  await plain.server.close()
})

test('only admins make trouble', async () => {
  await database.ask(`CREATE USER root WITH PASSWORD 'p' WITH ALL PRIVILEGES`, '')
  await database.ask(`CREATE USER reader WITH PASSWORD 'p'; GRANT ALL ON db TO reader`, '')
  const faults = new FaultBoard({ log: SILENT, nowMs: Date.now, sleep: async () => {} })
  const guarded = await openServerFor(database.engine, { isAuthEnabled: true }, faults)
  const statusFor = async (user: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:p`).toString('base64')}`
    return (await guarded.send('POST', ORDER, { headers: user === '' ? {} : { authorization } })).status
  }
  expect([await statusFor(''), await statusFor('reader'), faults.list().length]).toEqual([401, 403, 0])
  expect([await statusFor('root'), faults.list().length]).toEqual([200, 1])
  await guarded.server.close()
})

test.each([
  ['kind=nonsense&for_ms=1'],
  ['kind=disk-full'],
  ['kind=disk-full&for_ms=3600001'],
  ['kind=disk-full&for_ms=x'],
  ['kind=delay-writes&for_ms=1000'],
  ['kind=delay-writes&for_ms=1000&delay_ms=60001'],
  ['kind=drop-writes&for_ms=1000&share=0'],
  ['kind=drop-writes&for_ms=1000&share=2'],
])('POST %s is refused', async (query) => {
  expect((await server.send('POST', `/api/v1/faults?${query}`)).status).toBe(400)
  expect(JSON.parse((await server.send('GET', '/api/v1/faults')).text)).toEqual({ faults: [] })
})

const write = (value: number) => server.send('POST', '/write?db=db', { body: `cpu v=${value} ${value}` })

test('a full disk refuses writes, shows in the state, and loses nothing', async () => {
  expect((await write(1)).status).toBe(204)
  const added = await server.send('POST', ORDER)
  expect(JSON.parse(added.text).faults).toMatchObject([{ id: '1', kind: 'disk-full', share: 1, met: 0 }])
  expect((await write(2)).status).toBe(507)
  expect(database.engine.stats().isReadOnly).toBe(true)
  await expect(database.engine.flush()).rejects.toThrow('flushes fail')
  await server.send('DELETE', '/api/v1/faults?id=1')
  expect((await write(3)).status).toBe(204)
  await database.engine.flush()
  expect(database.engine.stats().isReadOnly).toBe(false)
  expect(await database.ask('SELECT v FROM cpu')).toEqual(['cpu | time=1 v=1', 'cpu | time=3 v=3'])
})

test('connections are dropped without an answer, and nothing is written', async () => {
  await server.send('POST', '/api/v1/faults?kind=drop-writes&for_ms=60000')
  await expect(write(1)).rejects.toThrow()
  expect((await server.send('GET', '/ping')).status).toBe(204)
  await server.send('DELETE', '/api/v1/faults')
  expect(await database.ask('SELECT v FROM cpu')).toEqual([])
})

test('queries wait, writes do not', async () => {
  await server.send('POST', '/api/v1/faults?kind=delay-queries&for_ms=60000&delay_ms=80')
  expect((await write(1)).status).toBe(204)
  expect(slept).toEqual([])
  expect((await server.send('GET', '/query?q=SHOW+DATABASES')).status).toBe(200)
  expect(slept).toEqual([80])
  expect(JSON.parse((await server.send('GET', '/api/v1/faults')).text).faults[0].met).toBe(1)
})
