/**
 * All buckets of a query's time range, and where the points of a series are among them. A grid is a rule and not a list:
 * a century of seconds costs no more than a day of them.
 *
 * Bounds as in influxd 1.6.7: without a lower time bound the grid starts at the series' own first point; descending,
 * it then ends at the last one.
 */

import { TIMESTAMP_NS_MIN, type TimeRange } from '../../domain/time-range.js'
import type { Series } from './rows.js'
import { bucketStart, type Window, type ZoneOffset, zoneShift } from './window.js'

/** Offsets of zones last longer. */
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
