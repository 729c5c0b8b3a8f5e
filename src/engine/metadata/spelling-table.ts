/**
 * Series keys as clients spell them (tags in any order, escapes as written) and the series they mean. A line whose key
 * is spelled like one before costs one hash and one comparison of bytes instead of a parse, a sort and a lookup.
 *
 * Bounded: beyond `countMax` spellings, `bytesMax` of bytes or a run of `PROBE_COUNT_MAX` slots nothing is added, and
 * spellings that are not here take the slow way.
 *
 * One slot: `| hash i32 | key ref u32 | key length u32 | ordinal + 1 u32, 0 = free |`.
 */

import type { KeyArena } from './key-arena.js'

const SLOT_WORDS = 4
const SLOT_COUNT_MIN = 128

/** Keys with equal hashes are easy to make; a hostile body must not turn every lookup into a walk. */
const PROBE_COUNT_MAX = 32

export class SpellingTable {
  readonly #arena: KeyArena
  readonly #countMax: number
  readonly #bytesMax: number
  #count = 0
  #bytes = 0
  #slots = new Int32Array(SLOT_COUNT_MIN * SLOT_WORDS)

  constructor(arena: KeyArena, countMax: number, bytesMax: number) {
    this.#arena = arena
    this.#countMax = countMax
    this.#bytesMax = bytesMax
  }

  get count(): number {
    return this.#count
  }

  /** Ordinal of the series that the `length` bytes of `body` from `start` on spell, or -1. */
  find(hash: number, body: DataView, start: number, length: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = (hash << 2) & mask
    for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
      const ordinal = slots[slot + 3] - 1
      if (ordinal < 0) return -1
      if (slots[slot] === hash && slots[slot + 2] === length) {
        if (this.#arena.equals(slots[slot + 1] >>> 0, length, body, start)) return ordinal
      }
      slot = (slot + SLOT_WORDS) & mask
    }
    return -1
  }

  hasRoomFor(byteCount: number): boolean {
    return this.#count < this.#countMax && this.#bytes + byteCount <= this.#bytesMax
  }

  /** Copies a spelling that is not stored as a canonical key; the result is its `ref`. */
  store(body: Uint8Array, start: number, end: number): number {
    this.#bytes += end - start
    return this.#arena.append(body, start, end)
  }

  /** The spelling must not be in the table yet. */
  add(hash: number, ref: number, length: number, ordinal: number): void {
    if (this.#count * SLOT_WORDS * 2 >= this.#slots.length) this.#grow()
    if (occupy(this.#slots, hash, ref, length, ordinal)) this.#count++
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    for (let slot = 0; slot < old.length; slot += SLOT_WORDS) {
      if (old[slot + 3] !== 0) occupy(this.#slots, old[slot], old[slot + 1], old[slot + 2], old[slot + 3] - 1)
    }
  }
}

function occupy(slots: Int32Array, hash: number, ref: number, length: number, ordinal: number): boolean {
  const mask = slots.length - 1
  let slot = (hash << 2) & mask
  for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
    if (slots[slot + 3] === 0) {
      slots[slot] = hash
      slots[slot + 1] = ref
      slots[slot + 2] = length
      slots[slot + 3] = ordinal + 1
      return true
    }
    slot = (slot + SLOT_WORDS) & mask
  }
  return false
}
