/**
 * Who has which value of one tag key within a measurement: a posting list of local series numbers per value. Series
 * are added in ascending order, so every list is sorted as it stands. A value that only one series has (an id as a
 * tag) keeps its single number without an array: a million of those would be most of the index.
 */

import { SortedTexts } from '../domain/sorted-texts.js'
import { Uint32List } from '../domain/uint32-list.js'
import { ALL_SERIES, complementOf, intersects, NO_SERIES, type SeriesSet, setOf, unionDisjoint } from './series-set.js'

export class TagPostings {
  readonly #postings = new Map<string, number | Uint32List>()
  readonly #values = new SortedTexts()
  /** How many series have the key at all. */
  #memberCount = 0

  add(value: string, series: number): void {
    this.#memberCount++
    const posting = this.#postings.get(value)
    if (posting === undefined) {
      this.#postings.set(value, series)
      this.#values.add(value)
    } else if (typeof posting === 'number') {
      const list = new Uint32List(2)
      list.push(posting)
      list.push(series)
      this.#postings.set(value, list)
    } else {
      posting.push(series)
    }
  }

  get valueCount(): number {
    return this.#postings.size
  }

  /** Sorted bytewise. */
  values(): readonly string[] {
    return this.#values.view()
  }

  has(value: string): boolean {
    return this.#postings.has(value)
  }

  /** Empty for an unknown value. */
  membersOf(value: string): Uint32Array {
    const posting = this.#postings.get(value)
    if (posting === undefined) return NO_SERIES.members
    return typeof posting === 'number' ? Uint32Array.of(posting) : posting.view()
  }

  /** Series that have the key, among the measurement's `count`. */
  members(count: number): SeriesSet {
    return this.#memberCount === count ? ALL_SERIES : this.membersWhere(() => true, count)
  }

  /** Series without the key. */
  others(count: number): SeriesSet {
    return complementOf(this.members(count))
  }

  /** Series with a value that `accepts`, among the measurement's `count`. */
  membersWhere(accepts: (value: string) => boolean, count: number): SeriesSet {
    const lists: Uint32Array[] = []
    for (const [value, posting] of this.#postings) {
      if (!accepts(value)) continue
      lists.push(typeof posting === 'number' ? Uint32Array.of(posting) : posting.view())
    }
    return setOf(unionDisjoint(lists, count))
  }

  /** Whether some series that has the key is in `set`. */
  hasMemberIn(set: SeriesSet): boolean {
    for (const posting of this.#postings.values()) {
      if (intersects(typeof posting === 'number' ? Uint32Array.of(posting) : posting.view(), set)) return true
    }
    return false
  }

  /** Writes `1 + rank of its value` to the entry of each series that has the key; others stay as they are. */
  writeRanks(ranks: Uint32Array): void {
    const values = this.values()
    for (let rank = 0; rank < values.length; rank++) {
      const posting = this.#postings.get(values[rank])!
      if (typeof posting === 'number') ranks[posting] = rank + 1
      else writeRank(ranks, posting.view(), rank + 1)
    }
  }
}

function writeRank(ranks: Uint32Array, members: Uint32Array, rank: number): void {
  for (let i = 0; i < members.length; i++) ranks[members[i]] = rank
}
