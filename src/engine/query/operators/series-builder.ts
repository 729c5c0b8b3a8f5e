/** A growing series: times and values of one type, plus the auxiliary values that go with each point. */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn } from '../../domain/empty-column.js'
import { sliceColumn } from './column-slice.js'
import type { Rows, Series } from './rows.js'

export type Value = number | bigint | string

/** Room for the buckets of an ordinary dashboard panel; doubled when full. */
const CAPACITY_START = 16

export class SeriesBuilder {
  #count = 0
  #times = new BigInt64Array(CAPACITY_START)
  #values: Column
  readonly #auxiliary: AuxiliaryBuilder[]

  /** `auxiliary` are indexes into the columns of the rows given to `appendFrom`. */
  constructor(type: ColumnType, auxiliary: readonly number[] = []) {
    this.#values = emptyColumn(type, CAPACITY_START)
    this.#auxiliary = auxiliary.map((index) => ({ index, values: [], type: 'float' }))
  }

  /** A boolean is 0 or 1. */
  append(timeNs: bigint, value: Value): void {
    const index = this.#next(timeNs)
    this.#values.values[index] = value
  }

  /** Point with the auxiliary values of `row`. */
  appendFrom(timeNs: bigint, value: Value, rows: Rows, row: number): void {
    this.append(timeNs, value)
    for (const auxiliary of this.#auxiliary) {
      const column = rows.columns[auxiliary.index]
      auxiliary.type = column.type
      auxiliary.values.push(isValid(column.validity, row) ? column.values[row] : null)
    }
  }

  finish(): Series {
    const count = this.#count
    return {
      count,
      times: this.#times.subarray(0, count),
      column: sliceColumn(this.#values, 0, count),
      auxiliary: this.#auxiliary.map(({ type, values }) => columnOfNullable(type, values)),
    }
  }

  #next(timeNs: bigint): number {
    if (this.#count === this.#times.length) this.#grow()
    this.#times[this.#count] = timeNs
    return this.#count++
  }

  #grow(): void {
    const capacity = this.#count * 2
    const times = new BigInt64Array(capacity)
    times.set(this.#times)
    this.#times = times
    const values = emptyColumn(this.#values.type, capacity)
    for (let i = 0; i < this.#count; i++) values.values[i] = this.#values.values[i]
    this.#values = values
  }
}

interface AuxiliaryBuilder {
  readonly index: number
  readonly values: (Value | null)[]
  type: ColumnType
}

function columnOfNullable(type: ColumnType, values: readonly (Value | null)[]): Column {
  const column = emptyColumn(type, values.length)
  const validity = new Uint32Array(validityWordCount(values.length))
  values.forEach((value, row) => {
    if (value === null) return
    column.values[row] = value
    setValid(validity, row)
  })
  return { ...column, validity } as Column
}
