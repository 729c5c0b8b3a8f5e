/** The HTTP server over the real engine: what only both together can show. */

import { randomBytes } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/engine/index.js'
import { openTestEngine, type TestEngine } from '../../engine/open-test-engine.js'
import { openServerFor, type TestServer } from './open-test-server.js'

let opened: TestEngine
let target: TestServer<Engine>

beforeAll(async () => {
  opened = await openTestEngine({ randomBytes })
  target = await openServerFor(opened.engine)
  const lines = [
    'cpu,host=a usage=1.5,count=9223372036854775807i 1000000000',
    'cpu,host=b usage=2,note="x<y" 1500000000',
    'cpu,host=a usage=1e21 2000000001',
  ]
  const body = gzipSync(lines.join('\n'))
  const answer = await target.send('POST', '/write?db=db', { body, headers: { 'Content-Encoding': 'gzip' } })
  expect(answer.status).toBe(204)
})
afterAll(async () => {
  await target.server.close()
  await opened.remove()
})

async function query(text: string, parameters = '', headers = {}): Promise<string> {
  return (await target.send('GET', `/query?db=db&q=${encodeURIComponent(text)}${parameters}`, { headers })).text
}

test('what was written comes back exact', async () => {
  expect(await query('SELECT * FROM cpu')).toBe(
    '{"results":[{"statement_id":0,"series":[{"name":"cpu","columns":["time","count","host","note","usage"],"values":[' +
      '["1970-01-01T00:00:01Z",9223372036854775807,"a",null,1.5],' +
      '["1970-01-01T00:00:01.5Z",null,"b","x\\u003cy",2],' +
      '["1970-01-01T00:00:02.000000001Z",null,"a",null,1e+21]]}]}]}\n',
  )
})

test('times follow the zone of the query', async () => {
  expect(await query("SELECT usage FROM cpu LIMIT 1 tz('Asia/Kolkata')")).toContain('"1970-01-01T05:30:01+05:30"')
})

test('a GET that writes runs, and says that it is deprecated', async () => {
  const text = "deprecated use of 'CREATE DATABASE made' in a read only context, please use a POST request instead"
  const answer = JSON.parse(await query('CREATE DATABASE made; SHOW DATABASES'))
  expect(answer.results[0].messages).toEqual([{ level: 'warning', text }])
  expect(answer.results[1].series[0].values).toContainEqual(['made'])
})

test('parameters are bound as values', async () => {
  const params = encodeURIComponent('{"host":"b"}')
  expect(await query('SELECT usage FROM cpu WHERE host = $host', `&epoch=ms&params=${params}`)).toContain(
    '"values":[[1500,2]]',
  )
})

test('a type conflict is a partial write', async () => {
  const answer = await target.send('POST', '/write?db=db', { body: 'cpu,host=a usage="text" 3000000000' })
  expect(JSON.parse(answer.text).error).toBe(
    'partial write: field type conflict: input field "usage" on measurement "cpu" is type string, already exists as type float dropped=1',
  )
})

test('Arrow and gzip answers hold the same rows', async () => {
  const path = `/query?db=db&q=${encodeURIComponent('SELECT usage FROM cpu GROUP BY host')}`
  const arrow = await target.send('GET', path, { headers: { Accept: 'application/vnd.apache.arrow.stream' } })
  expect(arrow.headers['content-type']).toBe('application/vnd.apache.arrow.stream')
  const table = tableFromIPC(arrow.bytes)
  expect([...(table.getChild('host') ?? [])]).toEqual(['a', 'a', 'b'])
  expect([...(table.getChild('usage') ?? [])]).toEqual([1.5, 1e21, 2])
  const packed = await target.send('GET', path, { headers: { 'Accept-Encoding': 'gzip' } })
  expect(packed.headers['content-encoding']).toBe('gzip')
  expect(JSON.parse(gunzipSync(packed.bytes).toString()).results[0].series).toHaveLength(2)
})

test('a statement that fails in Arrow is answered in JSON', async () => {
  const path = `/query?q=${encodeURIComponent('SELECT f FROM nowhere..m')}`
  const answer = await target.send('GET', path, { headers: { Accept: 'application/vnd.apache.arrow.stream' } })
  expect(answer.text).toBe('{"results":[{"statement_id":0,"error":"database not found: nowhere"}]}\n')
})

test('the own numbers of a real engine are served', async () => {
  const vars = JSON.parse((await target.send('GET', '/debug/vars')).text)
  expect(vars['database:db'].values.numMeasurements).toBe(1)
  expect((await target.send('GET', '/metrics')).text).toContain('\nhyperbyte_series ')
})

describe('with authentication', () => {
  let guarded: TestServer<Engine>

  beforeAll(async () => {
    guarded = await openServerFor(opened.engine, { isAuthEnabled: true })
  })
  afterAll(() => guarded.server.close())

  function ask(text: string, user: string) {
    const headers: Record<string, string> =
      user === '' ? {} : { Authorization: `Basic ${Buffer.from(`${user}:${user}`).toString('base64')}` }
    return guarded.send('POST', `/query?db=db&q=${encodeURIComponent(text)}`, { headers })
  }

  test('from the first admin to a reader who may not write', async () => {
    expect((await ask('SHOW DATABASES', '')).status).toBe(403)
    const first = await ask("CREATE USER boss WITH PASSWORD 'boss' WITH ALL PRIVILEGES", '')
    expect(first.text).toBe('{"results":[{"statement_id":0}]}\n')
    expect((await ask('SHOW DATABASES', '')).status).toBe(401)
    const made = await ask("CREATE USER reader WITH PASSWORD 'reader'; GRANT READ ON db TO reader", 'boss')
    expect(made.text).toBe('{"results":[{"statement_id":0},{"statement_id":1}]}\n')
    expect((await ask('SHOW DATABASES', 'reader')).text).toContain('"values":[["db"]]')
    expect((await ask('SELECT usage FROM cpu', 'reader')).status).toBe(200)
    expect((await ask('DROP MEASUREMENT cpu', 'reader')).status).toBe(403)
    const headers = { Authorization: 'Token reader:reader' }
    expect((await guarded.send('POST', '/write?db=db', { body: 'm f=1', headers })).status).toBe(403)
    await ask('GRANT WRITE ON db TO reader', 'boss')
    expect((await guarded.send('POST', '/write?db=db', { body: 'm f=1', headers })).status).toBe(204)
  })
})
