/**
 * Finds the end of a series key and hashes it on the way, four bytes a step: most of a line is its key, and most keys
 * were seen before exactly as they are spelled.
 *
 * The hash depends on the key's bytes alone, not on where it lies in the body. Keys with an escaped space are cut into
 * steps at that space; wherever the key occurs the cuts are the same.
 */

import { BACKSLASH, NEWLINE, SPACE } from './bytes.js'

const SEED = 0x2545f491
const MULTIPLIER = 0x9e3779b1
const FINISHER = 0x85ebca6b
const SPACES = 0x20202020
const NEWLINES = 0x0a0a0a0a
const ONES = 0x01010101
const HIGH_BITS = 0x80808080 | 0

/** Longer keys are always taken apart. */
export const SPELLING_BYTES_MAX = 8192

/** What `scanSpelling` found besides the end. */
export interface SpellingHash {
  hash: number
}

/** Position of the unescaped space behind the key that starts at `start`; -1 when the line ends first. */
export function scanSpelling(result: SpellingHash, body: Uint8Array, view: DataView, start: number): number {
  const end = body.length
  const wordEnd = end - 4
  let hash = SEED
  let pos = start
  while (pos < end) {
    while (pos <= wordEnd) {
      const word = view.getInt32(pos, true)
      const spaces = word ^ SPACES
      const newlines = word ^ NEWLINES
      // Some byte of the word is a space or a newline: the subtraction borrows through zero bytes only.
      if (((((spaces - ONES) & ~spaces) | ((newlines - ONES) & ~newlines)) & HIGH_BITS) !== 0) break
      const mixed = Math.imul(hash ^ word, MULTIPLIER)
      hash = mixed ^ (mixed >>> 15)
      pos += 4
    }
    while (pos < end) {
      const byte = body[pos]
      if (byte === NEWLINE) return -1
      if (byte === SPACE && body[pos - 1] !== BACKSLASH) {
        const mixed = Math.imul(hash ^ (pos - start), FINISHER)
        result.hash = mixed ^ (mixed >>> 13)
        return pos
      }
      const mixed = Math.imul(hash ^ byte, MULTIPLIER)
      hash = mixed ^ (mixed >>> 15)
      pos++
      if (byte === SPACE) break
    }
  }
  return -1
}

/**
 * Whether the fast reading of these bytes is the exact one. The rules for the end of a line and for the end of a key
 * disagree about a space, comma or `=` behind two backslashes, and about newlines inside keys.
 */
export function isPlainSpelling(body: Uint8Array, start: number, end: number): boolean {
  for (let pos = start; pos < end; pos++) {
    if (body[pos] === NEWLINE) return false
    if (body[pos] === BACKSLASH && body[pos + 1] === BACKSLASH) return false
  }
  return true
}
