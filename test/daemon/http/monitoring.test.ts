import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestServer, type TestServer } from './open-test-server.js'

let target: TestServer

beforeAll(async () => {
  target = await openTestServer()
})
afterAll(() => target.server.close())

test('/metrics has requests, latencies, the engine and the process', async () => {
  await target.send('POST', '/write?db=d', { body: 'm f=1' })
  await target.send('GET', '/query?q=x')
  const answer = await target.send('GET', '/metrics')
  expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  expect(answer.text).toContain('\nhyperbyte_http_write_requests_total 1\n')
  expect(answer.text).toContain('\nhyperbyte_http_write_duration_seconds_bucket{le="+Inf"} 1\n')
  expect(answer.text).toContain('\nhyperbyte_http_query_duration_seconds_count 1\n')
  expect(answer.text).toContain('\nhyperbyte_rows_written_total 1\n')
  expect(answer.text).toContain('\nprocess_cpu_seconds_total ')
})

test('/debug/vars has the entries that Telegraf reads', async () => {
  const { text } = await target.send('GET', '/debug/vars')
  const vars = JSON.parse(text)
  expect(Object.keys(vars).slice(0, 3)).toEqual(['system', 'cmdline', 'memstats'])
  expect(vars['database:d']).toEqual({
    name: 'database',
    tags: { database: 'd' },
    values: { numMeasurements: 1, numSeries: 3 },
  })
  const httpd = vars[`httpd:127.0.0.1:${target.server.address.port}`]
  expect(httpd).toMatchObject({ name: 'httpd', values: { writeReq: 1, queryReq: 1, pointsWrittenOK: 1 } })
})

test('/debug/requests counts by client while it is asked', async () => {
  const counted = target.send('GET', '/debug/requests?seconds=1')
  const metrics = async () => (await target.send('GET', '/metrics')).text
  await expect.poll(metrics).toContain('hyperbyte_http_requests_active 2')
  await target.send('GET', '/query?q=x')
  await target.send('POST', '/write?db=d', { body: 'm f=1' })
  expect((await counted).text).toBe('{\n"127.0.0.1": {"writes":1,"queries":1}\n}')
})

test('/debug/requests is for so many at a time, and those who leave make room', async () => {
  const sockets = Array.from({ length: 16 }, () => connect(target.server.address.port, '127.0.0.1'))
  for (const socket of sockets) socket.write('GET /debug/requests?seconds=60 HTTP/1.1\r\nHost: x\r\n\r\n')
  const one = async () => (await target.send('GET', '/debug/requests?seconds=0')).status
  await expect.poll(one).toBe(503)
  for (const socket of sockets) socket.destroy()
  await expect.poll(one).toBe(200)
})

test('a server that refuses writes is not healthy and not ready', async () => {
  const { engine } = target
  engine.currentStats = { ...engine.currentStats, isReadOnly: true }
  expect((await target.send('GET', '/health')).status).toBe(503)
  expect((await target.send('GET', '/health/ready')).status).toBe(503)
  engine.currentStats = { ...engine.currentStats, isReadOnly: false }
  expect((await target.send('GET', '/health/ready')).status).toBe(200)
})
