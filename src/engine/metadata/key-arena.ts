/**
 * Append-only bytes for keys: a list of fixed chunks, so that growing never copies. A key is found again by its `ref`,
 * its position in units of four bytes (16 GiB can be addressed with 32 bits); keys start at a multiple of four and
 * never cross a chunk. The caller remembers the length.
 */

import { assert } from '../domain/errors.js'

const CHUNK_BITS = 18
/** 256 KiB: several times the longest key, and little waste in a small database. */
const CHUNK_BYTES = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK_BYTES - 1

export class KeyArena {
  readonly #chunks: Uint8Array[] = []
  #used = CHUNK_BYTES

  get byteCount(): number {
    return this.#chunks.length * CHUNK_BYTES
  }

  append(source: Uint8Array, start: number, end: number): number {
    const length = end - start
    assert(length <= CHUNK_BYTES, 'a key fits into a chunk')
    if (this.#used + length > CHUNK_BYTES) {
      this.#chunks.push(new Uint8Array(CHUNK_BYTES))
      this.#used = 0
    }
    const chunk = this.#chunks.length - 1
    const offset = this.#used
    this.#chunks[chunk].set(source.subarray(start, end), offset)
    this.#used = (offset + length + 3) & ~3
    return chunk * (CHUNK_BYTES / 4) + (offset >>> 2)
  }

  /** A view, not a copy: the caller must not write to it. */
  read(ref: number, length: number): Uint8Array {
    const offset = (ref * 4) & CHUNK_MASK
    return this.#chunks[ref >>> (CHUNK_BITS - 2)].subarray(offset, offset + length)
  }

  /** Whether the key of `length` bytes at `ref` is what `source` holds from `start` on. */
  equals(ref: number, length: number, source: Uint8Array, start: number): boolean {
    if (start + length > source.length) return false
    return isSameBytes(this.#chunks[ref >>> (CHUNK_BITS - 2)], (ref * 4) & CHUNK_MASK, source, start, length)
  }
}

function isSameBytes(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}
