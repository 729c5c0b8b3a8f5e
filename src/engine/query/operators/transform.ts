/**
 * Functions that make a point from neighbouring points: derivative, difference, moving_average, cumulative_sum, elapsed,
 * integral, and those of technical analysis. They read one series in the query's direction; points that are null are
 * passed over.
 */

import { type Column, isValid } from '../../domain/column.js'
import { TIMESTAMP_NS_MIN, type TimeRange } from '../../domain/time-range.js'
import type { Series } from './rows.js'
import { SeriesBuilder } from './series-builder.js'
import { type IndicatorFunction, type IndicatorSpec, makeIndicator } from './technical-analysis/make-indicator.js'
import { bucketEnd, bucketStart, type Window } from './window.js'

export type TransformFunction = NeighbourFunction | IndicatorFunction | ForecastFunction

export type ForecastFunction = 'holt_winters' | 'holt_winters_with_fit'

export type NeighbourFunction =
  | 'derivative'
  | 'non_negative_derivative'
  | 'difference'
  | 'non_negative_difference'
  | 'moving_average'
  | 'cumulative_sum'
  | 'elapsed'
  | 'integral'

export type TransformSpec = NeighbourSpec | IndicatorSpec | ForecastSpec

export interface NeighbourSpec {
  readonly kind: 'neighbours'
  readonly function: NeighbourFunction
  /** derivative, elapsed and integral are per this time. */
  readonly unitNs: bigint
  /** Points in a moving average. */
  readonly size: number
}

/** See `holt-winters.ts`. */
export interface ForecastSpec {
  readonly kind: 'forecast'
  readonly function: ForecastFunction
  /** How many points to forecast. */
  readonly pointCount: number
  /** Points in a season; less than 2 = no season. */
  readonly season: number
}

export interface TransformContext {
  readonly isDescending: boolean
  readonly window: Window | null
  /** Of the query. */
  readonly range: TimeRange
}

export function transformedType(name: TransformFunction, inputType: Column['type']): Column['type'] {
  switch (name) {
    case 'elapsed':
      return 'integer'
    case 'difference':
    case 'non_negative_difference':
    case 'cumulative_sum':
      return inputType
    default:
      return 'float'
  }
}

export function transform(series: Series, spec: NeighbourSpec | IndicatorSpec, context: TransformContext): Series {
  const points = presentPoints(series)
  const out = new SeriesBuilder(transformedType(spec.function, series.column.type))
  if (spec.kind === 'indicator') indicate(points, spec, out)
  else TRANSFORMS[spec.function](points, spec, out, context)
  return out.finish()
}

function presentPoints(series: Series): Points {
  const { column, times, count } = series
  const rows: number[] = []
  for (let row = 0; row < count; row++) if (isValid(column.validity, row)) rows.push(row)
  return { times: rows.map((row) => times[row]), values: rows.map((row) => column.values[row] as number | bigint) }
}

interface Points {
  readonly times: readonly bigint[]
  readonly values: readonly (number | bigint)[]
}

type Transform = (points: Points, spec: NeighbourSpec, out: SeriesBuilder, context: TransformContext) => void

const TRANSFORMS: Record<NeighbourFunction, Transform> = {
  derivative: (points, spec, out, context) => derivative(points, spec, out, context, false),
  non_negative_derivative: (points, spec, out, context) => derivative(points, spec, out, context, true),
  difference: (points, _spec, out) => differences(points, out, false),
  non_negative_difference: (points, _spec, out) => differences(points, out, true),
  moving_average: movingAverage,
  cumulative_sum: cumulativeSum,
  elapsed,
  integral,
}

/** Results before the indicator has seen enough points are held back; infinite ones are left out (influxd 1.6.7). */
function indicate({ times, values }: Points, spec: IndicatorSpec, out: SeriesBuilder): void {
  const indicator = makeIndicator(spec)
  const holdCount = spec.holdPeriod ?? indicator.warmCount
  for (let i = 0; i < values.length; i++) {
    const result = indicator.next(Number(values[i]))
    if (i >= holdCount && Math.abs(result) !== Number.POSITIVE_INFINITY) out.append(times[i], result)
  }
}

/** Only the first of several points at one time counts; `visit` gets it with the one before. */
function eachAdvance({ times }: Points, visit: (previous: number, current: number) => void): void {
  let previous = 0
  for (let i = 1; i < times.length; i++) {
    if (times[i] === times[previous]) continue
    visit(previous, i)
    previous = i
  }
}

function derivative(
  points: Points,
  { unitNs }: NeighbourSpec,
  out: SeriesBuilder,
  { isDescending }: TransformContext,
  isNonNegative: boolean,
): void {
  const { times, values } = points
  eachAdvance(points, (previous, current) => {
    const change = Number(subtract(values[current], values[previous]))
    if (isNonNegative && change < 0) return
    const forwardsNs = elapsedNs(times, previous, current)
    const sinceNs = isDescending ? -forwardsNs : forwardsNs
    out.append(times[current], change / (Number(sinceNs) / Number(unitNs)))
  })
}

