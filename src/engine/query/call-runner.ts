/**
 * One call over one group: takes the group's rows piece by piece and makes the call's series. Storage may have reduced
 * the rows already; then only what comes after the reduction is left to do.
 */

import type { FillMode } from '../influxql/ast.js'
import { aggregateTime } from './group-calls.js'
import { lookingBack } from './looking-back.js'
import { gridOf } from './operators/bucket-grid.js'
import { bucketRows, type RowBuckets, rowsInRange, singleBucket } from './operators/bucket-rows.js'
import { fillSeries, stretchGrid } from './operators/fill.js'
import { forecastSeries } from './operators/forecast/forecast-series.js'
import { PointCollector } from './operators/point-collector.js'
import { GroupReducer } from './operators/reduce.js'
import type { Rows, Series } from './operators/rows.js'
import { type ForecastSpec, transform } from './operators/transform.js'
import type { Pace } from './pace.js'
import type { CallInput, PlanCall, SelectPlan } from './select-plan.js'

/** Rows with their buckets. */
export interface BucketedRows {
  readonly rows: Rows
  readonly buckets: RowBuckets
}

/** What a call sees of a piece, by the number of buckets that it looks back. */
export type PieceViews = (lookBack: number) => BucketedRows

export function viewsOf(plan: SelectPlan, rows: Rows): PieceViews {
  const known = new Map<number, BucketedRows>()
  return (lookBack) => {
    let view = known.get(lookBack)
    if (view === undefined) {
      const seen = rowsSeen(plan, rows, lookBack)
      view = { rows: seen, buckets: bucketsOf(plan, seen) }
      known.set(lookBack, view)
    }
    return view
  }
}

function rowsSeen(plan: SelectPlan, rows: Rows, lookBack: number): Rows {
  const range = lookingBack(plan, lookBack)
  const isAll = range.startNs <= plan.scanRange.startNs && range.endNs >= plan.scanRange.endNs
  return isAll ? rows : rowsInRange(rows, range, plan.isDescending)
}

function bucketsOf({ window, range, isDescending }: SelectPlan, rows: Rows): RowBuckets {
  return window === null
    ? singleBucket(rows.rowCount, aggregateTime(range.startNs))
    : bucketRows(rows.times, rows.rowCount, window, isDescending)
}

export interface CallRunner {
  push(views: PieceViews): void
  finish(pace: Pace): Promise<Series>
}

export function makeCallRunner(plan: SelectPlan, call: PlanCall): CallRunner {
  const { input } = call
  const collector = input.kind === 'points' ? new PointCollector(input.ref, input.inputType) : reducerOf(plan, input)
  return {
    push: (views) => {
      const { rows, buckets } = views(call.lookBack)
      collector.push(rows, buckets)
    },
    finish: (pace) => finishCall(plan, call, collector.finish(), pace),
  }
}

function reducerOf(plan: SelectPlan, input: Extract<CallInput, { kind: 'reduce' }>): GroupReducer {
  return new GroupReducer({
    function: input.function,
    column: input.ref,
    inputType: input.inputType,
    argument: input.argument,
    distinctBy: input.distinctBy,
    keepsTime: plan.isLoneSelector && plan.window === null,
    auxiliary: plan.isLoneSelector ? plan.auxiliary : [],
  })
}

/** The call's series from its reduced input: transformations work on filled buckets. */
export async function finishCall(plan: SelectPlan, call: PlanCall, series: Series, pace: Pace): Promise<Series> {
  const { input, transforms } = call
  if (transforms.length === 0 || series.count === 0) return series
  const { window, isDescending } = plan
  const context = { isDescending, window, range: plan.range }
  const isFilled = input.kind === 'reduce' && window !== null && input.fill.kind !== 'none'
  let points = isFilled ? fillAll(plan, call, input.fill, series) : series
  for (const spec of transforms) {
    if (points.count === 0) break
    points =
      spec.kind === 'forecast'
        ? await runForecast(points, spec, window?.intervalNs ?? 1n, pace)
        : transform(points, spec, context)
  }
  return points
}

/** Thousands of smoothings of the series: the only transformation that takes seconds, so it lets others run. */
async function runForecast(points: Series, spec: ForecastSpec, intervalNs: bigint, pace: Pace): Promise<Series> {
  const steps = forecastSeries(points, spec, intervalNs)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (pace.isDue(step.value)) await pace.pause()
  }
}

function fillAll(plan: SelectPlan, call: PlanCall, fill: FillMode, series: Series): Series {
  const grid = gridOf(series, plan.window!, lookingBack(plan, call.fillLookBack), plan.isDescending)
  return fillSeries(series, stretchGrid(series.times, grid, 0, grid.count), fill)
}
