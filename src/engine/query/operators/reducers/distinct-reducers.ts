/** distinct and count(distinct): the different values of the bucket. */

import { isValid } from '../../../domain/column.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder, Value } from '../series-builder.js'
import { type BucketReducer, compare, type ReduceSpec } from './bucket-reducer.js'

/**
 * Each value once, in order of the time at which it was met first, in the query's direction; then by value. NaN is unlike
 * any other.
 */
export class DistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #firstTimes = new Map<Value, bigint>()
  readonly #timesOfNaN: bigint[] = []

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      const value = column.values[row]
      if (Number.isNaN(value)) this.#timesOfNaN.push(rows.times[row])
      else if (!this.#firstTimes.has(value)) this.#firstTimes.set(value, rows.times[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const entries: [Value, bigint][] = [...this.#firstTimes]
    for (const timeNs of this.#timesOfNaN) entries.push([Number.NaN, timeNs])
    entries.sort((a, b) => compare(a[1], b[1]) || compare(a[0], b[0]))
    for (const [value] of entries) series.append(bucketStartNs, value)
    this.#firstTimes.clear()
    this.#timesOfNaN.length = 0
  }
}

export class CountDistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #seen = new Set<Value>()
  #countOfNaN = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      if (Number.isNaN(column.values[row])) this.#countOfNaN++
      else this.#seen.add(column.values[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const count = this.#seen.size + this.#countOfNaN
    if (count > 0) series.append(bucketStartNs, BigInt(count))
    this.#seen.clear()
    this.#countOfNaN = 0
  }
}
