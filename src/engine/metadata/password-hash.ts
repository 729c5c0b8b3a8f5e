/**
 * Passwords to hashes and back to a yes or no. scrypt runs on the thread pool, so the event loop never waits for it.
 * A hash carries its own parameters: `scrypt$<log2 N>$<r>$<p>$<salt base64url>$<key base64url>`.
 */

import { scrypt, timingSafeEqual } from 'node:crypto'

/** N = 2^14, r = 8, p = 1: 16 MiB and about 40 ms of one core, OWASP's floor for interactive logins. */
const COST_LOG2 = 14
const BLOCK_SIZE = 8
const PARALLELIZATION = 1
const KEY_BYTES = 32
export const SALT_BYTES = 16

/** `salt`: `SALT_BYTES` unpredictable bytes, new for each password. */
export async function hashPassword(password: string, salt: Uint8Array): Promise<string> {
  const key = await deriveKey(password, salt, COST_LOG2, BLOCK_SIZE, PARALLELIZATION)
  return ['scrypt', COST_LOG2, BLOCK_SIZE, PARALLELIZATION, toBase64(salt), toBase64(key)].join('$')
}

/** Compares in constant time; false for a hash of an unknown form. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, costLog2, blockSize, parallelization, salt, key] = hash.split('$')
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false
  const expected = Buffer.from(key, 'base64url')
  if (expected.length !== KEY_BYTES) return false
  const saltBytes = Buffer.from(salt, 'base64url')
  const actual = await deriveKey(password, saltBytes, Number(costLog2), Number(blockSize), Number(parallelization))
  return timingSafeEqual(actual, expected)
}

function deriveKey(password: string, salt: Uint8Array, costLog2: number, r: number, p: number): Promise<Buffer> {
  const N = 2 ** costLog2
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error) reject(error)
      else resolve(key)
    })
  })
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
