/**
 * The series of one database in memory. Canonical keys are bytes in an arena; everything else about a series is a
 * number in a typed array, and tags are decoded when someone asks. Besides its key a series costs 28 to 36 bytes.
 *
 * A series is found by its id, the first 64 bits of its key's hash. Two keys with one id would mix two series' rows in
 * files, so the second is refused here with `conflict`, before anything of it is stored.
 */

import { assert, HyperbyteError } from '../domain/errors.js'
import { KeyArena } from './key-arena.js'
import { type SeriesId, seriesIdOf } from './series-id.js'
import { decodeMeasurement, decodeSeriesKey, encodeSeriesKey, measurementEnd } from './series-key.js'
import type { SeriesTable, Tag } from './series-table.js'
import { SpellingTable } from './spelling-table.js'

const CAPACITY_MIN = 64

export interface SeriesTableLimits {
  /** 0 = no limit. */
  readonly seriesCountMax: number
  /** Raw spellings remembered for the parser, and the bytes that may be spent on them. */
  readonly spellingCountMax: number
  readonly spellingBytesMax: number
}

/** 4 Mi spellings take 128 MiB of slots; a spelling that equals its canonical key needs no bytes of its own. */
export const DEFAULT_SERIES_TABLE_LIMITS: SeriesTableLimits = {
  seriesCountMax: 0,
  spellingCountMax: 1 << 22,
  spellingBytesMax: 1 << 28,
}

export class MemorySeriesTable implements SeriesTable {
  readonly spellings: SpellingTable
  readonly limits: SeriesTableLimits
  readonly #arena = new KeyArena()
  readonly #idOfKey: (key: Uint8Array) => SeriesId
  #count = 0

  // By ordinal.
  #refs = new Uint32Array(CAPACITY_MIN)
  #lengths = new Uint32Array(CAPACITY_MIN)
  #measurements = new Uint32Array(CAPACITY_MIN)
  #ids = new BigUint64Array(CAPACITY_MIN)

  /** Open addressing by id, half full at most: ordinal + 1, 0 = free. */
  #slots = new Uint32Array(CAPACITY_MIN * 2)

  readonly #measurementNames: string[] = []
  readonly #measurementNumbers = new Map<string, number>()

