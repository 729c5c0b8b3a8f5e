/**
 * fill(): the buckets in which a call has no point. A series of bucket values is laid on the grid of all buckets of
 * the query's time range; any stretch of the grid can be made on its own, so a long one is answered in frames.
 *
 * Bounds as in influxd 1.6.7: without a lower time bound the grid starts at the series' own first point; descending,
 * it then ends at the last one. A count fills with 0 where others fill with null.
 */

import { toInteger } from '../../domain/cast-column.js'
import { type Column, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn } from '../../domain/empty-column.js'
import { TIMESTAMP_NS_MIN, type TimeRange } from '../../domain/time-range.js'
import type { FillMode } from '../../influxql/ast.js'
import { gatherColumn } from './column-slice.js'
import type { Series } from './rows.js'
import { bucketEnd, bucketStart, type Window } from './window.js'

/** Starts of consecutive buckets in the query's direction. */
export interface BucketGrid {
  readonly count: number
  readonly firstNs: bigint
  timeAt(index: number): bigint
  indexOf(timeNs: bigint): number
}

/** `series` has at least one point. */
export function gridOf(series: Series, window: Window, range: TimeRange, isDescending: boolean): BucketGrid {
  const firstPointNs = series.times[0]
  const lastPointNs = series.times[series.count - 1]
  const lowNs = bucketStart(window, range.startNs)
  const highNs = bucketStart(window, range.endNs - 1n)
  const isUnbounded = range.startNs <= TIMESTAMP_NS_MIN
  const firstNs = isDescending ? highNs : isUnbounded ? firstPointNs : lowNs
  const lastNs = isDescending ? (isUnbounded ? lastPointNs : lowNs) : highNs
  return window.zoneOffset === null
    ? regularGrid(firstNs, lastNs, isDescending ? -window.intervalNs : window.intervalNs)
    : zonedGrid(firstNs, lastNs, window, isDescending)
}

function regularGrid(firstNs: bigint, lastNs: bigint, stepNs: bigint): BucketGrid {
  const count = Number((lastNs - firstNs) / stepNs) + 1
  return {
    count: Math.max(count, 0),
    firstNs,
    timeAt: (index) => firstNs + BigInt(index) * stepNs,
    indexOf: (timeNs) => Number((timeNs - firstNs) / stepNs),
  }
}

/** Steps differ where the zone's offset changes, so the starts are written out. */
function zonedGrid(firstNs: bigint, lastNs: bigint, window: Window, isDescending: boolean): BucketGrid {
  const starts: bigint[] = []
  const indexes = new Map<bigint, number>()
  for (let timeNs = firstNs; isDescending ? timeNs >= lastNs : timeNs <= lastNs; ) {
    indexes.set(timeNs, starts.length)
    starts.push(timeNs)
    timeNs = isDescending ? bucketStart(window, timeNs - 1n) : bucketEnd(window, timeNs)
  }
  return {
    count: starts.length,
    firstNs,
    timeAt: (index) => starts[index],
    indexOf: (timeNs) => indexes.get(timeNs) ?? -1,
  }
}

/** A stretch of the grid and which point of a series lies in each of its buckets. */
export interface GridStretch {
  readonly grid: BucketGrid
  readonly from: number
  readonly times: BigInt64Array
  /** Index of the point, or -1. */
  readonly points: Int32Array
  /** Every point of the series is here, one for each bucket. */
  readonly isComplete: boolean
}

/** Buckets `[from, to)` of the grid for series whose points have these times. */
export function stretchGrid(times: BigInt64Array, grid: BucketGrid, from: number, to: number): GridStretch {
  const count = to - from
  const isComplete = count === grid.count && times.length === count
  const points = new Int32Array(count)
  if (isComplete) {
    for (let i = 0; i < count; i++) points[i] = i
    return { grid, from, times, points, isComplete }
  }
  const starts = new BigInt64Array(count)
  for (let i = 0; i < count; i++) starts[i] = grid.timeAt(from + i)
  points.fill(-1)
  for (let point = 0; point < times.length; point++) {
    const index = grid.indexOf(times[point])
    if (index >= from && index < to) points[index - from] = point
  }
  return { grid, from, times: starts, points, isComplete }
}

