/**
 * Where a request says who it is, in InfluxDB's order: `u` and `p` in the URL (both must be non-empty), then the
 * Authorization header as Bearer, Token or Basic. Nothing is verified here.
 */

import type { Params } from '../parse-target.js'

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }

export function readCredentials(authorization: string | undefined, params: Params): Credentials {
  const username = params.get('u') ?? ''
  const password = params.get('p') ?? ''
  if (username !== '' && password !== '') return { kind: 'password', username, password }
  if (authorization === undefined) return { kind: 'none' }
  const space = authorization.indexOf(' ')
  const scheme = space === -1 ? authorization : authorization.slice(0, space)
  const value = space === -1 ? '' : authorization.slice(space + 1)
  switch (scheme) {
    case 'Bearer':
      return value === '' || value.includes(' ') ? { kind: 'none' } : { kind: 'bearer', token: value }
    case 'Token':
      return splitPair(value.trim())
    default:
      return scheme.toLowerCase() === 'basic' ? readBasic(value) : { kind: 'none' }
  }
}

function readBasic(value: string): Credentials {
  // Go refuses what is not strict base64; Buffer would skip over it.
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) return { kind: 'none' }
  return splitPair(Buffer.from(value, 'base64').toString('utf8'))
}

function splitPair(pair: string): Credentials {
  const colon = pair.indexOf(':')
  if (colon === -1) return { kind: 'none' }
  return { kind: 'password', username: pair.slice(0, colon), password: pair.slice(colon + 1) }
}
