/** What S3 answers or the network does, as errors of this program that say what to do next. */

import { ClientError, type ClientErrorKind } from '../../../client/client-error.js'

export interface S3Place {
  readonly location: string
  readonly bucket: string
}

interface Explanation {
  readonly kind: ClientErrorKind
  readonly text: string
  readonly hint: string
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  AccessDenied: {
    kind: 'denied',
    text: 'access is denied',
    hint: 'the key needs s3:ListBucket of the bucket, and s3:GetObject, PutObject, DeleteObject and AbortMultipartUpload of what is in it',
  },
  InvalidAccessKeyId: {
    kind: 'denied',
    text: 'the access key is not known there',
    hint: 'check AWS_ACCESS_KEY_ID (or AWS_PROFILE), and that AWS_ENDPOINT_URL_S3 names the right server; temporary keys need AWS_SESSION_TOKEN',
  },
  SignatureDoesNotMatch: {
    kind: 'denied',
    text: 'the secret key does not fit the access key',
    hint: 'check AWS_SECRET_ACCESS_KEY (or AWS_PROFILE)',
  },
  ExpiredToken: {
    kind: 'denied',
    text: 'the session has expired',
    hint: 'get new credentials and run the same command again; what was copied is used',
  },
  InvalidToken: {
    kind: 'denied',
    text: 'the session token does not belong to the access key',
    hint: 'take AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from one place; a lasting key has no token',
  },
  RequestTimeTooSkewed: {
    kind: 'denied',
    text: 'the clock of this machine differs too much',
    hint: 'set the clock; S3 allows 15 minutes',
  },
  AuthorizationHeaderMalformed: {
    kind: 'rejected',
    text: 'the bucket is in another region',
    hint: 'set AWS_REGION to the region of the bucket',
  },
  PermanentRedirect: {
    kind: 'rejected',
    text: 'the bucket is in another region',
    hint: 'set AWS_REGION to the region of the bucket',
  },
  QuotaExceeded: { kind: 'no-space', text: 'the quota is used up', hint: 'hyperbyte backup prune makes room' },
  XMinioStorageFull: { kind: 'no-space', text: 'the server is full', hint: 'hyperbyte backup prune makes room' },
}

const CODE_OF_STATUS: ReadonlyMap<number, string> = new Map([
  [301, 'PermanentRedirect'],
  [401, 'AccessDenied'],
  [403, 'AccessDenied'],
  [507, 'XMinioStorageFull'],
])

/** Names that Node and undici give to connections that fail. */
const NETWORK_NAMES = new Set(['S3NetworkError', 'SocketError', 'ConnectTimeoutError', 'BodyTimeoutError'])

export function translateError(error: unknown, { location, bucket }: S3Place): unknown {
  const status = statusOf(error)
  const { message } = error as Error
  if (status === null) {
    if (!isNetworkError(error)) return error
    return new ClientError('unreachable', `cannot reach ${location}: ${reasonOf(error as Error)}`, {
      hint: 'check the network, AWS_ENDPOINT_URL_S3 and AWS_REGION; what was copied is used when it is run again',
      cause: error,
    })
  }
  const code = codeOf(error)
  if (code === 'NoSuchBucket') return noSuchBucket(location, bucket, error)
  const known = EXPLANATIONS[code ?? ''] ?? EXPLANATIONS[CODE_OF_STATUS.get(status) ?? '']
  if (known === undefined) return new ClientError('unexpected', `${location}: ${message}`, { status, cause: error })
  const region = /<Region>([^<]+)<\/Region>/.exec(bodyOf(error))?.[1]
  const hint = region === undefined ? known.hint : `AWS_REGION=${region}`
  const text = `${location}: ${known.text} (${code === null ? status : `${status} ${code}`})`
  return new ClientError(known.kind, text, { status, hint, cause: error })
}

export function noSuchBucket(location: string, bucket: string, cause?: unknown): ClientError {
  return new ClientError('missing', `${location}: there is no bucket ${bucket}`, {
    status: 404,
    hint: `make it, for instance with: aws s3 mb s3://${bucket}; or check AWS_REGION and AWS_ENDPOINT_URL_S3`,
    cause,
  })
}

/** Worth another try. */
export function isPassing(error: unknown): boolean {
  const status = statusOf(error)
  if (status === null) return isNetworkError(error)
  return status >= 500 ? status !== 501 && status !== 507 : status === 429 || codeOf(error) === 'RequestTimeout'
}

/** Of an answer; some errors wrap the one that knows. */
export function statusOf(error: unknown): number | null {
  for (const { status } of chainOf(error)) if (typeof status === 'number' && status > 0) return status
  return null
}

/** `NoSuchKey`, `AccessDenied`, …; null when the answer has no body, as all answers to HEAD. */
export function codeOf(error: unknown): string | null {
  for (const { serviceCode } of chainOf(error)) {
    if (typeof serviceCode === 'string' && serviceCode !== 'Unknown') return serviceCode
  }
  return /<Code>([^<]+)<\/Code>/.exec(bodyOf(error))?.[1] ?? null
}

export function isNetworkError(error: unknown): boolean {
  if (statusOf(error) !== null) return false
  return chainOf(error).some(
    (at) =>
      NETWORK_NAMES.has(at.name) ||
      (at instanceof TypeError && /fetch failed|terminated/.test(at.message)) ||
      /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET|UND_ERR)/.test(String(at.code ?? '')),
  )
}

/** The deepest cause knows it best: `fetch failed` says nothing. */
function reasonOf(error: Error): string {
  return (
    chainOf(error)
      .map(({ message, code }) => message || String(code ?? ''))
      .filter((text) => text !== '')
      .at(-1) ?? error.name
  )
}

function bodyOf(error: unknown): string {
  for (const { body } of chainOf(error)) if (typeof body === 'string') return body
  return ''
}

interface S3Failure extends Error {
  readonly status?: unknown
  readonly serviceCode?: unknown
  readonly body?: unknown
  readonly code?: unknown
}

function chainOf(error: unknown): S3Failure[] {
  const chain: S3Failure[] = []
  for (let at = error; at instanceof Error; at = at.cause) chain.push(at as S3Failure)
  return chain
}
