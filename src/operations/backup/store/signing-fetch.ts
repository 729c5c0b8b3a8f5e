/** A `fetch` that signs what it sends: with it, a client of S3 needs to know nothing of credentials. */

import { createHash } from 'node:crypto'
import type { S3Credentials } from './s3-credentials.js'
import { canonicalQuery, signRequest, UNSIGNED_PAYLOAD } from './s3-signature.js'

export interface SigningFetchOptions {
  readonly credentials: S3Credentials
  readonly region: string
}

export async function signingFetch({ credentials, region }: SigningFetchOptions): Promise<typeof globalThis.fetch> {
  // Node's own fetch sends through the agent of undici once that is loaded, and the two disagree about content-length.
  const { fetch } = await import('undici')
  const send = fetch as unknown as typeof globalThis.fetch
  return async (input, init = {}) => {
    const url = new URL(String(input))
    // Sent in the form that is signed, servers need not agree on how to get there.
    url.search = canonicalQuery(url)
    const { method = 'GET', body } = init
    const headers = new Map(new Headers(init.headers))
    // The transport sets it, and the signature counts it in.
    headers.delete('host')
    const signed = signRequest(
      { method, url, headers, payloadHash: payloadHashOf(url, body) },
      { credentials, region, nowMs: Date.now() },
    )
    return await send(url, { ...init, headers: signed })
  }
}

/** TLS guards the body on its way; without it the signature has to. */
function payloadHashOf(url: URL, body: unknown): string {
  if (url.protocol === 'https:') return UNSIGNED_PAYLOAD
  const hash = createHash('sha256')
  if (typeof body === 'string' || body instanceof Uint8Array) hash.update(body)
  else if (body != null) return UNSIGNED_PAYLOAD
  return hash.digest('hex')
}
