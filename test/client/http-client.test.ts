import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClientError } from '../../src/client/client-error.js'
import type { HttpClient, QueryCall } from '../../src/client/http-client.js'
import { listen } from '../support/listen.js'
import { openTestClient } from './open-test-client.js'

let server: Server
let answer: (req: IncomingMessage, res: ServerResponse, body: Buffer) => void
let url: string
let client: HttpClient

const CALL: QueryCall = {
  text: 'SELECT 1',
  database: 'd',
  retentionPolicy: '',
  epoch: '',
  paramsJson: '',
  isPretty: false,
}

beforeEach(async () => {
  server = createServer(async (req, res) => {
    const pieces: Buffer[] = []
    for await (const piece of req) pieces.push(piece as Buffer)
    answer(req, res, Buffer.concat(pieces))
  })
  url = await listen(server)
  client = await openTestClient(url)
})

afterEach(async () => {
  await client.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function answerWith(status: number, body: string, headers: Record<string, string> = {}): void {
  answer = (_, res) => res.writeHead(status, headers).end(body)
}

function write(database = 'd') {
  return client.write({
    database,
    retentionPolicy: '',
    precision: 'ns',
    body: Buffer.from('m v=1\n'),
    isCompressed: true,
  })
}

test('a write is compressed and names its database and precision', async () => {
  let seen = ''
  answer = (req, res, body) => {
    seen = `${req.method} ${req.url} ${gunzipSync(body)}`
    res.writeHead(204).end()
  }
  await write('a&b')
  expect(seen).toBe('POST /write?db=a%26b&precision=ns m v=1\n')
})

test.each([
  [400, '{"error":"partial write: points beyond retention policy dropped=1"}', 'partial'],
  [400, '{"error":"unable to parse \'x\': missing fields"}', 'rejected'],
  [400, '{"error":"field type conflict: x"}', 'conflict'],
  [401, '{"error":"authorization failed"}', 'denied'],
  [403, '{"error":"no"}', 'denied'],
  [404, '{"error":"database not found: \\"d\\""}', 'missing'],
  [404, '404 page not found\n', 'unexpected'],
  [413, '{"error":"Request Entity Too Large"}', 'rejected'],
  [503, 'request throttled, queue full', 'unreachable'],
  [504, '', 'unreachable'],
  [507, '{"error":"no space left"}', 'no-space'],
  [500, '<html>proxy</html>', 'unexpected'],
  [200, '', 'unexpected'],
])('a write answered with %i %s fails as %s', async (status, body, kind) => {
  answerWith(status, body)
  await expect(write()).rejects.toMatchObject({ name: 'ClientError', kind, status })
})

test('an answer in pieces is given document by document, wherever the network cuts it', async () => {
  const documents = [
    { results: [{ series: [{ columns: ['v'], values: [['ü']] }] }] },
    { results: [{ statement_id: 1 }] },
  ]
  const bytes = Buffer.from(documents.map((document) => JSON.stringify(document) + '\n').join(''))
  answer = async (_, res) => {
    res.writeHead(200)
    for (let i = 0; i < bytes.length; i += 7) res.write(bytes.subarray(i, i + 7))
    res.end()
  }
  const seen = []
  for await (const document of client.query(CALL)) seen.push(document)
  expect(seen).toEqual(documents)
})

test('an answer that breaks off is a failure, not an end', async () => {
  answer = (_, res) => {
    res.writeHead(200)
    res.write('{"results":[]}\n{"resul', () => res.destroy())
  }
  const read = async () => {
    for await (const _ of client.query(CALL));
  }
  await expect(read()).rejects.toMatchObject({ kind: 'unreachable' })
})

test('the next host is asked when one cannot be reached, and keeps being asked', async () => {
  let count = 0
  answer = (_, res) => {
    count++
    res.writeHead(204, { 'x-influxdb-version': '1.8.10', 'x-influxdb-build': 'OSS' }).end()
  }
  const two = await openTestClient(url, { hosts: ['http://127.0.0.1:1', url] })
  expect(await two.ping()).toEqual({ host: url, version: '1.8.10', build: 'OSS' })
  await two.ping()
  await two.close()
  expect(count).toBe(2)
})

test('requests at the same moment all find the host that is there', async () => {
  answerWith(204, '', { 'X-Influxdb-Version': '1.8.10' })
  const two = await openTestClient(url, { hosts: ['http://127.0.0.1:1', url] })
  const identities = await Promise.all([two.ping(), two.ping(), two.ping()])
  expect(identities.map(({ host }) => host)).toEqual([url, url, url])
  await two.close()
})

test('no host at all is unreachable, with the reason', async () => {
  const none = await openTestClient(url, { hosts: ['http://127.0.0.1:1'] })
  await expect(none.ping()).rejects.toThrow('cannot reach http://127.0.0.1:1: connection refused')
  await none.close()
})

test('a server that says nothing is unreachable after the time limit', async () => {
  answer = () => {}
  const hasty = await openTestClient(url, { timeoutMs: 50 })
  await expect(hasty.ping()).rejects.toThrow('no answer within the time limit')
  await hasty.close()
})

test('something that is no time-series server is told apart', async () => {
  answerWith(200, 'hello')
  await expect(client.ping()).rejects.toBeInstanceOf(ClientError)
  await expect(client.ping()).rejects.toMatchObject({ kind: 'unexpected' })
})

test('a page instead of a document is told apart', async () => {
  answerWith(200, '<html>sign in</html>')
  const failure = await client.askApi('GET', '/api/v1/checkpoints').catch((error) => error)
  expect(failure).toMatchObject({ name: 'ClientError', kind: 'unexpected' })
})

test('an answer about health that breaks off is unreachable', async () => {
  answer = (_, res) => {
    res.writeHead(200, { 'Content-Length': '100' }).write('{')
    setTimeout(() => res.destroy(), 20)
  }
  await expect(client.checkReady()).rejects.toMatchObject({ name: 'ClientError', kind: 'unreachable' })
})

test('credentials travel in the header, never in the address', async () => {
  const seen: string[] = []
  answer = (req, res) => {
    seen.push(`${req.url} ${req.headers.authorization}`)
    res.writeHead(204, { 'x-influxdb-version': '1.8.10' }).end()
  }
  for (const credentials of [
    { kind: 'password', username: 'u', password: 'p:ä' },
    { kind: 'token', token: 't' },
  ] as const) {
    const known = await openTestClient(url, { credentials })
    await known.ping()
    await known.close()
  }
  expect(seen).toEqual([`/ping Basic ${Buffer.from('u:p:ä').toString('base64')}`, '/ping Bearer t'])
})
