/**
 * AWS Signature Version 4 for requests to S3: method, path, query, headers and body's hash, signed with a key that holds
 * for a day. A session's token is one of the signed headers.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */

import { createHash, createHmac } from 'node:crypto'
import type { S3Credentials } from './s3-credentials.js'

export interface UnsignedRequest {
  readonly method: string
  /** Path and query as they are sent. */
  readonly url: URL
  /** Names in lower case; `host` is added. */
  readonly headers: ReadonlyMap<string, string>
  /** SHA-256 in hex, or `UNSIGNED_PAYLOAD`. */
  readonly payloadHash: string
}

export interface SigningOptions {
  readonly credentials: S3Credentials
  readonly region: string
  readonly nowMs: number
}

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

const ALGORITHM = 'AWS4-HMAC-SHA256'
const SERVICE = 's3'
/** A proxy may change these on the way; S3 does not ask for them. */
const UNSIGNED_HEADERS = new Set(['authorization', 'content-length', 'user-agent'])

/** The headers that go with the request, all but `host`. */
export function signRequest(request: UnsignedRequest, { credentials, region, nowMs }: SigningOptions) {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = new Map(request.headers)
  headers.set('x-amz-content-sha256', request.payloadHash)
  headers.set('x-amz-date', time)
  if (credentials.sessionToken !== null) headers.set('x-amz-security-token', credentials.sessionToken)

  const signed = [...headers, ['host', request.url.host] as const]
    .filter(([name]) => !UNSIGNED_HEADERS.has(name))
    .sort(([a], [b]) => compareBytes(a, b))
  const signedNames = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    signedNames,
    request.payloadHash,
  ].join('\n')

  const scope = `${time.slice(0, 8)}/${region}/${SERVICE}/aws4_request`
  const text = `${ALGORITHM}\n${time}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`
  let key: Buffer | string = `AWS4${credentials.secretAccessKey}`
  for (const part of scope.split('/')) key = hmac(key, part)
  const signature = hmac(key, text).toString('hex')
  headers.set(
    'authorization',
    `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`,
  )
  return Object.fromEntries(headers)
}

/** As S3 writes it before it looks at the signature. */
export function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => [escapeStrictly(name), escapeStrictly(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => compareBytes(nameA, nameB) || compareBytes(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Everything but letters, digits and `-._~`. */
function escapeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
