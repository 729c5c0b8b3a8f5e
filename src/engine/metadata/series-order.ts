/**
 * The order of a measurement's series by key, as InfluxDB lists them: tag by tag, first the key, then the value, each
 * bytewise; a series whose tags are a prefix of another's comes first (answers of influxd 1.6.7: `m`, `m,host=a`,
 * `m,host=a\ b`, `m,host=a!`). Sorted when needed; series that arrived since are merged in.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import type { MeasurementSeries } from './measurement-series.js'
import type { Tag } from './series-table.js'

/** A narrow answer is sorted by comparing keys, without bringing the whole order up to date. */
const COMPARE_COUNT_MAX = 256

export function compareTags(a: readonly Tag[], b: readonly Tag[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = compareBytewise(a[i][0], b[i][0]) || compareBytewise(a[i][1], b[i][1])
    if (order !== 0) return order
  }
  return a.length - b.length
}

export class SeriesOrder {
  readonly #series: MeasurementSeries
  /** Local numbers in order, as far as they are sorted yet: the first `sorted.length` arrivals. */
  #sorted: Uint32Array = new Uint32Array(0)
  /** Position in `sorted` by local number, made when needed. */
  #ranks: Uint32Array | null = null
  #ordinals: Uint32Array | null = null

  constructor(series: MeasurementSeries) {
    this.#series = series
  }

  /** All ordinals in order. */
  all(): Uint32Array {
    this.#update()
    if (this.#ordinals === null) {
      const ordinals = this.#series.ordinals()
      this.#ordinals = this.#sorted.map((local) => ordinals[local])
    }
    return this.#ordinals
  }

  /** These local numbers (ascending, distinct) in order. */
  sort(locals: Uint32Array): Uint32Array {
    if (locals.length <= 1) return locals
    if (locals.length <= COMPARE_COUNT_MAX) return this.#sortByComparing(locals)
    this.#update()
    if (locals.length === this.#sorted.length) return this.#sorted
    const ranks = this.#readRanks()
    const sorted = this.#sorted
    return locals
      .map((local) => ranks[local])
      .sort()
      .map((rank) => sorted[rank])
  }

  #sortByComparing(locals: Uint32Array): Uint32Array {
    const entries = Array.from(locals, (local) => ({ local, tags: this.#series.tagsOfLocal(local) }))
    entries.sort((a, b) => compareTags(a.tags, b.tags))
    return Uint32Array.from(entries, (entry) => entry.local)
  }

  #readRanks(): Uint32Array {
    if (this.#ranks === null) {
      this.#ranks = new Uint32Array(this.#sorted.length)
      invert(this.#sorted, this.#ranks)
    }
    return this.#ranks
  }

  #update(): void {
    const count = this.#series.count
    const addedCount = count - this.#sorted.length
    if (addedCount === 0) return
    // Merging costs a binary search with key comparisons for each new series, sorting anew some passes over all.
    if (addedCount <= COMPARE_COUNT_MAX || addedCount * 100 < count) this.#mergeAdded()
    else this.#sorted = sortAll(this.#series)
    this.#ranks = null
    this.#ordinals = null
  }

  #mergeAdded(): void {
    const old = this.#sorted
    const count = this.#series.count
    const added = this.#sortByComparing(Uint32Array.from({ length: count - old.length }, (_, i) => old.length + i))
    const merged = new Uint32Array(count)
    let from = 0
    for (let i = 0; i < added.length; i++) {
      const end = this.#positionIn(old, added[i], from)
      merged.set(old.subarray(from, end), from + i)
      merged[end + i] = added[i]
      from = end
    }
    merged.set(old.subarray(from), from + added.length)
    this.#sorted = merged
  }

  #positionIn(sorted: Uint32Array, local: number, from: number): number {
    const tags = this.#series.tagsOfLocal(local)
    let high = sorted.length
    while (from < high) {
      const middle = (from + high) >>> 1
      if (compareTags(this.#series.tagsOfLocal(sorted[middle]), tags) < 0) from = middle + 1
      else high = middle
    }
    return from
  }
}

/**
 * Stable counting sorts from the last tag key to the first, on the ranks of the values. A series without the key comes
 * before all values when it has no later tags (it is the prefix), and after them when it has (its next key is greater).
 */
function sortAll(series: MeasurementSeries): Uint32Array {
  const count = series.count
  let order: Uint32Array = Uint32Array.from({ length: count }, (_, i) => i)
  const hasLaterTag = new Uint8Array(count)
  const ranks = new Uint32Array(count)
  for (const key of [...series.tagKeys()].reverse()) {
    const postings = series.postingsOf(key)!
    ranks.fill(0)
    postings.writeRanks(ranks)
    placeMissing(ranks, hasLaterTag, postings.valueCount + 1)
    order = countingSort(order, ranks, postings.valueCount + 2)
  }
  return order
}

function placeMissing(ranks: Uint32Array, hasLaterTag: Uint8Array, rankAfterAll: number): void {
  for (let i = 0; i < ranks.length; i++) {
    if (ranks[i] !== 0) hasLaterTag[i] = 1
    else if (hasLaterTag[i] === 1) ranks[i] = rankAfterAll
  }
}

function countingSort(order: Uint32Array, ranks: Uint32Array, rankCount: number): Uint32Array {
  const starts = new Uint32Array(rankCount + 1)
  for (let i = 0; i < ranks.length; i++) starts[ranks[i] + 1]++
  for (let rank = 0; rank < rankCount; rank++) starts[rank + 1] += starts[rank]
  const sorted = new Uint32Array(order.length)
  for (let i = 0; i < order.length; i++) sorted[starts[ranks[order[i]]]++] = order[i]
  return sorted
}

function invert(order: Uint32Array, ranks: Uint32Array): void {
  for (let i = 0; i < order.length; i++) ranks[order[i]] = i
}
