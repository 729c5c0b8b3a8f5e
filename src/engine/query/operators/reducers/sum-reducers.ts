/** Count, sum, mean and spread: a few numbers kept per bucket. */

import { isValid } from '../../../domain/column.js'
import { assert } from '../../../domain/errors.js'
import { countValid, sumFloat, sumInteger } from '../accumulate.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder } from '../series-builder.js'
import { type BucketReducer, difference, type ReduceSpec } from './bucket-reducer.js'

export class CountReducer implements BucketReducer {
  readonly #column: number
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    this.#count += countValid(rows.columns[this.#column].validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, BigInt(this.#count))
    this.#count = 0
  }
}

export class FloatSumReducer implements BucketReducer {
  readonly #column: number
  readonly #name: 'sum' | 'mean'
  #count = 0
  #sum = 0

  constructor(spec: ReduceSpec, name: 'sum' | 'mean') {
    this.#column = spec.column
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    assert(column.type === 'float', `float column expected, got ${column.type}`)
    this.#count += countValid(column.validity, from, to)
    this.#sum = sumFloat(this.#sum, column.values, column.validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, this.#name === 'sum' ? this.#sum : this.#sum / this.#count)
    this.#count = 0
    this.#sum = 0
  }
}

export class IntegerSumReducer implements BucketReducer {
  readonly #column: number
  readonly #name: 'sum' | 'mean'
  #sum = 0n
  #count = 0

  constructor(spec: ReduceSpec, name: 'sum' | 'mean') {
    this.#column = spec.column
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    assert(column.type === 'integer' || column.type === 'unsigned', `integer column expected, got ${column.type}`)
    this.#count += countValid(column.validity, from, to)
    this.#sum += sumInteger(column.values, column.validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const sum = this.#sum
    // Stored in 64 bits, a sum wraps as InfluxDB's; the mean is of the exact sum.
    if (this.#count > 0) series.append(bucketStartNs, this.#name === 'sum' ? sum : Number(sum) / this.#count)
    this.#count = 0
    this.#sum = 0n
  }
}

export class SpreadReducer implements BucketReducer {
  readonly #column: number
  #min: number | bigint | null = null
  #max: number | bigint = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      const value = column.values[row] as number | bigint
      if (this.#min === null) this.#min = this.#max = value
      else if (value < this.#min) this.#min = value
      else if (value > this.#max) this.#max = value
      // As of any sum; nothing is smaller or larger than it after that.
      else if (Number.isNaN(value)) this.#min = this.#max = value
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#min !== null) series.append(bucketStartNs, difference(this.#max, this.#min))
    this.#min = null
  }
}