  /** `idOfKey` is a parameter so that a test can make ids collide. */
  constructor(limits: SeriesTableLimits = DEFAULT_SERIES_TABLE_LIMITS, idOfKey = seriesIdOf) {
    this.limits = limits
    this.#idOfKey = idOfKey
    this.spellings = new SpellingTable(this.#arena, limits.spellingCountMax, limits.spellingBytesMax)
  }

  get count(): number {
    return this.#count
  }

  /** Of keys, spellings and what is kept by ordinal. */
  get byteCount(): number {
    const arrays = [this.#refs, this.#lengths, this.#measurements, this.#ids, this.#slots]
    return this.#arena.byteCount + arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Throws `limit-exceeded` for a new series beyond the limit. */
  intern(measurement: string, tags: readonly Tag[]): number {
    const ordinal = this.admitKey(encodeSeriesKey(measurement, tags))
    if (ordinal < 0) throw new HyperbyteError('limit-exceeded', this.limitReason())
    return ordinal
  }

  /** Ordinal of a canonical key, added when it is new; -1 when that would exceed the limit. */
  admitKey(canonicalKey: Uint8Array): number {
    const { seriesCountMax } = this.limits
    const isFull = seriesCountMax > 0 && this.#count >= seriesCountMax
    return isFull ? this.ordinalOfKey(canonicalKey) : this.internKey(canonicalKey)
  }

  /** Ordinal of a canonical key, added when it is new whatever the limit: for what is stored already. */
  internKey(canonicalKey: Uint8Array): number {
    const id = this.#idOfKey(canonicalKey)
    const known = this.#find(id)
    if (known < 0) return this.#add(canonicalKey, id)
    if (!this.#isKeyOf(known, canonicalKey)) throw this.#collision(known, canonicalKey)
    return known
  }

  /** -1 = unknown. */
  ordinalOfKey(canonicalKey: Uint8Array): number {
    const known = this.#find(this.#idOfKey(canonicalKey))
    return known >= 0 && this.#isKeyOf(known, canonicalKey) ? known : -1
  }

  /** The reason InfluxDB gives in a partial write when a new series would exceed the limit. */
  limitReason(): string {
    return `max-series-per-database limit exceeded: (${this.limits.seriesCountMax})`
  }

  measurementOf(ordinal: number): string {
    return this.#measurementNames[this.measurementNumberOf(ordinal)]
  }

  /** Dense number of the series' measurement: 0 for the first one ever seen. */
  measurementNumberOf(ordinal: number): number {
    assert(ordinal < this.#count, 'the ordinal is known')
    return this.#measurements[ordinal]
  }

  tagsOf(ordinal: number): readonly Tag[] {
    return decodeSeriesKey(this.keyOf(ordinal)).tags
  }

  /** A view into the table's own memory: not to be written to. */
  keyOf(ordinal: number): Uint8Array {
    assert(ordinal < this.#count, 'the ordinal is known')
    return this.#arena.read(this.#refs[ordinal], this.#lengths[ordinal])
  }

  idOf(ordinal: number): SeriesId {
    assert(ordinal < this.#count, 'the ordinal is known')
    return this.#ids[ordinal] as SeriesId
  }

  /**
   * Remembers that `body[start, end)` spells a known series' key. `hash` is what the parser computed while scanning it;
   * it must be a function of those bytes alone.
   */
  addSpelling(ordinal: number, hash: number, body: Uint8Array, start: number, end: number): void {
    if (!this.spellings.hasRoomFor(end - start)) return
    const isCanonical = this.#isKeyOf(ordinal, body.subarray(start, end))
    const ref = isCanonical ? this.#refs[ordinal] : this.spellings.store(body, start, end)
    this.spellings.add(hash, ref, end - start, ordinal)
  }

  #find(id: SeriesId): number {
    const mask = this.#slots.length - 1
    for (let slot = lowBits(id) & mask; ; slot = (slot + 1) & mask) {
      const ordinal = this.#slots[slot] - 1
      if (ordinal < 0 || this.#ids[ordinal] === id) return ordinal
    }
  }

  #isKeyOf(ordinal: number, key: Uint8Array): boolean {
    if (this.#lengths[ordinal] !== key.length) return false
    const view = new DataView(key.buffer, key.byteOffset, key.length)
    return this.#arena.equals(this.#refs[ordinal], key.length, view, 0)
  }

  #add(key: Uint8Array, id: SeriesId): number {
    const ordinal = this.#count
    if (ordinal === this.#refs.length) this.#grow()
    this.#refs[ordinal] = this.#arena.append(key, 0, key.length)
    this.#lengths[ordinal] = key.length
    this.#measurements[ordinal] = this.#measurementNumber(decodeMeasurement(key.subarray(0, measurementEnd(key))))
    this.#ids[ordinal] = id
    occupy(this.#slots, id, ordinal)
    this.#count = ordinal + 1
    return ordinal
  }

  #measurementNumber(name: string): number {
    const known = this.#measurementNumbers.get(name)
    if (known !== undefined) return known
    const number = this.#measurementNames.push(name) - 1
    this.#measurementNumbers.set(name, number)
    return number
  }

  #grow(): void {
    const capacity = this.#refs.length * 2
    this.#refs = enlarged(this.#refs, capacity)
    this.#lengths = enlarged(this.#lengths, capacity)
    this.#measurements = enlarged(this.#measurements, capacity)
    const ids = new BigUint64Array(capacity)
    ids.set(this.#ids)
    this.#ids = ids
    this.#slots = new Uint32Array(capacity * 2)
    for (let ordinal = 0; ordinal < this.#count; ordinal++) occupy(this.#slots, ids[ordinal], ordinal)
  }

  #collision(known: number, key: Uint8Array): HyperbyteError {
    const texts = [this.keyOf(known), key].map((bytes) => Buffer.from(bytes).toString())
    return new HyperbyteError('conflict', `series id ${this.idOf(known)} is that of ${texts[0]} and of ${texts[1]}`)
  }
}

function occupy(slots: Uint32Array, id: bigint, ordinal: number): void {
  const mask = slots.length - 1
  let slot = lowBits(id) & mask
  while (slots[slot] !== 0) slot = (slot + 1) & mask
  slots[slot] = ordinal + 1
}

function lowBits(id: bigint): number {
  return Number(id & 0x3fffffffn)
}

function enlarged(source: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const target = new Uint32Array(capacity)
  target.set(source)
  return target
}
