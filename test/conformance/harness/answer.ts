/**
 * An answer as it is recorded and compared: the status, the headers that clients read, and the body as text (hex when
 * the content type is a binary one).
 */

import type { HttpAnswer } from './exchange.js'

export interface Answer {
  readonly status: number
  /** Only the headers below, lower case, absent when not sent. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly isBinary: boolean
}

/** Version, build and request id are ours to choose and pinned elsewhere; Date and the transfer's headers say nothing. */
export const COMPARED_HEADERS = [
  'content-type',
  'content-encoding',
  'x-influxdb-error',
  'www-authenticate',
  'retry-after',
  'allow',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-expose-headers',
] as const

export function toAnswer(answer: HttpAnswer): Answer {
  const headers: Record<string, string> = {}
  for (const name of COMPARED_HEADERS) {
    if (answer.headers[name] !== undefined) headers[name] = answer.headers[name]
  }
  // influxd lists the methods in the order of a Go map, another one each time.
  if (headers['allow'] !== undefined) headers['allow'] = headers['allow'].split(', ').sort().join(', ')
  const isBinary = headers['content-type'] === 'application/x-msgpack'
  return { status: answer.status, headers, body: answer.body.toString(isBinary ? 'hex' : 'utf8'), isBinary }
}
