/** What clients of InfluxDB 1.8 depend on, request by request. */

import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HyperbyteError } from '../../../src/engine/index.js'
import { columnOf, endOf, eventsOf, FakeEngine, frameEvent, frameOf } from './fake-engine.js'
import { openTestServer, type SendOptions, type TestServer } from './open-test-server.js'

let target: TestServer

beforeAll(async () => {
  target = await openTestServer()
})
afterAll(() => target.server.close())
beforeEach(() => {
  const fresh = new FakeEngine()
  const { engine } = target
  engine.writes.length = 0
  engine.queries.length = 0
  engine.writeAnswer = fresh.writeAnswer
  engine.queryAnswer = fresh.queryAnswer
})

interface Case {
  readonly name: string
  readonly method?: string
  readonly target: string
  readonly options?: SendOptions
  readonly status: number
  readonly headers?: Record<string, string | RegExp>
  readonly body?: string
  /** Lines of the write that reached the engine. */
  readonly written?: string
}

const LINE = 'm f=1'
const QUERY_EMPTY = '{"results":[{"statement_id":0}]}\n'

const CASES: readonly Case[] = [
  {
    name: 'ping',
    target: '/ping',
    status: 204,
    headers: { 'x-influxdb-version': '1.8.10', 'x-influxdb-build': 'OSS' },
  },
  { name: 'verbose ping', target: '/ping?verbose=true', status: 200, body: '{"version":"1.8.10"}\n' },
  { name: 'ping with verbose=false', target: '/ping?verbose=false', status: 204 },
  { name: 'HEAD ping', method: 'HEAD', target: '/ping', status: 204 },
  { name: 'status', target: '/status', status: 204 },
  {
    name: 'health',
    target: '/health',
    status: 200,
    body: '{"checks":[],"message":"ready for queries and writes","name":"influxdb","status":"pass","version":"1.8.10"}',
  },
  { name: 'write', method: 'POST', target: '/write?db=d', options: { body: LINE }, status: 204, written: LINE },
  {
    name: 'gzip write',
    method: 'POST',
    target: '/write?db=d',
    options: { body: gzipSync(LINE), headers: { 'Content-Encoding': 'gzip' } },
    status: 204,
    written: LINE,
  },
  {
    name: 'write labelled application/octet-stream',
    method: 'POST',
    target: '/write?db=d',
    options: { body: LINE, headers: { 'Content-Type': 'application/octet-stream' } },
    status: 204,
    written: LINE,
  },
  {
    name: 'write labelled as a form, as curl sends it, is never read as one',
    method: 'POST',
    target: '/write?db=d',
    options: { body: 'db=x f=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    status: 204,
    written: 'db=x f=1',
  },
  {
    name: 'chunked transfer',
    method: 'POST',
    target: '/write?db=d',
    options: { body: LINE, isChunked: true },
    status: 204,
    written: LINE,
  },
  {
    name: 'unknown database',
    method: 'POST',
    target: '/write?db=nope',
    options: { body: LINE },
    status: 404,
    headers: { 'x-influxdb-error': 'database not found: "nope"', 'content-type': 'application/json' },
    body: '{"error":"database not found: \\"nope\\""}\n',
  },
  {
    name: 'missing database',
    method: 'POST',
    target: '/write?db=',
    options: { body: LINE },
    status: 400,
    body: '{"error":"database is required"}\n',
  },
  {
    name: 'wrong precision comes before the missing database',
    method: 'POST',
    target: '/write?precision=x',
    options: { body: LINE },
    status: 400,
    body: '{"error":"invalid precision \\"x\\" (use n, u, ms, s, m or h)"}\n',
  },
  ...['', 'n', 'ns', 'u', 'ms', 's', 'm', 'h'].map((precision) => ({
    name: `precision "${precision}"`,
    method: 'POST',
    target: `/write?db=d&precision=${precision}`,
    options: { body: LINE },
    status: 204,
    written: LINE,
  })),
  { name: 'empty body', method: 'POST', target: '/write?db=d', status: 204 },
  {
    name: 'wrong consistency',
    method: 'POST',
    target: '/write?db=d&consistency=x',
    options: { body: LINE },
    status: 400,
    body: '{"error":"invalid consistency level"}\n',
  },
  ...['', 'any', 'one', 'quorum', 'all', 'ALL'].map((consistency) => ({
    name: `consistency "${consistency}"`,
    method: 'POST',
    target: `/write?db=d&consistency=${consistency}`,
    options: { body: LINE },
    status: 204,
    written: LINE,
  })),
  {
    name: 'bad gzip',
    method: 'POST',
    target: '/write?db=d',
    options: { body: 'certainly not gzip', headers: { 'Content-Encoding': 'gzip' } },
    status: 400,
    body: '{"error":"gzip: invalid header"}\n',
  },
  {
    name: 'gzip that ends early',
    method: 'POST',
    target: '/write?db=d',
    options: { body: gzipSync(LINE).subarray(0, 20), headers: { 'Content-Encoding': 'gzip' } },
    status: 400,
    body: '{"error":"unexpected EOF"}\n',
  },
  {
    name: 'v2 write takes the policy from the bucket',
    method: 'POST',
    target: '/api/v2/write?bucket=d/rp1&org=o&precision=ms',
    options: { body: LINE },
    status: 204,
    written: LINE,
  },
  {
    name: 'v2 write without a bucket',
    method: 'POST',
    target: '/api/v2/write',
    options: { body: LINE },
    status: 404,
    body: '{"error":"bucket name \\"\\" is missing a slash; not in \\"database/retention-policy\\" format"}\n',
  },
  {
    name: 'v2 write knows fewer precisions',
    method: 'POST',
    target: '/api/v2/write?bucket=d&precision=h',
    options: { body: LINE },
    status: 400,
    body: '{"error":"invalid precision \\"h\\" (use ns, us, ms or s)"}\n',
  },
  {
    name: 'Flux',
    method: 'POST',
    target: '/api/v2/query',
    status: 403,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: 'Flux query service disabled. Verify flux-enabled=true in the [http] section of the InfluxDB config.\n',
  },
  { name: 'query by GET', target: '/query?q=SELECT+1', status: 200, body: QUERY_EMPTY },
  { name: 'query by POST in the URL', method: 'POST', target: '/query?q=SELECT%201', status: 200, body: QUERY_EMPTY },
  {
    name: 'query with a JSON content type and an empty body, as Chronograf sends it',
    method: 'POST',
    target: '/query?db=d&rp=&epoch=ms&q=SELECT+1',
    options: { body: '', headers: { 'Content-Type': 'application/json' } },
    status: 200,
    body: QUERY_EMPTY,
  },
  {
    name: 'query with an empty body labelled gzip, as python sends it',
    method: 'POST',
    target: '/query?q=SELECT+1',
    options: { headers: { 'Content-Encoding': 'gzip' } },
    status: 200,
    body: QUERY_EMPTY,
  },
  {
    name: 'query without q',
    target: '/query?db=d',
    status: 400,
    headers: { 'x-influxdb-error': 'missing required parameter "q"' },
    body: '{"error":"missing required parameter \\"q\\""}\n',
  },
  {
    name: 'a pretty error',
    target: '/query?db=d&pretty=true',
    status: 400,
    body: '{\n    "error": "missing required parameter \\"q\\""\n}\n',
  },
  {
    name: 'query without q in CSV',
    target: '/query?db=d',
    options: { headers: { Accept: 'text/csv' } },
    status: 400,
    headers: { 'content-type': 'text/csv' },
    body: 'error\n"missing required parameter ""q"""\n',
  },
  {
    name: 'query whose params are no JSON',
    target: `/query?q=x&params=${encodeURIComponent('{"a":')}`,
    status: 400,
    body: '{"error":"error parsing query parameters: unexpected EOF"}\n',
  },
  { name: 'query with params=null', target: '/query?q=x&params=null', status: 200, body: QUERY_EMPTY },
  { name: 'asynchronous query', target: '/query?q=x&async=true', status: 204 },
  { name: 'query URL of 20 KB', target: `/query?q=${'x'.repeat(20_000)}`, status: 200, body: QUERY_EMPTY },
  {
    name: 'unknown path',
    target: '/nope',
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-influxdb-version': '1.8.10' },
    body: '404 page not found\n',
  },
  {
    name: 'wrong method',
    method: 'GET',
    target: '/write',
    status: 405,
    body: 'Method Not Allowed\n',
    headers: { allow: /POST/ },
  },
  { name: 'OPTIONS without an origin', method: 'OPTIONS', target: '/query', status: 200, body: '' },
  {
    name: 'CORS preflight',
    method: 'OPTIONS',
    target: '/write',
    options: { headers: { Origin: 'http://a' } },
    status: 200,
    headers: { 'access-control-allow-origin': 'http://a', 'access-control-allow-methods': /POST/ },
  },
  {
    name: "the client's request id",
    target: '/ping',
    options: { headers: { 'X-Request-Id': 'abc', 'Request-Id': 'other' } },
    status: 204,
    headers: { 'request-id': 'abc', 'x-request-id': 'abc' },
  },
  {
    name: 'a request id of our own',
    target: '/ping',
    status: 204,
    headers: { 'request-id': /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/ },
  },
]

describe('every answer is the one that InfluxDB 1.8 gives', () => {
  test.each(CASES)('$name', async ({ method = 'GET', target: path, options, status, headers, body, written }) => {
    const answer = await target.send(method, path, options)
    expect({ status: answer.status, text: body === undefined ? '' : answer.text }).toEqual({ status, text: body ?? '' })
    for (const [name, value] of Object.entries(headers ?? {}))
      expect(answer.headers[name]).toEqual(expect.stringMatching(value))
    const writtenText = target.engine.writes.map((write) => Buffer.from(write.body).toString()).join('|')
    expect(writtenText).toBe(written ?? '')
  })
})

describe('what the engine says of a write', () => {
  const cases: readonly [name: string, error: HyperbyteError, status: number][] = [
    ['a full disk is 507', new HyperbyteError('no-space', 'no space left'), 507],
    ['a full queue is 503', new HyperbyteError('unavailable', 'too many writes'), 503],
    [
      'an unknown policy is 500',
      new HyperbyteError('retention-policy-not-found', 'retention policy not found: x'),
      500,
    ],
    ['a database dropped meanwhile is 404', new HyperbyteError('database-not-found', 'gone'), 404],
  ]
  test.each(cases)('%s', async (_name, error, status) => {
    target.engine.writeAnswer = () => Promise.reject(error)
    const answer = await target.send('POST', '/write?db=d', { body: LINE })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toHaveProperty('error')
    if (status === 503) expect(answer.headers['retry-after']).toBe('1')
  })

  test('a partial write is a 400 with its reason on one header line', async () => {
    const message = "unable to parse 'a': missing fields\nunable to parse 'é': missing fields"
    target.engine.writeAnswer = async () => ({ writtenCount: 0, rejectedCount: 2, message })
    const answer = await target.send('POST', '/write?db=d', { body: 'a\né' })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toEqual({ error: message })
    expect(Buffer.from(String(answer.headers['x-influxdb-error']), 'latin1').toString()).toBe(
      message.replace('\n', ' '),
    )
  })

  test('what the engine throws by mistake is a 500 that Telegraf keeps', async () => {
    target.engine.writeAnswer = () => Promise.reject(new TypeError('x is undefined'))
    const answer = await target.send('POST', '/write?db=d', { body: LINE })
    expect(answer.text).toBe('{"error":"write failed"}\n')
  })
})

describe('where a query finds its parameters', () => {
  const seen = () => target.engine.queries.at(-1)

  test('a form body wins over the URL', async () => {
    const body = 'q=SHOW+USERS&db=b%20c'
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    await target.send('POST', '/query?q=SHOW+DATABASES&db=d&rp=r', { body, headers })
    expect(seen()).toMatchObject({
      text: 'SHOW USERS',
      database: 'b c',
      retentionPolicy: 'r',
      isReadOnlyContext: false,
    })
  })

  test.each([
    ['a field', ''],
    ['a file', '; filename="q.txt"'],
  ])('a multipart form has q as %s', async (_name, suffix) => {
    const body = `--B\r\nContent-Disposition: form-data; name="q"${suffix}\r\n\r\nSHOW DATABASES\r\n--B--\r\n`
    await target.send('POST', '/query', { body, headers: { 'Content-Type': 'multipart/form-data; boundary=B' } })
    expect(seen()?.text).toBe('SHOW DATABASES')
  })

  test('params keep integers exact and know the typed forms', async () => {
    const params = '{"a":9007199254740993,"b":1.0,"c":"x","d":{"regex":"a.*"},"e":{"integer":5},"f":true}'
    await target.send('GET', `/query?q=x&params=${encodeURIComponent(params)}`)
    expect(Object.fromEntries(seen()?.params ?? [])).toEqual({
      a: 9007199254740993n,
      b: 1,
      c: 'x',
      d: { kind: 'regex', text: 'a.*' },
      e: 5n,
      f: true,
    })
    expect(seen()?.isReadOnlyContext).toBe(true)
  })
})

describe('results', () => {
  const frame = frameOf('m', {
    time: columnOf('time', [1_000_000_000n, 1_500_000_000n, -5_000_000_001n]),
    f: columnOf('float', [1.5, null, 1e21]),
    i: columnOf('integer', [9223372036854775807n, -9223372036854775808n, null]),
    s: columnOf('string', ['x<y', null, 'é']),
    b: columnOf('boolean', [true, false, null]),
  })

  beforeEach(() => {
    target.engine.queryAnswer = () => eventsOf([frameEvent(0, frame), endOf(0), endOf(1, 'database not found: x')])
  })

  test('JSON is exact: int64, floats, times, escapes, statement errors', async () => {
    const answer = await target.send('GET', '/query?q=x')
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.text).toBe(
      '{"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","f","i","s","b"],"values":[' +
        '["1970-01-01T00:00:01Z",1.5,9223372036854775807,"x\\u003cy",true],' +
        '["1970-01-01T00:00:01.5Z",null,-9223372036854775808,null,false],' +
        '["1969-12-31T23:59:54.999999999Z",1e+21,null,"é",null]]}]},' +
        '{"statement_id":1,"error":"database not found: x"}]}\n',
    )
  })

  test.each([
    ['u', '[1000000,', '[1500000,', '[-5000000,'],
    ['ms', '[1000,', '[1500,', '[-5000,'],
    ['s', '[1,', '[1,', '[-5,'],
    ['m', '[0,', '[0,', '[0,'],
    ['ns', '[1000000000,', '[1500000000,', '[-5000000001,'],
    ['us', '[1000000000,', '[1500000000,', '[-5000000001,'],
    ['', '["1970-01-01T00:00:01Z",', '["1970-01-01T00:00:01.5Z",', '["1969-12-31T23:59:54.999999999Z",'],
  ])('epoch=%s divides towards zero', async (epoch, ...starts) => {
    const answer = await target.send('GET', `/query?q=x&epoch=${epoch}`)
    for (const start of starts) expect(answer.text).toContain(start)
  })

  test('chunked answers are one document a line', async () => {
    const answer = await target.send('GET', '/query?q=x&chunked=true&chunk_size=2&epoch=s')
    expect(answer.text).toBe(
      '{"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","f","i","s","b"],"values":[' +
        '[1,1.5,9223372036854775807,"x\\u003cy",true],[1,null,-9223372036854775808,null,false]],"partial":true}],"partial":true}]}\n' +
        '{"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","f","i","s","b"],"values":[' +
        '[-5,1e+21,null,"é",null]]}]}]}\n' +
        '{"results":[{"statement_id":1,"error":"database not found: x"}]}\n',
    )
  })

  test('a parse error is a 400', async () => {
    target.engine.queryAnswer = async function* () {
      throw new HyperbyteError('invalid', 'error parsing query: found x')
      // biome-ignore lint/correctness/noUnreachable: makes this a generator of events
      yield endOf(0)
    }
    const answer = await target.send('GET', '/query?q=x')
    expect([answer.status, answer.text]).toEqual([400, '{"error":"error parsing query: found x"}\n'])
  })

  test('a deprecated GET carries its message', async () => {
    const text = "deprecated use of 'CREATE DATABASE e' in a read only context, please use a POST request instead"
    target.engine.queryAnswer = () =>
      eventsOf([{ kind: 'statement-end', statementId: 0, messages: [{ level: 'warning', text }], error: null }])
    const answer = await target.send('GET', '/query?q=x')
    expect(answer.text).toBe(`{"results":[{"statement_id":0,"messages":[{"level":"warning","text":"${text}"}]}]}\n`)
  })
})
