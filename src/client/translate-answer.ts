/**
 * An answer that is no success → the error a caller acts on. Texts are the server's own; the kind comes from the status
 * and, where one status means several things, from the words InfluxDB clients match.
 */

import { ClientError, type ClientErrorKind } from './client-error.js'

export interface FailedAnswer {
  readonly status: number
  readonly body: string
  /** `http://127.0.0.1:8086/write`, for a message. */
  readonly place: string
}

const KIND_OF_STATUS: ReadonlyMap<number, ClientErrorKind> = new Map([
  [401, 'denied'],
  [403, 'denied'],
  [404, 'missing'],
  [503, 'unreachable'],
  [504, 'unreachable'],
  [507, 'no-space'],
])

export function translateAnswer({ status, body, place }: FailedAnswer): ClientError {
  const text = readErrorText(body) ?? `${place} answered with status ${status}`
  return new ClientError(kindOf(status, text), text, { status })
}

/** The kind of an error that a statement ended with inside a status 200. */
export function kindOfStatementError(text: string): ClientErrorKind {
  if (/^(database not found|retention policy not found|measurement not found|user not found)/.test(text))
    return 'missing'
  if (/not authorized|create admin user first/.test(text)) return 'denied'
  if (/already exists|conflicts with an existing/.test(text)) return 'conflict'
  return 'rejected'
}

function kindOf(status: number, text: string): ClientErrorKind {
  if (text.startsWith('partial write')) return 'partial'
  if (text.startsWith('field type conflict')) return 'conflict'
  if (/^retention policy not found/.test(text)) return 'missing'
  const kind = KIND_OF_STATUS.get(status)
  if (kind === 'missing' && !/not found: /.test(text)) return 'unexpected'
  return kind ?? (status >= 400 && status < 500 ? 'rejected' : 'unexpected')
}

/** `{"error":"…"}`, or the text itself when a server answers in plain text; null when there is none. */
function readErrorText(body: string): string | null {
  try {
    const { error } = JSON.parse(body) as { error?: unknown }
    return typeof error === 'string' ? error : null
  } catch {
    const line = body.trim().split('\n')[0]
    return line === '' || line.startsWith('<') ? null : line
  }
}
