/**
 * The tags of one measurement's series as numbers. A segment is one `key=value` as canonical series keys spell it;
 * equal segments get equal numbers, dense from 0. Series are read as bytes: text is made of a segment when somebody asks
 * for it, so that filling an index with a million series decodes nothing.
 *
 * Segments lie one after the other in `bytes`; the table of slots finds them by hash (open addressing, half full at
 * most, slot = number + 1, 0 = free).
 */

import { Uint32List } from '../domain/uint32-list.js'
import { decodeTagPart } from './series-key.js'

const SLOT_COUNT_MIN = 16
const BYTES_MIN = 128
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** Segments with equal hashes are easy to make; those that find no slot near theirs go to a map that cannot be flooded. */
const PROBE_COUNT_MAX = 32

export const HASH_START = 0x811c9dc5 | 0

/** FNV-1a, one byte further. */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193)
}

export class TagSegments {
  #bytes = new Uint8Array(BYTES_MIN)
  #byteCount = 0
  /** By number: where a segment ends, its hash, and where its value starts. */
  readonly #ends = new Uint32List(8)
  readonly #hashes = new Uint32List(8)
  readonly #valueStarts = new Uint32List(8)
  readonly #values: string[] = []
  #slots = new Uint32Array(SLOT_COUNT_MIN)
  readonly #crowded = new Map<string, number>()

  get count(): number {
    return this.#ends.length
  }

  /** Number of the segment `source[start, end)`, whose hash the caller has computed; added when it is new. */
  intern(source: Uint8Array, start: number, end: number, hash: number): number {
    const known = this.#find(source, start, end, hash)
    return known >= 0 ? known : this.#add(source, start, end, hash)
  }

  /** -1 = unknown. */
  find(segment: Uint8Array): number {
    let hash = HASH_START
    for (let i = 0; i < segment.length; i++) hash = hashByte(hash, segment[i])
    return this.#find(segment, 0, segment.length, hash)
  }

  keyOf(number: number): string {
    return decodeTagPart(this.#bytes.subarray(this.#startOf(number), this.#valueStarts.at(number) - 1))
  }

  valueOf(number: number): string {
    return (this.#values[number] ??= decodeTagPart(
      this.#bytes.subarray(this.#valueStarts.at(number), this.#ends.at(number)),
    ))
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : this.#ends.at(number - 1)
  }

  #find(source: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = slotOf(hash, mask)
    for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
      const number = this.#slots[slot] - 1
      if (number < 0) return -1
      if (this.#hashes.at(number) === hash >>> 0 && this.#isSame(number, source, start, end)) return number
      slot = (slot + 1) & mask
    }
    return this.#crowded.get(latin1(source, start, end)) ?? -1
  }

  #isSame(number: number, source: Uint8Array, start: number, end: number): boolean {
    const offset = this.#startOf(number)
    const length = end - start
    if (this.#ends.at(number) - offset !== length) return false
    const bytes = this.#bytes
    for (let i = 0; i < length; i++) if (bytes[offset + i] !== source[start + i]) return false
    return true
  }

  #add(source: Uint8Array, start: number, end: number, hash: number): number {
    const number = this.count
    this.#makeRoomFor(end - start)
    this.#bytes.set(source.subarray(start, end), this.#byteCount)
    this.#valueStarts.push(this.#byteCount + valueOffset(source, start, end))
    this.#byteCount += end - start
    this.#ends.push(this.#byteCount)
    this.#hashes.push(hash >>> 0)
    if (this.count * 2 > this.#slots.length) this.#growSlots()
    else this.#occupy(number)
    return number
  }

  #makeRoomFor(byteCount: number): void {
    const needed = this.#byteCount + byteCount
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2)
    this.#crowded.clear()
    for (let number = 0; number < this.count; number++) this.#occupy(number)
  }

  #occupy(number: number): void {
    const mask = this.#slots.length - 1
    let slot = slotOf(this.#hashes.at(number), mask)
    for (let probe = 0; probe < PROBE_COUNT_MAX; probe++) {
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = number + 1
        return
      }
      slot = (slot + 1) & mask
    }
    this.#crowded.set(latin1(this.#bytes, this.#startOf(number), this.#ends.at(number)), number)
  }
}

/** FNV's low bits alone spread numbered names badly. */
function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask
}

/** Where the value starts, relative to the segment: behind the first `=` that is not escaped. */
function valueOffset(source: Uint8Array, start: number, end: number): number {
  let i = start
  while (i < end && (source[i] !== EQUALS || (i > start && source[i - 1] === BACKSLASH))) i++
  return i + 1 - start
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
