/**
 * Cuts the rows of a group into buckets. Rows come in time order, so a bucket is a range of rows; its end is found by
 * galloping, which costs a few comparisons a bucket and none a row.
 */

import { TIMESTAMP_NS_MIN, type TimeRange } from '../../domain/time-range.js'
import { sliceColumn } from './column-slice.js'
import type { Rows } from './rows.js'
import { bucketEnd, bucketStart, type Window } from './window.js'

export interface RowBuckets {
  readonly count: number
  /** Rows of bucket `k` are `[firstRow[k], firstRow[k + 1])`. */
  readonly firstRow: readonly number[]
  /** A bucket that would start at the least time is stamped 0, as InfluxDB does. */
  readonly startsNs: readonly bigint[]
}

/** One bucket for all rows, as a query without GROUP BY time has it. */
export function singleBucket(rowCount: number, startNs: bigint): RowBuckets {
  return { count: 1, firstRow: [0, rowCount], startsNs: [startNs] }
}

export function bucketRows(times: BigInt64Array, rowCount: number, window: Window, isDescending: boolean): RowBuckets {
  const firstRow: number[] = []
  const startsNs: bigint[] = []
  let row = 0
  while (row < rowCount) {
    const startNs = bucketStart(window, times[row])
    firstRow.push(row)
    startsNs.push(startNs <= TIMESTAMP_NS_MIN ? 0n : startNs)
    row = isDescending
      ? firstRowBefore(times, row, rowCount, startNs)
      : firstRowFrom(times, row, rowCount, bucketEnd(window, times[row]))
  }
  firstRow.push(rowCount)
  return { count: startsNs.length, firstRow, startsNs }
}

/** First row after `row` with a time of at least `limitNs`; times ascend. */
export function firstRowFrom(times: BigInt64Array, row: number, rowCount: number, limitNs: bigint): number {
  let step = 1
  while (row + step < rowCount && times[row + step] < limitNs) step *= 2
  let low = row + (step >>> 1)
  let high = Math.min(row + step, rowCount)
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (times[middle] < limitNs) low = middle
    else high = middle
  }
  return high
}

/** First row after `row` with a time below `limitNs`; times descend. */
export function firstRowBefore(times: BigInt64Array, row: number, rowCount: number, limitNs: bigint): number {
  let step = 1
  while (row + step < rowCount && times[row + step] >= limitNs) step *= 2
  let low = row + (step >>> 1)
  let high = Math.min(row + step, rowCount)
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (times[middle] >= limitNs) low = middle
    else high = middle
  }
  return high
}

/** The rows whose time lies in `range`, as views. */
export function rowsInRange(rows: Rows, range: TimeRange, isDescending: boolean): Rows {
  const { times, rowCount } = rows
  const start = isDescending
    ? firstRowBefore(times, -1, rowCount, range.endNs)
    : firstRowFrom(times, -1, rowCount, range.startNs)
  const end = isDescending
    ? firstRowBefore(times, start - 1, rowCount, range.startNs)
    : firstRowFrom(times, start - 1, rowCount, range.endNs)
  if (start === 0 && end === rowCount) return rows
  return {
    rowCount: end - start,
    times: times.subarray(start, end),
    columns: rows.columns.map((column) => sliceColumn(column, start, end)),
  }
}
