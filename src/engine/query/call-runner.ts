/**
 * One call over one group: takes the group's rows piece by piece and makes the call's series. Storage may have reduced
 * the rows already; then only what comes after the reduction is left to do.
 */

import type { TimeRange } from '../domain/time-range.js'
import { aggregateTime } from './group-calls.js'
import { bucketRows, type RowBuckets, rowsInRange, singleBucket } from './operators/bucket-rows.js'
import { fillSeries, gridOf, stretchGrid } from './operators/fill.js'
import { PointCollector } from './operators/point-collector.js'
import { GroupReducer } from './operators/reduce.js'
import type { Rows, Series } from './operators/rows.js'
import { transform } from './operators/transform.js'
import type { CallInput, PlanCall, SelectPlan } from './select-plan.js'

/** Rows with their buckets, once for the query's range and once for the calls that look back. */
export interface BucketedRows {
  readonly rows: Rows
  readonly buckets: RowBuckets
}

export interface PieceViews {
  readonly inRange: BucketedRows
  readonly lookingBack: BucketedRows
}

export function viewsOf(plan: SelectPlan, rows: Rows): PieceViews {
  const whole = { rows, buckets: bucketsOf(plan, rows) }
  if (plan.scanRange === plan.range) return { inRange: whole, lookingBack: whole }
  const inside = rowsInRange(rows, plan.range, plan.isDescending)
  return { inRange: { rows: inside, buckets: bucketsOf(plan, inside) }, lookingBack: whole }
}

function bucketsOf({ window, range, isDescending }: SelectPlan, rows: Rows): RowBuckets {
  return window === null
    ? singleBucket(rows.rowCount, aggregateTime(range.startNs))
    : bucketRows(rows.times, rows.rowCount, window, isDescending)
}

export interface CallRunner {
  push(views: PieceViews): void
  finish(): Series
}

export function makeCallRunner(plan: SelectPlan, call: PlanCall): CallRunner {
  const { input } = call
  const collector = input.kind === 'points' ? new PointCollector(input.ref, input.inputType) : reducerOf(plan, input)
  const isLookingBack = input.kind === 'reduce' && input.isLookingBack
  return {
    push: ({ inRange, lookingBack }) => {
      const { rows, buckets } = isLookingBack ? lookingBack : inRange
      collector.push(rows, buckets)
    },
    finish: () => finishCall(plan, call, collector.finish()),
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
export function finishCall(plan: SelectPlan, { input, transform: spec }: PlanCall, series: Series): Series {
  if (spec === null || series.count === 0) return series
  const { window, isDescending } = plan
  const isFilled = input.kind === 'reduce' && window !== null && input.fill.kind !== 'none'
  const points = isFilled ? fillAll(plan, input, series) : series
  return transform(points, spec, { isDescending, window, aggregateTimeNs: aggregateTime(plan.range.startNs) })
}

function fillAll(plan: SelectPlan, input: Extract<CallInput, { kind: 'reduce' }>, series: Series): Series {
  const range: TimeRange = input.isLookingBack ? plan.scanRange : plan.range
  const grid = gridOf(series, plan.window!, range, plan.isDescending)
  return fillSeries(series, stretchGrid(series.times, grid, 0, grid.count), input.fill)
}
