/** The points of one field of a group as a series, for functions that read every point. */

import { type ColumnType, isValid } from '../../domain/column.js'
import type { RowBuckets } from './bucket-rows.js'
import type { Rows, Series } from './rows.js'
import { SeriesBuilder } from './series-builder.js'

export class PointCollector {
  readonly #column: number
  readonly #series: SeriesBuilder

  /** `column`: index among the columns of the rows. */
  constructor(column: number, type: ColumnType) {
    this.#column = column
    this.#series = new SeriesBuilder(type)
  }

  push(rows: Rows, _buckets: RowBuckets): void {
    const { values, validity } = rows.columns[this.#column]
    for (let row = 0; row < rows.rowCount; row++) {
      if (isValid(validity, row)) this.#series.append(rows.times[row], values[row])
    }
  }

  finish(): Series {
    return this.#series.finish()
  }
}
