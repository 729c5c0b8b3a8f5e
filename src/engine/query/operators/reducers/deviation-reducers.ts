/** Standard deviation and median: all numbers of the bucket in typed arrays. */

import { type Column, isValid } from '../../../domain/column.js'
import { assert } from '../../../domain/errors.js'
import { standardDeviation } from '../accumulate.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder } from '../series-builder.js'
import { type BucketReducer, difference, type ReduceSpec } from './bucket-reducer.js'

/** The values of the open bucket, as floats. */
export class StddevReducer implements BucketReducer {
  readonly #column: number
  #values = new Float64Array(64)
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    this.#reserve(this.#count + to - from)
    for (let row = from; row < to; row++) {
      if (isValid(column.validity, row)) this.#values[this.#count++] = Number(column.values[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, standardDeviation(this.#values, this.#count))
    this.#count = 0
  }

  #reserve(count: number): void {
    if (count <= this.#values.length) return
    const values = new Float64Array(Math.max(count, this.#values.length * 2))
    values.set(this.#values)
    this.#values = values
  }
}

/** Mean of the two middle values when their number is even. */
export class MedianReducer implements BucketReducer {
  readonly #column: number
  #pieces: Column[] = []
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const piece = validValues(rows.columns[this.#column], from, to)
    this.#pieces.push(piece)
    this.#count += piece.values.length
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, medianOf(this.#pieces, this.#count))
    this.#pieces = []
    this.#count = 0
  }
}

/** A copy of the valid values of `[from, to)`. */
function validValues(column: Column, from: number, to: number): Column {
  assert(column.type !== 'string' && column.type !== 'boolean', 'numbers expected')
  const values = column.values.slice(from, to)
  if (column.validity === null) return { ...column, values } as Column
  let count = 0
  for (let row = from; row < to; row++) if (isValid(column.validity, row)) values[count++] = column.values[row]
  return { ...column, values: values.subarray(0, count), validity: null } as Column
}

/** A comparison with NaN is never true, so where it stands decides where the sort of influxd leaves its neighbours. */
const INSERTION_COUNT_MAX = 12

function sort(pieces: readonly Column[], count: number): ReturnType<typeof concatenate> {
  const sorted = concatenate(pieces, count).sort()
  if (!Number.isNaN(sorted[count - 1]) || count > INSERTION_COUNT_MAX) return sorted
  const values = concatenate(pieces, count)
  for (let i = 1; i < count; i++) {
    for (let j = i; j > 0 && values[j] < values[j - 1]; j--) {
      const larger = values[j - 1]
      values[j - 1] = values[j]
      values[j] = larger
    }
  }
  return values
}

function medianOf(pieces: readonly Column[], count: number): number {
  const sorted = sort(pieces, count)
  const middle = count >>> 1
  const high = sorted[middle]
  if (count % 2 === 1) return Number(high)
  const low = sorted[middle - 1]
  return Number(low) + Number(difference(high, low)) / 2
}

function concatenate(pieces: readonly Column[], count: number): Float64Array | BigInt64Array | BigUint64Array {
  const type = pieces[0].type
  const all =
    type === 'float'
      ? new Float64Array(count)
      : type === 'unsigned'
        ? new BigUint64Array(count)
        : new BigInt64Array(count)
  let offset = 0
  for (const { values } of pieces) {
    ;(all as Float64Array).set(values as Float64Array, offset)
    offset += values.length
  }
  return all
}
