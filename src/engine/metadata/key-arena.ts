/**
 * Append-only bytes for keys: a list of fixed chunks, so that growing never copies. A key is found again by its `ref`,
 * its position in units of four bytes (16 GiB can be addressed with 32 bits); keys start at a multiple of four and
 * never cross a chunk. The caller remembers the length.
 */

import { endianness } from 'node:os'
import { assert } from '../domain/errors.js'

assert(endianness() === 'LE', 'keys are compared as little-endian words')

const CHUNK_BITS = 18
/** 256 KiB: several times the longest key, and little waste in a small database. */
const CHUNK_BYTES = 1 << CHUNK_BITS
const WORD_BITS = CHUNK_BITS - 2
const CHUNK_WORDS = 1 << WORD_BITS
const WORD_MASK = CHUNK_WORDS - 1

export class KeyArena {
  /** Each as bytes and as words over the same memory. */
  readonly #chunks: Uint8Array[] = []
  readonly #words: Int32Array[] = []
  #used = CHUNK_BYTES

  get byteCount(): number {
    return this.#chunks.length * CHUNK_BYTES
  }

  append(source: Uint8Array, start: number, end: number): number {
    const length = end - start
    assert(length <= CHUNK_BYTES, 'a key fits into a chunk')
    if (this.#used + length > CHUNK_BYTES) {
      const memory = new ArrayBuffer(CHUNK_BYTES)
      this.#chunks.push(new Uint8Array(memory))
      this.#words.push(new Int32Array(memory))
      this.#used = 0
    }
    const chunk = this.#chunks.length - 1
    const offset = this.#used
    this.#chunks[chunk].set(source.subarray(start, end), offset)
    this.#used = (offset + length + 3) & ~3
    return chunk * CHUNK_WORDS + (offset >>> 2)
  }

  /** A view, not a copy: the caller must not write to it. */
  read(ref: number, length: number): Uint8Array {
    const offset = (ref & WORD_MASK) * 4
    return this.#chunks[ref >>> WORD_BITS].subarray(offset, offset + length)
  }

  /** Whether the key of `length` bytes at `ref` is what `view` holds from `start` on. */
  equals(ref: number, length: number, view: DataView, start: number): boolean {
    if (start + length > view.byteLength) return false
    const word = ref & WORD_MASK
    return isSame(this.#words[ref >>> WORD_BITS], this.#chunks[ref >>> WORD_BITS], word, view, start, length)
  }
}

/** Most keys are 50 to 250 bytes long: four at a time, as both sides allow it. */
function isSame(
  words: Int32Array,
  bytes: Uint8Array,
  firstWord: number,
  view: DataView,
  start: number,
  length: number,
): boolean {
  const wholeWords = length >>> 2
  for (let i = 0; i < wholeWords; i++) {
    if (words[firstWord + i] !== view.getInt32(start + 4 * i, true)) return false
  }
  for (let i = wholeWords * 4; i < length; i++) {
    if (bytes[firstWord * 4 + i] !== view.getUint8(start + i)) return false
  }
  return true
}
