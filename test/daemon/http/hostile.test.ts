/** Clients that are slow, lie, flood or vanish. */

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { FaultBoard } from '../../../src/daemon/faults/fault-board.js'
import type { HttpSettings } from '../../../src/daemon/http/http-settings.js'
import { BodyBudget, BodyBuffers, readBody } from '../../../src/daemon/http/read-body.js'
import { HyperbyteError, type QueryEvent } from '../../../src/engine/index.js'
import { columnOf, endOf, FakeEngine, frameEvent, frameOf } from './fake-engine.js'
import { openServerFor, openTestServer, type TestServer } from './open-test-server.js'

const servers: TestServer[] = []

async function open(settings: Partial<HttpSettings> = {}): Promise<TestServer> {
  const opened = await openTestServer(settings)
  servers.push(opened)
  return opened
}

afterEach(async () => {
  for (const opened of servers.splice(0)) await opened.server.close()
})

/** A promise and what settles it. */
function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** Writes are answered when the returned function is called. */
function holdWrites(engine: FakeEngine): () => void {
  const { open, opened } = gate()
  engine.writeAnswer = async () => {
    await opened
    return { writtenCount: 1, rejectedCount: 0, message: null }
  }
  return open
}

test('a gzip bomb stops at the limit of unpacked bytes', async () => {
  const { send, engine } = await open({ bodyBytesMax: 1_000_000 })
  const body = gzipSync(Buffer.alloc(50_000_000))
  const answer = await send('POST', '/write?db=d', { body, headers: { 'Content-Encoding': 'gzip' } })
  expect([answer.status, answer.text]).toEqual([413, '{"error":"Request Entity Too Large"}\n'])
  expect(engine.writes).toHaveLength(0)
})

test('a bomb whose trailer claims to be small stops too', async () => {
  const { send } = await open({ bodyBytesMax: 1_000_000 })
  const body = gzipSync(Buffer.alloc(10_000_000))
  body.writeUInt32LE(10, body.length - 4)
  const answer = await send('POST', '/write?db=d', { body, headers: { 'Content-Encoding': 'gzip' } })
  expect(answer.status).toBe(413)
})

test('bytes that a trailer does not tell of are paid for before they are unpacked', async () => {
  const { send, engine } = await open({ bodyBytesMax: 10_000_000, bodiesInFlightBytesMax: 1_000_000 })
  const headers = { 'Content-Encoding': 'gzip' }
  const bomb = gzipSync(Buffer.alloc(5_000_000))
  bomb.writeUInt32LE(10, bomb.length - 4)
  expect((await send('POST', '/write?db=d', { body: bomb, headers })).status).toBe(503)
  // Honest ones: of several packs, the last one's length is all that a trailer tells.
  const packs = Buffer.concat([gzipSync(Buffer.alloc(700_000, 'x')), gzipSync('y')])
  expect((await send('POST', '/write?db=d', { body: packs, headers })).status).toBe(204)
  expect((await send('POST', '/write?db=d', { body: gzipSync(Buffer.alloc(900_000)), headers })).status).toBe(204)
  expect(engine.writes.map(({ body }) => body.length)).toEqual([700_001, 900_000])
})

test('a body of exactly the limit is taken, packed or not', async () => {
  const { send, engine } = await open({ bodyBytesMax: 1000 })
  const body = Buffer.alloc(1000, 'x')
  expect((await send('POST', '/write?db=d', { body })).status).toBe(204)
  const headers = { 'Content-Encoding': 'gzip' }
  expect((await send('POST', '/write?db=d', { body: gzipSync(body), headers })).status).toBe(204)
  expect(engine.writes.map((write) => write.body.length)).toEqual([1000, 1000])
})

test('a declared length above the limit is refused without reading', async () => {
  const { sendRaw } = await open()
  const answer = await sendRaw('POST /write?db=d HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nm f=1')
  expect(answer).toContain('HTTP/1.1 413')
  expect(answer).toContain('Connection: close')
})

