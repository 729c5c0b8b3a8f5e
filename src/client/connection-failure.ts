/** What the HTTP library and the system say when a connection fails → a `ClientError` in words that help. */

import { ClientError } from './client-error.js'

const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'UND_ERR_CONNECT_TIMEOUT',
])

const REASON_OF_CODE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ENOTFOUND', 'there is no host of this name'],
  ['ENOENT', 'there is no such socket'],
  ['ECONNRESET', 'the connection was closed'],
  ['UND_ERR_SOCKET', 'the connection was closed'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection within the time limit'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer within the time limit'],
  ['UND_ERR_BODY_TIMEOUT', 'the answer stopped in the middle'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS; an address with http:// is for servers without'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'nobody known has signed its certificate; --ca-file names who did'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'nobody known has signed its certificate; --ca-file names who did'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'nobody known has signed its certificate; --ca-file names who did'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
])

/** Another host may be asked: no byte of the request was sent. */
export function isNotConnected(error: unknown): boolean {
  return NOT_CONNECTED.has(codeOf(error))
}

export function translateFailure(error: unknown, host: string): ClientError {
  if (error instanceof ClientError) return error
  const code = codeOf(error)
  const reason = REASON_OF_CODE.get(code) ?? (error as Error).message
  return new ClientError('unreachable', `cannot reach ${host}: ${reason}`, { cause: error, host })
}

/** "" = it has none. A connection tried on several addresses fails with a list of errors; they are alike. */
export function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] }
  return code ?? errors?.[0]?.code ?? ''
}
