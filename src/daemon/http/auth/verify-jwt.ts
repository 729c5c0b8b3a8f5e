/**
 * Bearer tokens: JWT signed by HMAC with the shared secret, which must expire. Other algorithms, `none` above all, are
 * refused before anything is computed. The texts are those of InfluxDB and the JWT package it uses.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'

export type JwtOutcome =
  | { readonly kind: 'user'; readonly username: string }
  | { readonly kind: 'refused'; readonly text: string }

/** A shorter key can be guessed offline from one token. */
export const SECRET_BYTES_MIN = 32

const DIGESTS: ReadonlyMap<unknown, string> = new Map([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
])

export function verifyJwt(token: string, secret: string, nowSeconds: number): JwtOutcome {
  const segments = token.split('.')
  if (segments.length !== 3) return refuse('token contains an invalid number of segments')
  const [head, payload, signature] = segments
  const header = parseSegment(head)
  const claims = parseSegment(payload)
  if (header === null || claims === null) return refuse('invalid token')
  if (header['alg'] === undefined) return refuse('signing method (alg) is unspecified.')
  const digest = DIGESTS.get(header['alg'])
  if (digest === undefined) return refuse(`unexpected signing method: ${String(header['alg'])}`)
  const expected = createHmac(digest, secret).update(`${head}.${payload}`).digest()
  const actual = Buffer.from(signature, 'base64url')
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return refuse('signature is invalid')
  return checkClaims(claims, nowSeconds)
}

function checkClaims(claims: Readonly<Record<string, unknown>>, nowSeconds: number): JwtOutcome {
  const expiry = claims['exp']
  if (typeof expiry !== 'number' || expiry === 0) return refuse('token expiration required')
  if (nowSeconds > expiry) return refuse('Token is expired')
  const notBefore = claims['nbf']
  if (typeof notBefore === 'number' && nowSeconds < notBefore) return refuse('Token is not valid yet')
  const issuedAt = claims['iat']
  if (typeof issuedAt === 'number' && nowSeconds < issuedAt) return refuse('Token used before issued')
  const username = claims['username']
  if (typeof username !== 'string') return refuse('username in token must be a string')
  if (username === '') return refuse('token must contain a username')
  return { kind: 'user', username }
}

function parseSegment(segment: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refuse(text: string): JwtOutcome {
  return { kind: 'refused', text }
}