test('a chunked body without end is refused at the limit', async () => {
  const opened = await open({ bodyBytesMax: 10_000 })
  const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
  const head = 'POST /write?db=d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
  expect(await opened.sendRaw(head + chunk.repeat(4))).toContain('HTTP/1.1 413')
})

test('a body sent byte by byte is what was sent, and needs little more memory', async () => {
  const bytes = Buffer.from(Array.from({ length: 300_500 }, (_, i) => i))
  const req = Object.assign(new PassThrough(), { headers: {} }) as unknown as IncomingMessage
  const room = { bytesMax: 0, budget: new BodyBudget(0), buffers: new BodyBuffers() }
  const reading = readBody(req, room)
  const before = process.memoryUsage().heapUsed
  // Each with memory of its own, as they come from a socket.
  for (const byte of bytes) req.emit('data', Buffer.from([byte]))
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(300_500 * 60)
  req.emit('end')
  const outcome = await reading
  expect(outcome.kind === 'body' && bytes.equals(outcome.body)).toBe(true)
})

test('a body shorter than declared ends with the connection, not with an answer Telegraf would drop data for', async () => {
  const opened = await open({ headersTimeoutMs: 100, requestTimeoutMs: 200 })
  const answer = await opened.sendRaw('POST /write?db=d HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nm f=1')
  expect(answer).toBe('')
  expect(opened.engine.writes).toHaveLength(0)
})

test('headers that trickle in are cut off while others are served', async () => {
  const { sendRaw, send } = await open({ headersTimeoutMs: 500, requestTimeoutMs: 500 })
  const slow = sendRaw('GET /ping HTTP/1.1\r\nHost: x\r\nX-A: ')
  expect((await send('GET', '/ping')).status).toBe(204)
  expect(await slow).toBe('')
})

