/** `/api/v1/…`: who may ask, what a sample holds, and that many askers cost no more than one. */

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readServerSample } from '../../../src/client/server-sample.js'
import { hashPassword, SALT_BYTES } from '../../../src/engine/index.js'
import { openTestServer, type TestServer } from './open-test-server.js'

const PATHS = ['top', 'events', 'jobs', 'statements', 'measurements?db=d', 'columns?db=d&measurement=m']

let open: TestServer
let closed: TestServer

beforeAll(async () => {
  open = await openTestServer()
  closed = await openTestServer({ isAuthEnabled: true })
  const passwordHash = await hashPassword('pw', randomBytes(SALT_BYTES))
  closed.engine.setUsers(
    { name: 'admin', passwordHash, isAdmin: true, grants: new Map() },
    { name: 'reader', passwordHash, isAdmin: false, grants: new Map([['d', 'READ']]) },
  )
})
afterAll(async () => {
  await open.server.close()
  await closed.server.close()
})

function basic(pair: string) {
  return { headers: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

describe('a sample', () => {
  it('is a whole document that the client reads back', async () => {
    const answer = await open.send('GET', '/api/v1/top')
    expect(answer.status).toBe(200)
    const document = JSON.parse(answer.text)
    const sample = readServerSample(document)
    expect(sample.schema).toBe('hyperbyte.sample/1')
    expect(sample.nodes.length).toBe(1)
    expect(sample.nodes[0].processId).toBe(process.pid)
    expect(sample.nodes[0].http.requestCount).toBeGreaterThan(0)
    expect(sample.nodes[0].http.writeLatency.boundsSeconds.length + 1).toBe(
      sample.nodes[0].http.writeLatency.counts.length,
    )
  })

  it('is put together once a second, however many ask', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => open.send('GET', '/api/v1/top')))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  })
})

describe('the other documents', () => {
  it('tell of measurements, columns, jobs and events', async () => {
    const get = async (path: string) => JSON.parse((await open.send('GET', `/api/v1/${path}`)).text)
    expect(await get('measurements?db=d')).toEqual({ measurements: [], measurement_count: 0 })
    expect(await get('columns?db=d&measurement=m')).toEqual({ fields: [], tags: [] })
    expect(await get('statements')).toEqual({ statements: [] })
    expect(await get('measurements?db=gone')).toEqual({ error: 'database not found: gone' })
    expect(await get('events?after=x')).toEqual({ error: 'after is the sequence of an event' })
  })

  it('a compaction is a job that ends, and leaves a record', async () => {
    expect((await open.send('GET', '/api/v1/compact')).status).toBe(405)
    expect((await open.send('POST', '/api/v1/compact')).status).toBe(200)
    const { jobs } = JSON.parse((await open.send('GET', '/api/v1/jobs')).text)
    expect(jobs.at(-1)).toMatchObject({ kind: 'compaction', state: 'done' })
    const { events } = JSON.parse((await open.send('GET', '/api/v1/events')).text)
    expect(events.at(-1)).toMatchObject({ kind: 'job', level: 'info' })
    expect((await open.send('POST', '/api/v1/jobs/cancel?id=99')).status).toBe(409)
  })
})

describe('with authentication', () => {
  it('only admins see the server from inside', async () => {
    for (const path of PATHS) {
      expect((await closed.send('GET', `/api/v1/${path}`)).status).toBe(401)
      const refused = await closed.send('GET', `/api/v1/${path}`, basic('reader:pw'))
      expect([refused.status, refused.text]).toEqual([403, '{"error":"admin privilege required"}\n'])
      expect((await closed.send('GET', `/api/v1/${path}`, basic('admin:pw'))).status).toBe(200)
    }
    expect((await closed.send('POST', '/api/v1/compact', basic('reader:pw'))).status).toBe(403)
  })
})
