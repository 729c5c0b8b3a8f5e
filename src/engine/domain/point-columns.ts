/**
 * Rows of one measurement as columns, with tags by name: what bulk transfer hands to the engine and gets from it, without
 * text in between. Inside the engine the same rows are a `MeasurementBatch`, where series are ordinals.
 */

import type { FieldColumn } from './point-batch.js'

/** In any order, keys unique, no empty values. */
export type TagSet = readonly (readonly [key: string, value: string])[]

export interface PointColumns {
  readonly measurement: string
  /** The series that occur. */
  readonly series: readonly TagSet[]
  /** For each row the index into `series`; null: all rows are of the first. */
  readonly seriesOfRow: Uint32Array | null
  readonly rowCount: number
  /** Nanoseconds, at least `rowCount` long. */
  readonly timestamps: BigInt64Array
  /** Names are unique; floats are finite where valid. A row without any value is passed over. */
  readonly fields: readonly FieldColumn[]
}