test('what is no HTTP is a 400 in plain text', async () => {
  const { sendRaw } = await open()
  expect(await sendRaw('HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
})

test('who sends what is no HTTP and keeps its side open does not keep the connection', async () => {
  const { server, sendRaw } = await open({ connectionCountMax: 1 })
  const socket = connect({ port: server.address.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.write('HELLO\r\n\r\n')
  socket.resume()
  await once(socket, 'end')
  await expect.poll(() => sendRaw('GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toContain('204')
  socket.destroy()
})

test('bodies in flight are bounded over all requests, and the budget comes back', async () => {
  const { send, engine } = await open({ bodiesInFlightBytesMax: 1000 })
  const release = holdWrites(engine)
  const body = Buffer.alloc(600, 'x')
  const first = send('POST', '/write?db=d', { body })
  await expect.poll(() => engine.writes.length).toBe(1)
  const second = await send('POST', '/write?db=d', { body })
  expect([second.status, second.headers['retry-after']]).toEqual([503, '1'])
  release()
  expect((await first).status).toBe(204)
  expect((await send('POST', '/write?db=d', { body })).status).toBe(204)
})

test('a connection goes on after a body that there was no room for', async () => {
  const { server } = await open({ bodiesInFlightBytesMax: 1000 })
  const socket = connect(server.address.port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  socket.write(`POST /write?db=d HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`)
  await expect.poll(() => text).toContain('HTTP/1.1 503')
  expect(text).not.toContain('Connection: close')
  socket.write('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(() => text).toContain('HTTP/1.1 204')
  socket.destroy()
})

test('concurrent writes are limited, some wait, the rest is told so in plain text', async () => {
  const { send, engine } = await open({ concurrentWriteCountMax: 1, enqueuedWriteCountMax: 1 })
  const release = holdWrites(engine)
  const first = send('POST', '/write?db=d', { body: 'a' })
  await expect.poll(() => engine.writes.length).toBe(1)
  // One of these waits for the first, whichever comes second.
  const others = ['b', 'c'].map((body) => send('POST', '/write?db=d', { body }))
  const refused = await Promise.race(others)
  expect([refused.status, refused.text]).toEqual([503, 'request throttled, queue full\n'])
  release()
  expect((await first).status).toBe(204)
  expect((await Promise.all(others)).map(({ status }) => status).sort()).toEqual([204, 503])
})

test('a write that waits too long for its turn is told so', async () => {
  const { send, engine } = await open({
    concurrentWriteCountMax: 1,
    enqueuedWriteCountMax: 1,
    enqueuedWriteTimeoutMs: 50,
  })
  const release = holdWrites(engine)
  const first = send('POST', '/write?db=d', { body: 'a' })
  await expect.poll(() => engine.writes.length).toBe(1)
  const second = await send('POST', '/write?db=d', { body: 'b' })
  expect([second.status, second.text]).toEqual([503, 'request throttled, exceeds timeout\n'])
  release()
  expect((await first).status).toBe(204)
})

test('a client that goes away while its write waits for its turn leaves the place to others', async () => {
  const { server, send, engine } = await open({
    concurrentWriteCountMax: 1,
    enqueuedWriteCountMax: 5,
    enqueuedWriteTimeoutMs: 1000,
  })
  const release = holdWrites(engine)
  const first = send('POST', '/write?db=d', { body: 'a' })
  await expect.poll(() => engine.writes.length).toBe(1)
  const socket = connect(server.address.port, '127.0.0.1')
  socket.write('POST /write?db=d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb')
  const metrics = async () => (await send('GET', '/metrics')).text
  await expect.poll(metrics).toContain('hyperbyte_http_write_requests_active 2')
  socket.resetAndDestroy()
  await sleep(50)
  release()
  expect((await first).status).toBe(204)
  expect((await send('POST', '/write?db=d', { body: 'c' })).status).toBe(204)
  await expect.poll(metrics).toContain('hyperbyte_http_write_requests_active 0')
})

test('connections above the limit are closed', async () => {
  const { server, sendRaw } = await open({ connectionCountMax: 1 })
  const kept = connect(server.address.port, '127.0.0.1')
  await once(kept, 'connect')
  expect(await sendRaw('GET /ping HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
  kept.destroy()
})

/** One row a turn, until the query is aborted. */
async function* endless(signal: AbortSignal, onEnd: () => void): AsyncIterable<QueryEvent> {
  try {
    while (!signal.aborted) {
      await sleep(1)
      yield frameEvent(0, frameOf('m', { f: columnOf('float', [1]) }, { isPartial: true }))
    }
    throw new HyperbyteError('query-interrupted', 'query interrupted')
  } finally {
    onEnd()
  }
}

test('a client that goes away ends its query', async () => {
  const { server, engine, logged } = await open()
  const { open: end, opened: ended } = gate()
  engine.queryAnswer = ({ signal }) => endless(signal, end)
  const socket = connect(server.address.port, '127.0.0.1')
  socket.write('GET /query?q=x&chunked=true&chunk_size=1 HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  await ended
  expect(logged).toEqual([])
})

test('a client that goes away before its query begins has none', async () => {
  const { open: release, opened } = gate()
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const faults = new FaultBoard({ log, nowMs: Date.now, sleep: () => opened })
  faults.add({ kind: 'delay-queries', lastsMs: 60_000, delayMs: 1, share: 1 })
  const target = await openServerFor(new FakeEngine(), {}, faults)
  servers.push(target)
  const begun: string[] = []
  target.engine.queryAnswer = async function* ({ text }) {
    begun.push(text)
    yield endOf(0)
  }
  const socket = connect(target.server.address.port, '127.0.0.1')
  socket.write('GET /query?q=x HTTP/1.1\r\nHost: x\r\n\r\n')
  await expect.poll(() => faults.list()[0].metCount).toBe(1)
  socket.resetAndDestroy()
  await sleep(50)
  release()
  faults.clear(null)
  expect((await target.send('GET', '/query?q=y')).status).toBe(200)
  expect(begun).toEqual(['y'])
})

test('requests that do not wait for answers are served one after another, and not for a client that has gone', async () => {
  const { server, engine } = await open()
  const { open: release, opened } = gate()
  const begun: string[] = []
  engine.queryAnswer = async function* ({ text }) {
    begun.push(text)
    if (text === 'b') await opened
    yield endOf(0)
  }
  const socket = connect(server.address.port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.write(['a', 'b', 'c'].map((q) => `GET /query?q=${q} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
  await expect.poll(() => begun).toEqual(['a', 'b'])
  await expect.poll(() => received.split('HTTP/1.1 200').length).toBe(2)
  socket.resetAndDestroy()
  await sleep(50)
  release()
  await sleep(50)
  expect(begun).toEqual(['a', 'b'])
})

test('queries above the limit are refused inside a 200', async () => {
  const { send, engine } = await open({ concurrentQueryCountMax: 1 })
  const { open: release, opened } = gate()
  engine.queryAnswer = async function* () {
    await opened
    yield endOf(0)
  }
  const first = send('GET', '/query?q=x')
  await expect.poll(() => engine.queries.length).toBe(1)
  const second = await send('GET', '/query?q=x')
  const text = 'max-concurrent-queries limit exceeded(1, 1)'
  expect([second.status, JSON.parse(second.text).results[0].error]).toEqual([200, text])
  release()
  expect((await first).status).toBe(200)
})

test('closing lets requests in progress finish, refuses new ones, and may be asked twice', async () => {
  const { server, engine, send } = await open()
  const release = holdWrites(engine)
  const idle = connect(server.address.port, '127.0.0.1')
  await once(idle, 'connect')
  const kept = connect(server.address.port, '127.0.0.1')
  kept.write('POST /write?db=d HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx')
  kept.resume()
  const write = send('POST', '/write?db=d', { body: 'm f=1' })
  await expect.poll(() => engine.writes.length).toBe(2)
  const closing = Promise.all([server.close(), server.close()])
  await expect(send('GET', '/ping')).rejects.toThrow('ECONNREFUSED')
  release()
  expect((await write).status).toBe(204)
  idle.destroy()
  await closing
})

test('closing does not wait for ever', async () => {
  const { server, engine } = await open({ closeTimeoutMs: 50 })
  let isEnded = false
  engine.queryAnswer = ({ signal }) =>
    endless(signal, () => {
      isEnded = true
    })
  const socket = connect(server.address.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET /query?q=x&chunked=true&chunk_size=1 HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  socket.resume()
  await server.close()
  await expect.poll(() => isEnded).toBe(true)
})

test('a closed server has no queries at work, not even those whose clients have their answer', async () => {
  const { server, engine, send } = await open()
  let isEnded = false
  engine.queryAnswer = ({ signal }) =>
    endless(signal, () => {
      isEnded = true
    })
  expect((await send('POST', '/query?q=x&async=true')).status).toBe(204)
  await server.close()
  expect(isEnded).toBe(true)
})

test('the bytes of answers at the same moment are all counted', async () => {
  const { engine, send } = await open()
  const { open: release, opened } = gate()
  engine.queryAnswer = async function* ({ text }) {
    yield frameEvent(0, frameOf('m', { f: columnOf('float', [1]) }))
    if (text === 'slow') await opened
    yield endOf(0)
  }
  const slow = send('GET', '/query?q=slow')
  await expect.poll(() => engine.queries.length).toBe(1)
  const bytes = (await send('GET', '/query?q=fast')).bytes.length
  release()
  await slow
  expect((await send('GET', '/metrics')).text).toContain(`hyperbyte_http_query_bytes_total ${2 * bytes}\n`)
})

test('a large answer to a slow reader waits for it instead of piling up, and the loop keeps turning', async () => {
  const { server, engine, send } = await open()
  const column = columnOf(
    'float',
    Array.from({ length: 200_000 }, (_, row) => row / 7),
  )
  let frameCount = 0
  engine.queryAnswer = async function* () {
    for (; frameCount < 100; frameCount++) {
      yield frameEvent(0, frameOf('m', { f: column, g: column }, { isPartial: frameCount < 99 }))
    }
    yield endOf(0)
  }
  const socket = connect(server.address.port, '127.0.0.1')
  socket.write('GET /query?q=x HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.pause()
  await sleep(200)
  // Four megabytes a frame: only what the socket buffers hold may have been made.
  expect(frameCount).toBeLessThan(10)
  expect((await send('GET', '/ping')).status).toBe(204)
  socket.destroy()
})
