/**
 * SELECT with functions: for each group, every call makes a series of points, by storage where it can and else by the
 * operators over raw rows; both ways give the same. Then per call fill and LIMIT, as InfluxDB has it, and the calls
 * side by side into frames.
 */

import type { Column } from '../domain/column.js'
import type { FillMode } from '../influxql/ast.js'
import { makeCallRunner, viewsOf } from './call-runner.js'
import type { GroupCalls } from './group-calls.js'
import type { GroupPiece } from './group-pieces.js'
import { type BucketGrid, gridOf } from './operators/bucket-grid.js'
import { sliceColumn } from './operators/column-slice.js'
import { defaultMissing } from './operators/default-missing.js'
import { fillSeries, type GridStretch, stretchGrid } from './operators/fill.js'
import { type JoinInput, joinSeries } from './operators/join-series.js'
import type { Series } from './operators/rows.js'
import type { Pace } from './pace.js'
import type { SeriesFrame } from './result.js'
import type { SelectContext } from './select-context.js'
import type { PlanCall, SelectPlan } from './select-plan.js'
import { FRAME_ROW_COUNT, type FrameSeries, frameSeries, framesOf } from './series-frames.js'

export async function* aggregateFrames(
  plan: SelectPlan,
  groups: AsyncIterable<GroupCalls>,
  pace: Pace,
): AsyncGenerator<SeriesFrame> {
  for await (const { name, values, series } of groups) {
    for (const frame of groupFrames(plan, frameSeries(plan, name, values), series)) {
      yield frame
      if (pace.isDue(frame.rowCount * frame.columns.length)) await pace.pause()
    }
  }
}

export async function* reducedGroups(
  plan: SelectPlan,
  pieces: AsyncIterable<GroupPiece>,
  context: SelectContext,
): AsyncGenerator<GroupCalls> {
  const { pace } = context
  let runners = plan.calls.map((call) => makeCallRunner(plan, call))
  for await (const { name, values, rows, isLast } of pieces) {
    const views = viewsOf(plan, rows)
    for (const runner of runners) {
      runner.push(views)
      if (pace.isDue(rows.rowCount)) await pace.pause()
    }
    if (!isLast) continue
    const series: Series[] = []
    for (const runner of runners) series.push(await runner.finish(pace))
    yield { name, values, series }
    runners = plan.calls.map((call) => makeCallRunner(plan, call))
  }
}

function* groupFrames(plan: SelectPlan, frames: FrameSeries, series: readonly Series[]): Generator<SeriesFrame> {
  const stretches = plan.calls.map((call, i) => stretchOf(plan, call, series[i]))
  const present = stretches.filter((stretch) => stretch !== null)
  if (present.length === 0) return
  const [{ grid, from, to }] = present
  const isAligned = grid !== null && present.every((other) => hasSameBuckets(other, present[0]))
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

const FILL_NONE: FillMode = { kind: 'none' }

function stretchOf(plan: SelectPlan, call: PlanCall, series: Series): Stretch | null {
  if (series.count === 0) return null
  const { window, limit, offset } = plan
  const fill = call.transforms.length === 0 && call.input.kind === 'reduce' ? call.input.fill : FILL_NONE
  const grid = window !== null && fill.kind !== 'none' ? gridOf(series, window, plan.range, plan.isDescending) : null
  const count = grid?.count ?? series.count
  const from = Math.min(offset, count)
  const to = limit === 0 ? count : Math.min(offset + limit, count)
  return from >= to ? null : { series, fill, grid, from, to }
}

function hasSameBuckets(a: Stretch, b: Stretch): boolean {
  if (a.from !== b.from || a.to !== b.to || a.grid?.firstNs !== b.grid?.firstNs) return false
  return a.series.times === b.series.times || (isEven(a) && isEven(b))
}

/** In a time zone a point may have a start of its own. */
function isEven({ grid }: Stretch): boolean {
  return grid?.isEven === true
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
