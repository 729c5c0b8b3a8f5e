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
import { bucketStart, type Window, type ZoneOffset, zoneShift } from './window.js'

const ZONE_STRIDE_NS = 12n * 3_600_000_000_000n

/** Starts of consecutive buckets in the query's direction, and where a series' points are among them. */
export interface BucketGrid {
  readonly count: number
  readonly firstNs: bigint
  readonly intervalNs: bigint
  /** Starts are the same for every series with the same first one and count. */
  readonly isEven: boolean
  timeAt(index: number): bigint
  /** Index of the series' point number `point`; -1 when it is outside. */
  indexOf(point: number): number
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
    ? regularGrid(series.times, firstNs, lastNs, isDescending ? -window.intervalNs : window.intervalNs)
    : zonedGrid(series.times, zonedStarts(firstNs, lastNs, window, window.zoneOffset, isDescending))
}

function regularGrid(times: BigInt64Array, firstNs: bigint, lastNs: bigint, stepNs: bigint): BucketGrid {
  const count = Number((lastNs - firstNs) / stepNs) + 1
  return {
    count: Math.max(count, 0),
    firstNs,
    intervalNs: stepNs < 0n ? -stepNs : stepNs,
    isEven: true,
    timeAt: (index) => firstNs + BigInt(index) * stepNs,
    indexOf: (point) => Number((times[point] - firstNs) / stepNs),
  }
}

/** Buckets `[index, index + count)` whose starts are an interval apart. */
interface GridPiece {
  readonly index: number
  readonly firstNs: bigint
  readonly count: number
}

interface ZonedStarts {
  readonly firstNs: bigint
  /** At least one. */
  readonly pieces: readonly GridPiece[]
  readonly count: number
  readonly stepNs: bigint
}

/**
 * A step is longer or shorter where the zone's offset changes, unless the change is as long as the step. As influxd: the
 * offset that counts is the one just before a start.
 */
function zonedStarts(
  firstNs: bigint,
  lastNs: bigint,
  window: Window,
  zoneOffset: ZoneOffset,
  isDescending: boolean,
): ZonedStarts {
  const stepNs = isDescending ? -window.intervalNs : window.intervalNs
  const pieces: GridPiece[] = []
  let count = 0
  let zone = zoneOffset(firstNs)
  for (let timeNs = firstNs; isDescending ? timeNs >= lastNs : timeNs <= lastNs; ) {
    const left = Number((lastNs - timeNs) / stepNs) + 1
    const piece = { index: count, firstNs: timeNs, count: stepsInZone(timeNs, stepNs, left, zone, zoneOffset) }
    pieces.push(piece)
    count += piece.count
    timeNs += BigInt(piece.count) * stepNs
    const nextZone = zoneOffset(timeNs - 1n)
    timeNs += zoneShift(window, zone, nextZone)
    zone = nextZone
  }
  if (pieces.length === 0) pieces.push({ index: 0, firstNs, count: 0 })
  return { firstNs, pieces, count, stepNs }
}

/**
 * Buckets of points may start beside the starts that the grid has. As influxd: each start is taken up by the next point
 * that is not behind it, which keeps its own time; points that are left over come at the end.
 */
function zonedGrid(times: BigInt64Array, starts: ZonedStarts): BucketGrid {
  const { count } = starts
  const positions = new Float64Array(times.length)
  let isEven = true
  for (let point = 0; point < times.length; point++) {
    const free = point === 0 ? 0 : positions[point - 1] + 1
    positions[point] = Math.max(free, firstNotBefore(starts, times[point]))
    if (isEven && startAt(starts, positions[point]) !== times[point]) isEven = false
  }
  const end = times.length === 0 ? 0 : positions[times.length - 1] + 1
  return {
    count: Math.max(count, end),
    firstNs: starts.firstNs,
    intervalNs: starts.stepNs < 0n ? -starts.stepNs : starts.stepNs,
    isEven,
    timeAt: (index) => {
      const point = searchPosition(positions, index)
      if (point >= 0) return times[point]
      return startAt(starts, index)
    },
    indexOf: (point) => positions[point],
  }
}

function startAt({ pieces, stepNs }: ZonedStarts, index: number): bigint {
  const piece = lastPiece(pieces, (candidate) => candidate.index <= index)
  return piece.firstNs + BigInt(index - piece.index) * stepNs
}

/** Index of the first start that is not before the time, in the grid's direction. */
function firstNotBefore({ pieces, stepNs }: ZonedStarts, timeNs: bigint): number {
  const piece = lastPiece(pieces, ({ firstNs }) => (stepNs < 0n ? firstNs >= timeNs : firstNs <= timeNs))
  const sinceNs = stepNs < 0n ? piece.firstNs - timeNs : timeNs - piece.firstNs
  if (sinceNs <= 0n) return piece.index
  const lengthNs = stepNs < 0n ? -stepNs : stepNs
  return piece.index + Math.min(Number((sinceNs + lengthNs - 1n) / lengthNs), piece.count)
}

function searchPosition(positions: Float64Array, index: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (positions[middle] < index) low = middle + 1
    else high = middle
  }
  return positions[low] === index ? low : -1
}

/** Steps, at least one and `max` at most, before the zone's offset is another one. Offsets last longer than the stride. */
function stepsInZone(fromNs: bigint, stepNs: bigint, max: number, zone: bigint, zoneOffset: ZoneOffset): number {
  const isInZone = (steps: number): boolean => zoneOffset(fromNs + BigInt(steps) * stepNs - 1n) === zone
  const stride = Math.max(1, Number(ZONE_STRIDE_NS / (stepNs < 0n ? -stepNs : stepNs)))
  let low = 0
  let high = Math.min(stride, max)
  while (low < max && isInZone(high)) {
    low = high
    high = Math.min(high + stride, max)
  }
  if (low === max) return max
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (isInZone(middle)) low = middle
    else high = middle
  }
  return high
}

/** The first where none is meant. */
function lastPiece(pieces: readonly GridPiece[], isMeant: (piece: GridPiece) => boolean): GridPiece {
  let low = 0
  let high = pieces.length
  while (low + 1 < high) {
    const middle = (low + high) >>> 1
    if (isMeant(pieces[middle])) low = middle
    else high = middle
  }
  return pieces[low]
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
