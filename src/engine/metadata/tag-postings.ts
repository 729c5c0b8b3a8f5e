/** Who has which value of one tag key within a measurement, as sets of series. */

import { sortBytewise } from '../domain/compare-bytewise.js'
import { SortedTexts } from '../domain/sorted-texts.js'
import { Uint32List } from '../domain/uint32-list.js'
import type { PostingLists } from './posting-lists.js'
import { encodeTag } from './series-key.js'
import {
  ALL_SERIES,
  complementOf,
  intersects,
  isAll,
  NO_SERIES,
  type SeriesSet,
  setOf,
  unionDisjoint,
} from './series-set.js'
import type { TagSegments } from './tag-segments.js'

export class TagPostings {
  readonly key: string
  readonly #segments: TagSegments
  readonly #postings: PostingLists
  /** Numbers of the segments of this key, one for each value. */
  readonly #numbers = new Uint32List()
  /** Filled as far as somebody has asked. */
  readonly #values = new SortedTexts()

  constructor(key: string, segments: TagSegments, postings: PostingLists) {
    this.key = key
    this.#segments = segments
    this.#postings = postings
  }

  /** A segment of this key that is new in the measurement. */
  addSegment(number: number): void {
    this.#numbers.push(number)
  }

  get valueCount(): number {
    return this.#numbers.length
  }

  /** Sorted bytewise; the same array until a value is added. */
  values(): readonly string[] {
    for (let i = this.#values.length; i < this.valueCount; i++) {
      this.#values.add(this.#segments.valueOf(this.#numbers.at(i)))
    }
    return this.#values.view()
  }

  has(value: string): boolean {
    return this.#find(value) >= 0
  }

  /** Empty for an unknown value. */
  membersOf(value: string): Uint32Array {
    const number = this.#find(value)
    return number < 0 ? NO_SERIES.members : this.#postings.members(number)
  }

  /** Series that have the key, among the measurement's `count`. */
  members(count: number): SeriesSet {
    let memberCount = 0
    for (let i = 0; i < this.#numbers.length; i++) memberCount += this.#postings.memberCount(this.#numbers.at(i))
    return memberCount === count ? ALL_SERIES : this.membersWhere(() => true, count)
  }

  /** Series without the key. */
  others(count: number): SeriesSet {
    return complementOf(this.members(count))
  }

  /** Series with a value that `accepts`, among the measurement's `count`. */
  membersWhere(accepts: (value: string) => boolean, count: number): SeriesSet {
    const lists: Uint32Array[] = []
    for (let i = 0; i < this.#numbers.length; i++) {
      const number = this.#numbers.at(i)
      if (accepts(this.#segments.valueOf(number))) lists.push(this.#postings.members(number))
    }
    return setOf(unionDisjoint(lists, count))
  }

  /** Whether some series that has the key is in `set`. */
  hasMemberIn(set: SeriesSet): boolean {
    for (let i = 0; i < this.#numbers.length; i++) {
      if (intersects(this.#postings.members(this.#numbers.at(i)), set)) return true
    }
    return false
  }

  /** The values that occur among `set`, sorted bytewise. */
  valuesWithin(set: SeriesSet): readonly string[] {
    if (isAll(set)) return this.values()
    const values: string[] = []
    for (let i = 0; i < this.#numbers.length; i++) {
      const number = this.#numbers.at(i)
      if (intersects(this.#postings.members(number), set)) values.push(this.#segments.valueOf(number))
    }
    return sortBytewise(values)
  }

  /** Writes `1 + rank of its value` to the entry of each series that has the key; others stay as they are. */
  writeRanks(entries: Uint32Array): void {
    const ranks = new Map(this.values().map((value, rank) => [value, rank]))
    for (let i = 0; i < this.#numbers.length; i++) {
      const number = this.#numbers.at(i)
      this.#postings.writeTo(entries, number, ranks.get(this.#segments.valueOf(number))! + 1)
    }
  }

  #find(value: string): number {
    const segment = encodeTag(this.key, value)
    return segment === null ? -1 : this.#segments.find(segment)
  }
}
