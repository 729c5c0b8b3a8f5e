/**
 * The series of one measurement: numbered from 0 in order of arrival (local numbers), with their tags forward (series →
 * segments) and backward (segment → series). Adding reads the canonical key once, as bytes; the order by key is restored
 * when somebody asks for it.
 */

import { sortBytewise } from '../domain/compare-bytewise.js'
import { Uint32List } from '../domain/uint32-list.js'
import { PostingLists } from './posting-lists.js'
import { measurementEnd } from './series-key.js'
import { SeriesOrder } from './series-order.js'
import type { Tag } from './series-table.js'
import { TagPostings } from './tag-postings.js'
import { HASH_START, hashByte, TagSegments } from './tag-segments.js'

const BACKSLASH = 0x5c
const COMMA = 0x2c

export class MeasurementSeries {
  readonly name: string
  readonly #ordinals = new Uint32List()
  /** Numbers of the segments of series 0, then of series 1, and so on; `ends` tells where each series ends. */
  readonly #tags = new Uint32List(8)
  readonly #tagEnds = new Uint32List()
  readonly #segments = new TagSegments()
  readonly #postings = new PostingLists()
  readonly #byKey = new Map<string, TagPostings>()
  /** By segment. */
  readonly #keys: TagPostings[] = []
  readonly #order = new SeriesOrder(this)
  #tagKeys: readonly string[] | null = null

  constructor(name: string) {
    this.name = name
  }

  get count(): number {
    return this.#ordinals.length
  }

  /** `key` is the canonical series key; returns the local number. */
  add(ordinal: number, key: Uint8Array): number {
    const local = this.#ordinals.length
    this.#ordinals.push(ordinal)
    let start = measurementEnd(key) + 1
    while (start < key.length) {
      let hash = HASH_START
      let end = start
      for (; end < key.length; end++) {
        const byte = key[end]
        if (byte === COMMA && key[end - 1] !== BACKSLASH) break
        hash = hashByte(hash, byte)
      }
      this.#addTag(local, this.#segments.intern(key, start, end, hash))
      start = end + 1
    }
    this.#tagEnds.push(this.#tags.length)
    return local
  }

  /** By local number. */
  ordinals(): Uint32Array {
    return this.#ordinals.view()
  }

  /** Sorted by key, bytewise. */
  tagsOfLocal(local: number): readonly Tag[] {
    const tags: Tag[] = []
    for (let i = this.#tagStart(local); i < this.#tagEnds.at(local); i++) {
      const number = this.#tags.at(i)
      tags.push([this.#keys[number].key, this.#segments.valueOf(number)])
    }
    return tags
  }

  /** '' when the series does not have the tag. */
  tagValueOfLocal(local: number, postings: TagPostings): string {
    for (let i = this.#tagStart(local); i < this.#tagEnds.at(local); i++) {
      const number = this.#tags.at(i)
      if (this.#keys[number] === postings) return this.#segments.valueOf(number)
    }
    return ''
  }

  /** Sorted bytewise. */
  tagKeys(): readonly string[] {
    this.#tagKeys ??= sortBytewise([...this.#byKey.keys()])
    return this.#tagKeys
  }

  postingsOf(key: string): TagPostings | undefined {
    return this.#byKey.get(key)
  }

  /** The ordinals of these local numbers, ascending by series key. */
  toSortedOrdinals(locals: Uint32Array): Uint32Array {
    const ordinals = this.ordinals()
    return this.#order.sort(locals).map((local) => ordinals[local])
  }

  /** All ordinals ascending by series key; the same array until a series is added. */
  sortedOrdinals(): Uint32Array {
    return this.#order.all()
  }

  #tagStart(local: number): number {
    return local === 0 ? 0 : this.#tagEnds.at(local - 1)
  }

  #addTag(local: number, number: number): void {
    if (number === this.#keys.length) this.#addSegment(number)
    this.#postings.add(number, local)
    this.#tags.push(number)
  }

  #addSegment(number: number): void {
    const key = this.#segments.keyOf(number)
    let postings = this.#byKey.get(key)
    if (postings === undefined) {
      postings = new TagPostings(key, this.#segments, this.#postings)
      this.#byKey.set(key, postings)
      this.#tagKeys = null
    }
    postings.addSegment(number)
    this.#keys.push(postings)
  }
}
