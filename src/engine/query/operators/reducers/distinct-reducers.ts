/** distinct and count(distinct): the different values of the bucket. */

import { isValid } from '../../../domain/column.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder, Value } from '../series-builder.js'
import { type BucketReducer, compare, type ReduceSpec } from './bucket-reducer.js'

/** Each value once, in order of the time at which it was met first, in the query's direction; then by value. */
export class DistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #firstTimes = new Map<Value, bigint>()

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      const value = column.values[row]
      if (!this.#firstTimes.has(value)) this.#firstTimes.set(value, rows.times[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const entries = [...this.#firstTimes].sort((a, b) => compare(a[1], b[1]) || compare(a[0], b[0]))
    for (const [value] of entries) series.append(bucketStartNs, value)
    this.#firstTimes.clear()
  }
}

export class CountDistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #seen = new Set<Value>()

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) if (isValid(column.validity, row)) this.#seen.add(column.values[row])
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#seen.size > 0) series.append(bucketStartNs, BigInt(this.#seen.size))
    this.#seen.clear()
  }
}