function differences(points: Points, out: SeriesBuilder, isNonNegative: boolean): void {
  const { times, values } = points
  eachAdvance(points, (previous, current) => {
    const change = subtract(values[current], values[previous])
    // NaN is not negative.
    if (isNonNegative && change < 0) return
    out.append(times[current], change)
  })
}

function subtract(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' ? BigInt.asIntN(64, a - (b as bigint)) : a - (b as number)
}

function add(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' ? a + (b as bigint) : a + (b as number)
}

/** Sums are carried along from point to point, as InfluxDB does, so that the same rounding shows. */
function movingAverage({ times, values }: Points, { size }: NeighbourSpec, out: SeriesBuilder): void {
  let sum: number | bigint = typeof values[0] === 'bigint' ? 0n : 0
  for (let i = 0; i < values.length; i++) {
    // What leaves goes first: beside a very large value that has gone, a small one counts again.
    if (i >= size) sum = add(sum, -values[i - size])
    sum = add(sum, values[i])
    if (i >= size - 1) out.append(times[i], Number(sum) / size)
  }
}

function cumulativeSum({ times, values }: Points, _spec: NeighbourSpec, out: SeriesBuilder): void {
  let sum: number | bigint = typeof values[0] === 'bigint' ? 0n : 0
  for (let i = 0; i < values.length; i++) {
    sum = add(sum, values[i])
    out.append(times[i], sum)
  }
}

/** More than 292 years wrap around, as in InfluxDB. */
function elapsedNs(times: readonly bigint[], from: number, to: number): bigint {
  return BigInt.asIntN(64, times[to] - times[from])
}

function elapsed({ times }: Points, { unitNs }: NeighbourSpec, out: SeriesBuilder): void {
  for (let i = 1; i < times.length; i++) out.append(times[i], elapsedNs(times, i - 1, i) / unitNs)
}

/**
 * Area under straight lines between points, in value times unit; negative when time runs backwards. A line that leaves a
 * bucket is cut at the bucket's end; the rest of it, over empty buckets too, belongs to the bucket of the next point. A
 * last point on the start of its bucket has no area there and gives no row. Between integers the rest starts lower, by as
 * much as the whole line rises (influxd 1.6.7).
 */
function integral({ times, values }: Points, { unitNs }: NeighbourSpec, out: SeriesBuilder, context: TransformContext) {
  if (times.length === 0) return
  const unit = Number(unitNs)
  const isInteger = typeof values[0] === 'bigint'
  let span = spanOf(times[0], isInteger, context)
  let area = 0
  for (let i = 1; i < times.length; i++) {
    if (times[i] === times[i - 1]) continue
    let line: Line = { fromNs: times[i - 1], toNs: times[i], from: Number(values[i - 1]), to: Number(values[i]) }
    if (isBeyond(times[i], span, context.isDescending)) {
      const edge = valueAt(line, span.endNs)
      out.append(stampOf(span), area + areaBelow({ ...line, toNs: span.endNs, to: edge }, unit))
      if (line.fromNs !== span.endNs) {
        line = { ...line, fromNs: span.endNs, from: isInteger ? edge - (line.to - line.from) : edge }
      }
      area = 0
      span = spanOf(times[i], isInteger, context)
    }
    area += areaBelow(line, unit)
  }
  if (times[times.length - 1] !== span.startNs) out.append(stampOf(span), area)
}

/** A bucket in the query's direction: it starts where the query comes from. */
interface Span {
  readonly startNs: bigint
  /** null = nothing lies beyond. */
  readonly endNs: bigint | null
}

type BoundedSpan = Span & { readonly endNs: bigint }

/** Without buckets, integers have one from bound to bound, and floats none: their time is 0. */
function spanOf(timeNs: bigint, isInteger: boolean, { window, range, isDescending }: TransformContext): Span {
  if (window === null && !isInteger) return { startNs: 0n, endNs: null }
  const [startNs, endNs] =
    window === null ? [range.startNs, range.endNs] : [bucketStart(window, timeNs), bucketEnd(window, timeNs)]
  return isDescending ? { startNs: endNs, endNs: startNs } : { startNs, endNs }
}

function isBeyond(timeNs: bigint, span: Span, isDescending: boolean): span is BoundedSpan {
  const { endNs } = span
  return endNs !== null && (isDescending ? timeNs <= endNs : timeNs >= endNs)
}

function stampOf({ startNs }: Span): bigint {
  return startNs <= TIMESTAMP_NS_MIN ? 0n : startNs
}

interface Line {
  readonly fromNs: bigint
  readonly toNs: bigint
  readonly from: number
  readonly to: number
}

function areaBelow({ fromNs, toNs, from, to }: Line, unit: number): number {
  return (0.5 * (from + to) * Number(toNs - fromNs)) / unit
}

function valueAt({ fromNs, toNs, from, to }: Line, timeNs: bigint): number {
  return from + ((to - from) * Number(timeNs - fromNs)) / Number(toNs - fromNs)
}