/** The stretch with the points of `series`, and filled ones between them. */
export function fillSeries(series: Series, stretch: GridStretch, fill: FillMode): Series {
  if (stretch.isComplete) return series
  return {
    count: stretch.points.length,
    times: stretch.times,
    column: FILL[fill.kind](series, stretch, fill),
    auxiliary: series.auxiliary.map((column) => gatherColumn(column, stretch.points)),
  }
}

type Fill = (series: Series, stretch: GridStretch, fill: FillMode) => Column

const FILL = {
  null: (series, { points }) => gatherColumn(series.column, points),
  none: (series, { points }) => gatherColumn(series.column, points),
  number: fillNumber,
  previous: fillPrevious,
  linear: fillLinear,
} satisfies Record<FillMode['kind'], Fill>

function fillNumber(series: Series, { points }: GridStretch, fill: FillMode): Column {
  const column = gatherColumn(series.column, points)
  if (fill.kind !== 'number' || column.validity === null) return column
  const value = castNumber(fill.value, column.type)
  for (let i = 0; i < points.length; i++) {
    if (points[i] >= 0) continue
    column.values[i] = value
    setValid(column.validity, i)
  }
  return column
}

/** The number as a value of `type`; '' and false for types that numbers do not become, as influxd answers. */
export function castNumber(value: number | bigint, type: Column['type']): number | bigint | string {
  switch (type) {
    case 'float':
      return Number(value)
    case 'string':
      return ''
    case 'boolean':
      return 0
    default:
      return toInteger(value)
  }
}

function fillPrevious(series: Series, { grid, from, points }: GridStretch): Column {
  const sources = points.slice()
  let last = points[0] >= 0 ? points[0] : lastPointBefore(series, grid, from)
  for (let i = 0; i < sources.length; i++) {
    if (sources[i] >= 0) last = sources[i]
    else sources[i] = last
  }
  return gatherColumn(series.column, sources)
}

/** Point in the latest bucket before grid index `from`, or -1. */
function lastPointBefore(series: Series, grid: BucketGrid, from: number): number {
  let low = 0
  let high = series.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (grid.indexOf(series.times[middle]) < from) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Only numbers are interpolated; a null point beside the gap leaves it null. */
function fillLinear(series: Series, { grid, from, points }: GridStretch): Column {
  const { column } = series
  const out = emptyColumn(column.type, points.length)
  const validity = new Uint32Array(validityWordCount(points.length))
  let previous = points[0] >= 0 ? points[0] : lastPointBefore(series, grid, from)
  for (let i = 0; i < points.length; i++) {
    if (points[i] >= 0) previous = points[i]
    const value =
      points[i] >= 0 ? valueAt(column, previous) : interpolate(series, grid, previous, previous + 1, from + i)
    if (value === null) continue
    out.values[i] = value
    setValid(validity, i)
  }
  return { ...out, validity } as Column
}

function valueAt(column: Column, point: number): number | bigint | string | null {
  return isValid(column.validity, point) ? column.values[point] : null
}

function interpolate(series: Series, grid: BucketGrid, previous: number, next: number, index: number) {
  const { column, times } = series
  if (previous < 0 || next >= series.count || column.type === 'string' || column.type === 'boolean') return null
  if (!isValid(column.validity, previous) || !isValid(column.validity, next)) return null
  const previousIndex = grid.indexOf(times[previous])
  const width = grid.indexOf(times[next]) - previousIndex
  const distance = index - previousIndex
  if (column.type === 'float') {
    const slope = (column.values[next] - column.values[previous]) / width
    return slope * distance + column.values[previous]
  }
  const slope = Number(column.values[next] - column.values[previous]) / width
  return toInteger(slope * distance + Number(column.values[previous]))
}
