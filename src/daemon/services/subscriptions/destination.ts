/**
 * One destination of a subscription: takes line protocol and sends it on, once. HTTP destinations get what influxd sends,
 * a POST to /write with the points' database and policy; UDP destinations get datagrams of whole lines.
 */

import { createSocket } from 'node:dgram'
import { Agent, request } from 'undici'

export interface DestinationTarget {
  readonly database: string
  readonly retentionPolicy: string
}

export interface Destination {
  /** Rejects when the points did not arrive, as far as that can be known. */
  send(body: Buffer, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface DestinationOptions {
  readonly timeoutMs: number
  readonly isCertificateChecked: boolean
}

/** Throws for a URL that cannot be used after all, such as one with a port above 65535. */
export function openDestination(url: string, target: DestinationTarget, options: DestinationOptions): Destination {
  const parsed = new URL(url)
  return parsed.protocol === 'udp:' ? openUdp(parsed) : openHttp(parsed, target, options)
}

function openHttp(
  url: URL,
  { database, retentionPolicy }: DestinationTarget,
  options: DestinationOptions,
): Destination {
  const { timeoutMs, isCertificateChecked } = options
  const dispatcher = new Agent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: Math.min(timeoutMs, 10_000), rejectUnauthorized: isCertificateChecked },
  })
  const params = new URLSearchParams({ consistency: '', db: database, precision: 'ns', rp: retentionPolicy })
  for (const [key, value] of url.searchParams) params.append(key, value)
  const address = `${url.origin}${url.pathname.replace(/\/$/, '')}/write?${params}`
  const headers = { 'user-agent': 'InfluxDBClient', ...credentialsOf(url) }
  return {
    send: async (body, signal) => {
      const answer = await request(address, { method: 'POST', headers, body, dispatcher, signal })
      await answer.body.dump()
      if (answer.statusCode >= 300) throw new Error(`status ${answer.statusCode}`)
    },
    close: () => dispatcher.destroy(),
  }
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** What InfluxDB's client puts into a datagram; a longer line goes alone. */
const DATAGRAM_BYTES = 512

function openUdp({ hostname, port }: URL): Destination {
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  // Faults are told to each send.
  socket.on('error', () => {})
  socket.unref()
  const sendOne = (datagram: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      socket.send(datagram, Number(port), host, (error) => (error === null ? resolve() : reject(error)))
    })
  return {
    send: async (body) => {
      for (const datagram of cutIntoDatagrams(body)) await sendOne(datagram)
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

/** `body` consists of whole lines. */
export function* cutIntoDatagrams(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length; ) {
    let end = body.indexOf('\n', start) + 1
    for (;;) {
      const next = body.indexOf('\n', end) + 1
      if (next === 0 || next - start > DATAGRAM_BYTES) break
      end = next
    }
    yield body.subarray(start, end)
    start = end
  }
}
