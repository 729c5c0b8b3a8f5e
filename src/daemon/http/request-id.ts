/**
 * Request ids: the client's own (`X-Request-Id`, then `Request-Id`), else a time-based UUID as InfluxDB makes them. One
 * is needed for every write, so making one is a counter and a few hex digits, without asking for randomness.
 */

import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** 100 ns units between 1582-10-15 and 1970-01-01, the zero of UUID version 1. */
const UUID_EPOCH_OFFSET_MS = 12219292800000

const NODE = randomBytes(6).toString('hex')

let lastMs = 0
let timeHead = ''
let sequence = 0

export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'] ?? headers['request-id']
  if (typeof given === 'string' && given !== '') return given
  return nextRequestId()
}

/** `<time_low>-<time_mid>-1<time_high>-8<sequence>-<node>` */
export function nextRequestId(): string {
  const nowMs = Date.now()
  if (nowMs !== lastMs) {
    lastMs = nowMs
    timeHead = uuidTime(nowMs)
  }
  sequence = (sequence + 1) & 0xfff
  return `${timeHead}-8${sequence.toString(16).padStart(3, '0')}-${NODE}`
}

function uuidTime(nowMs: number): string {
  const ticks = (BigInt(nowMs) + BigInt(UUID_EPOCH_OFFSET_MS)) * 10000n
  const hex = ticks.toString(16).padStart(15, '0')
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}`
}
