/** What the reducers of one bucket share: the call they compute, and the two steps of computing it. */

import type { ColumnType } from '../../../domain/column.js'
import type { SelectorName } from '../choose-row.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder, Value } from '../series-builder.js'

export type ReduceFunction =
  | SelectorName
  | 'count'
  | 'sum'
  | 'mean'
  | 'spread'
  | 'stddev'
  | 'median'
  | 'mode'
  | 'percentile'
  | 'distinct'
  | 'count-distinct'
  | 'top'
  | 'bottom'
  | 'sample'

export interface ReduceSpec {
  readonly function: ReduceFunction
  /** Index of the argument among the columns of the rows. */
  readonly column: number
  readonly inputType: ColumnType
  /** N of percentile, top, bottom and sample; 0 otherwise. */
  readonly argument: number
  /** Columns by whose values top and bottom tell points apart: one point for each combination. null = every point counts. */
  readonly distinctBy: readonly number[] | null
  /** Points keep the time of the chosen row: a lone selector without GROUP BY time. */
  readonly keepsTime: boolean
  /** Columns whose values go with the chosen row. */
  readonly auxiliary: readonly number[]
}

export interface BucketReducer {
  add(rows: Rows, from: number, to: number): void
  /** Appends the bucket's points and starts afresh. */
  close(series: SeriesBuilder, bucketStartNs: bigint): void
}

export function appendRow(
  series: SeriesBuilder,
  spec: ReduceSpec,
  rows: Rows,
  row: number,
  bucketStartNs: bigint,
): void {
  const timeNs = spec.keepsTime ? rows.times[row] : bucketStartNs
  series.appendFrom(timeNs, rows.columns[spec.column].values[row], rows, row)
}

export function difference(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' ? a - (b as bigint) : a - (b as number)
}

export function compare(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0
}
