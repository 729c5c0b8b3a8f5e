/**
 * fill(): the buckets in which a call has no point. A series of bucket values is laid on the grid of all buckets of
 * the query's time range; any stretch of the grid can be made on its own, so a long one is answered in frames. A count
 * fills with 0 where others fill with null, as in influxd 1.6.7.
 */

import { toInteger } from '../../domain/cast-column.js'
import { type Column, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn } from '../../domain/empty-column.js'
import type { FillMode } from '../../influxql/ast.js'
import type { BucketGrid } from './bucket-grid.js'
import { gatherColumn } from './column-slice.js'
import type { Series } from './rows.js'

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
    const index = grid.indexOf(point)
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
  return fillAbsent(gatherColumn(series.column, points), points, fill)
}

/** The number of fill(number) in rows without a point, in place; `points` tells which, -1 = none. */
export function fillAbsent(column: Column, points: Int32Array, fill: FillMode): Column {
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
    if (grid.indexOf(middle) < from) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Only numbers are interpolated; a null point beside the gap leaves it null. */
function fillLinear(series: Series, { grid, from, points, times }: GridStretch): Column {
  const { column } = series
  const out = emptyColumn(column.type, points.length)
  const validity = new Uint32Array(validityWordCount(points.length))
  let previous = points[0] >= 0 ? points[0] : lastPointBefore(series, grid, from)
  for (let i = 0; i < points.length; i++) {
    if (points[i] >= 0) previous = points[i]
    const value =
      points[i] >= 0
        ? valueAt(column, previous)
        : interpolate(series, previous, previous + 1, times[i], grid.intervalNs)
    if (value === null) continue
    out.values[i] = value
    setValid(validity, i)
  }
  return { ...out, validity } as Column
}

function valueAt(column: Column, point: number): number | bigint | string | null {
  return isValid(column.validity, point) ? column.values[point] : null
}

/** Along whole intervals since the epoch, as influxd counts. */
function interpolate(series: Series, previous: number, next: number, timeNs: bigint, intervalNs: bigint) {
  const { column, times } = series
  if (previous < 0 || next >= series.count || column.type === 'string' || column.type === 'boolean') return null
  if (!isValid(column.validity, previous) || !isValid(column.validity, next)) return null
  const previousStep = times[previous] / intervalNs
  const width = Number(times[next] / intervalNs - previousStep)
  const distance = Number(timeNs / intervalNs - previousStep)
  if (column.type === 'float') {
    const slope = (column.values[next] - column.values[previous]) / width
    return slope * distance + column.values[previous]
  }
  const slope = Number(column.values[next] - column.values[previous]) / width
  return toInteger(slope * distance + Number(column.values[previous]))
}
