/** A server on a free port over a fake engine, and requests as raw as a test needs them. */

import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { ServerActivity } from '../../../src/daemon/activity/server-activity.js'
import type { FaultBoard } from '../../../src/daemon/faults/fault-board.js'
import { DEFAULT_HTTP_SETTINGS, type HttpSettings } from '../../../src/daemon/http/http-settings.js'
import { type RunningHttpServer, startHttpServer } from '../../../src/daemon/http/start-http-server.js'
import type { Engine } from '../../../src/engine/index.js'
import { FakeEngine } from './fake-engine.js'

export interface TestServer<E extends Engine = FakeEngine> {
  readonly engine: E
  readonly server: RunningHttpServer
  readonly logged: string[]
  send(method: string, target: string, options?: SendOptions): Promise<Answer>
  /** Bytes as they are to a new connection, until the server ends it. */
  sendRaw(bytes: string | Uint8Array): Promise<string>
}

export interface SendOptions {
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
  /** No Content-Length. */
  readonly isChunked?: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
}

export function openTestServer(settings: Partial<HttpSettings> = {}): Promise<TestServer> {
  return openServerFor(new FakeEngine(), settings)
}

export async function openServerFor<E extends Engine>(
  engine: E,
  settings: Partial<HttpSettings> = {},
  faults: FaultBoard | null = null,
): Promise<TestServer<E>> {
  const logged: string[] = []
  const record = (message: string, fields?: Record<string, unknown>) => {
    logged.push(`${message} ${String(fields?.['error'] ?? '')}`)
  }
  const log = { info: record, warn: record, error: record }
  const allSettings = { ...DEFAULT_HTTP_SETTINGS, bindPort: 0, ...settings }
  const server = await startHttpServer(engine, allSettings, log, new ServerActivity(), faults)
  const { port } = server.address
  return {
    engine,
    server,
    logged,
    send: (method, target, options) => send(port, method, target, options),
    sendRaw: (bytes) => sendRaw(port, bytes),
  }
}

function send(port: number, method: string, path: string, options: SendOptions = {}): Promise<Answer> {
  const { headers = {}, body, isChunked = false } = options
  return new Promise((resolve, reject) => {
    const length = body === undefined || isChunked ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const req = request({ host: '127.0.0.1', port, method, path, agent: false, headers: { ...length, ...headers } })
    req.once('error', reject)
    req.once('response', (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.once('error', reject)
      res.once('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: res.statusCode ?? 0, headers: res.headers, bytes, text: bytes.toString('utf8') })
      })
    })
    if (body !== undefined) req.write(body)
    req.end()
  })
}

function sendRaw(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
    socket.write(bytes)
  })
}
