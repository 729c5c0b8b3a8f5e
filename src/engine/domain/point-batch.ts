/**
 * A batch of points as columns: what the ingest formats produce and the write path consumes. One `MeasurementBatch`
 * holds the rows of one measurement in arrival order; a request with several measurements gives several, and one that is
 * very wide and sparse may give several of the same measurement, in order of arrival.
 *
 * Series are named by their ordinal in the database's `SeriesTable`. A row always has at least one field value.
 * A field that occurs with two types in one batch is two columns of the same name.
 */

import type { ColumnValues } from './column.js'
import type { FieldType } from './field-type.js'

export type FieldColumn = {
  [T in FieldType]: {
    readonly name: string
    readonly type: T
    /** At least `rowCount` long; for `string` exactly one entry a row, '' where invalid. */
    readonly values: ColumnValues[T]
    /** Bitmap as in column.ts; null = every row has a value. */
    readonly validity: Uint32Array | null
  }
}[FieldType]

export interface MeasurementBatch {
  readonly measurement: string
  readonly rowCount: number
  /** Series ordinals, at least `rowCount` long. */
  readonly series: Uint32Array
  /** Nanoseconds, at least `rowCount` long. */
  readonly timestamps: BigInt64Array
  readonly fields: readonly FieldColumn[]
}

export interface PointBatch {
  readonly measurements: readonly MeasurementBatch[]
  readonly rowCount: number
}
