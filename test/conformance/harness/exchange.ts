/**
 * One HTTP request and its answer as bytes, over bare `node:http`: what is written here is what goes over the wire, with
 * no header added but Host and the body's length. A gzipped answer is unpacked; its Content-Encoding stays visible.
 */

import http from 'node:http'
import { gunzipSync } from 'node:zlib'

export interface HttpRequest {
  readonly method: string
  /** Path and query string, already encoded. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

export interface HttpAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

export function exchange(port: number, request: HttpRequest, timeoutMs = 120_000): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      {
        host: '127.0.0.1',
        port,
        method: request.method,
        path: request.target,
        headers: withLength(request),
        agent,
        timeout: timeoutMs,
      },
      (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => resolve(toAnswer(incoming, Buffer.concat(parts))))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms: ${request.target}`)))
    outgoing.on('error', reject)
    outgoing.end(request.body ?? undefined)
  })
}

function withLength(request: HttpRequest): Record<string, string> {
  const names = Object.keys(request.headers).map((name) => name.toLowerCase())
  if (request.body === null || names.includes('transfer-encoding')) return { ...request.headers }
  return { ...request.headers, 'Content-Length': String(request.body.length) }
}

function toAnswer(incoming: http.IncomingMessage, raw: Buffer): HttpAnswer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    const text = Array.isArray(value) ? value.join(', ') : (value ?? '')
    // Node reads header bytes as Latin-1; influxd puts UTF-8 there.
    headers[name] = Buffer.from(text, 'latin1').toString('utf8')
  }
  const isPacked = headers['content-encoding'] === 'gzip' && raw.length > 0
  return { status: incoming.statusCode ?? 0, headers, body: isPacked ? gunzipSync(raw) : raw }
}
