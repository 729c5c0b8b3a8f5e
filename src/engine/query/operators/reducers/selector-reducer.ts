/** min, max, first and last: the chosen row of the bucket so far, in whichever piece it came. */

import { betterOf, candidate, chooseRow, type SelectorName } from '../choose-row.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder } from '../series-builder.js'
import { appendRow, type BucketReducer, type ReduceSpec } from './bucket-reducer.js'

export class SelectorReducer implements BucketReducer {
  readonly #spec: ReduceSpec
  readonly #name: SelectorName
  #rows: Rows | null = null
  #row = -1

  constructor(spec: ReduceSpec, name: SelectorName) {
    this.#spec = spec
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#spec.column]
    const row = from < to ? chooseRow(this.#name, column, rows, from, to) : -1
    if (row < 0) return
    if (this.#rows !== null) {
      const isBetter = betterOf(this.#name, column)
      const chosen = candidate(this.#rows.columns[this.#spec.column], this.#rows.times, this.#row)
      if (!isBetter(candidate(column, rows.times, row), chosen)) return
    }
    this.#rows = rows
    this.#row = row
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#rows !== null) appendRow(series, this.#spec, this.#rows, this.#row, bucketStartNs)
    this.#rows = null
  }
}
