/**
 * SELECT with functions: for each group, every call makes a series of points, by storage where it can and else by the
 * operators over raw rows; both ways give the same. Then per call fill and LIMIT, as InfluxDB has it, and the calls
 * side by side into frames.
 */

import type { Column } from '../domain/column.js'
import type { FillMode } from '../influxql/ast.js'
import { aggregateTime, type GroupCalls, keepsTime } from './group-calls.js'
import { groupPieces } from './group-pieces.js'
import { bucketRows, singleBucket } from './operators/bucket-rows.js'
import { sliceColumn } from './operators/column-slice.js'
import { defaultMissing } from './operators/default-missing.js'
import { type BucketGrid, fillSeries, type GridStretch, gridOf, stretchGrid } from './operators/fill.js'
import { type JoinInput, joinSeries } from './operators/join-series.js'
import { GroupReducer } from './operators/reduce.js'
import type { Rows, Series } from './operators/rows.js'
import { pushedAggregates } from './push-aggregates.js'
import type { SeriesFrame } from './result.js'
import type { SelectContext } from './select-context.js'
import type { PlanCall, SelectPlan } from './select-plan.js'
import { FRAME_ROW_COUNT, type FrameSeries, frameSeries, framesOf } from './series-frames.js'
import type { TableScan } from './table-scan.js'

/** `scans` are the tables of one measurement name. */
export async function* runAggregateSelect(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncGenerator<SeriesFrame> {
  const name = scans[0].request.table.measurement
  const groups = pushedAggregates(plan, scans, context) ?? reducedGroups(plan, scans, context)
  for await (const { values, series } of groups) yield* groupFrames(plan, frameSeries(plan, name, values), series)
}

async function* reducedGroups(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncGenerator<GroupCalls> {
  const { pace } = context
  let reducers = plan.calls.map((call) => reducerOf(plan, call))
  for await (const { values, rows, isLast } of groupPieces(plan, scans, context)) {
    const buckets = bucketsOf(plan, rows)
    for (const reducer of reducers) {
      reducer.push(rows, buckets)
      if (pace.isDue(rows.rowCount)) await pace.pause()
    }
    if (!isLast) continue
    yield { values, series: reducers.map((reducer) => reducer.finish()) }
    reducers = plan.calls.map((call) => reducerOf(plan, call))
  }
}

function reducerOf(plan: SelectPlan, call: PlanCall): GroupReducer {
  const ref = plan.refs[call.ref]
  return new GroupReducer({
    function: call.function,
    column: call.ref,
    inputType: ref.kind === 'field' ? ref.type : 'string',
    argument: call.argument,
    keepsTime: keepsTime(plan),
    auxiliary: plan.isLoneSelector ? plan.auxiliary : [],
  })
}

function bucketsOf({ window, range, isDescending }: SelectPlan, rows: Rows) {
  return window === null
    ? singleBucket(rows.rowCount, aggregateTime(range.startNs))
    : bucketRows(rows.times, rows.rowCount, window, isDescending)
}

function* groupFrames(plan: SelectPlan, frames: FrameSeries, series: readonly Series[]): Generator<SeriesFrame> {
  const stretches = plan.calls.map((call, i) => stretchOf(plan, call, series[i]))
  const present = stretches.filter((stretch) => stretch !== null)
  if (present.length === 0) return
  const [{ grid, from, to }] = present
  const isAligned = grid !== null && present.every((other) => hasSameBuckets(other, grid, from, to))
  const step = isAligned ? FRAME_ROW_COUNT : to - from
  for (let start = from; start < to; start += step) {
    const end = isAligned ? Math.min(start + step, to) : to
    const take = takerOf(isAligned ? start : null, end)
    const inputs = plan.calls.map(({ type }, i): JoinInput => {
      const stretch = stretches[i]
      return { type, series: stretch === null ? null : take(stretch) }
    })
    const joined = joinSeries(inputs, plan.isDescending, plan.fill)
    const auxiliary = defaultMissing(auxiliaryOf(inputs), joined.rowCount, plan.fill, frames.carried)
    const rows = { ...joined, columns: [...joined.columns, ...auxiliary] }
    yield* framesOf(plan, frames, rows, end >= to || !isAligned)
    if (!isAligned) return
  }
}

function auxiliaryOf(inputs: readonly JoinInput[]): readonly Column[] {
  return inputs.length === 1 ? (inputs[0].series?.auxiliary ?? []) : []
}

/** The part of a call's points, or of its filled buckets, that LIMIT and OFFSET leave. */
interface Stretch {
  readonly series: Series
  readonly fill: FillMode
  readonly grid: BucketGrid | null
  readonly from: number
  readonly to: number
}

function stretchOf(plan: SelectPlan, call: PlanCall, series: Series): Stretch | null {
  if (series.count === 0) return null
  const { window, limit, offset } = plan
  const grid =
    window !== null && call.fill.kind !== 'none' ? gridOf(series, window, plan.range, plan.isDescending) : null
  const count = grid?.count ?? series.count
  const from = Math.min(offset, count)
  const to = limit === 0 ? count : Math.min(offset + limit, count)
  return from >= to ? null : { series, fill: call.fill, grid, from, to }
}

function hasSameBuckets(stretch: Stretch, grid: BucketGrid, from: number, to: number): boolean {
  return stretch.grid?.firstNs === grid.firstNs && stretch.from === from && stretch.to === to
}

/**
 * Takes the buckets `[start, end)` of filled series, or all that LIMIT leaves when `start` is null. Calls that storage
 * made together share their times, so they share the work of laying them on the grid.
 */
function takerOf(start: number | null, end: number): (stretch: Stretch) => Series {
  let last: { readonly times: BigInt64Array; readonly buckets: GridStretch } | null = null
  return ({ series, fill, grid, from, to }) => {
    if (grid === null) return sliceSeries(series, from, to)
    if (start === null) return fillSeries(series, stretchGrid(series.times, grid, from, to), fill)
    if (last === null || last.times !== series.times) {
      last = { times: series.times, buckets: stretchGrid(series.times, grid, start, end) }
    }
    return fillSeries(series, last.buckets, fill)
  }
}

function sliceSeries(series: Series, from: number, to: number): Series {
  if (from === 0 && to === series.count) return series
  return {
    count: to - from,
    times: series.times.subarray(from, to),
    column: sliceColumn(series.column, from, to),
    auxiliary: series.auxiliary.map((column) => sliceColumn(column, from, to)),
  }
}
