/**
 * Hands a plan's calls to storage when it can compute all of them: one table, functions it knows, no auxiliary values,
 * no buckets in local time. The answer is what the operators would have made of the rows.
 */

import { type Column, isValid } from '../domain/column.js'
import { TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { finishCall } from './call-runner.js'
import { aggregateTime, type GroupCalls, keepsTime } from './group-calls.js'
import { gatherColumn } from './operators/column-slice.js'
import type { Series } from './operators/rows.js'
import type { Pace } from './pace.js'
import {
  type AggregateCall,
  type AggregateRequest,
  type GroupAggregates,
  PUSHABLE_FUNCTIONS,
  type PushableFunction,
} from './scan.js'
import type { SelectContext } from './select-context.js'
import type { CallInput, SelectPlan } from './select-plan.js'
import type { TableScan } from './table-scan.js'

const PUSHABLE: ReadonlySet<string> = new Set(PUSHABLE_FUNCTIONS)

/** null when the operators have to do it. */
export function pushedAggregates(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncIterable<GroupCalls> | null {
  if (scans.length !== 1 || !isPushable(plan, scans[0], context)) return null
  const [scan] = scans
  const request = aggregateRequest(plan, scan)
  const groups = context.catalog.scanner.aggregate(request, context.pace.signal)
  return groups === null ? null : groupCalls(plan, scan, groups, context)
}

/**
 * Points are only counted, and a limit on them kept, when rows come through here. All calls have to read the same range.
 */
function isPushable(plan: SelectPlan, scan: TableScan, context: SelectContext): boolean {
  return (
    context.request.limits.maxSelectPoint === 0 &&
    plan.auxiliary.length === 0 &&
    (plan.window === null || plan.window.zoneOffset === null) &&
    plan.calls.every(({ input }) => isPushableInput(input) && isScannedAsIs(plan, scan, input.ref)) &&
    new Set(plan.calls.map(({ lookBack }) => lookBack)).size === 1
  )
}

function isPushableInput(input: CallInput): boolean {
  return input.kind === 'reduce' && PUSHABLE.has(input.function)
}

function isScannedAsIs(plan: SelectPlan, scan: TableScan, index: number): boolean {
  const ref = plan.refs[index]
  const position = scan.scanColumns[index]
  return position < 0 || (ref.kind === 'field' && scan.request.fields[position].type === ref.type)
}

function aggregateRequest(plan: SelectPlan, scan: TableScan): AggregateRequest {
  const { window } = plan
  return {
    ...scan.request,
    calls: pushedCalls(plan, scan),
    needsTimes: keepsTime(plan),
    window: window === null ? null : { intervalNs: window.intervalNs, offsetNs: window.offsetNs },
  }
}

/**
 * The calls on fields that this table has. A standard deviation of one value is a point that is null; its count tells
 * that from no point at all.
 */
function pushedCalls(plan: SelectPlan, scan: TableScan): readonly AggregateCall[] {
  const calls: AggregateCall[] = []
  for (const { input } of plan.calls) {
    const field = scan.scanColumns[input.ref]
    if (input.kind === 'points' || field < 0) continue
    calls.push({ function: input.function as PushableFunction, field, argument: input.argument })
    if (isStddev(input)) calls.push({ function: 'count', field, argument: 0 })
  }
  return calls
}

async function* groupCalls(
  plan: SelectPlan,
  scan: TableScan,
  groups: AsyncIterable<GroupAggregates>,
  context: SelectContext,
): AsyncGenerator<GroupCalls> {
  for await (const aggregates of groups) {
    context.pace.countPoints(aggregates.rowCount, aggregates.values.length + 1)
    yield {
      name: scan.request.table.measurement,
      values: scan.groups[aggregates.group].values,
      series: await seriesOf(plan, scan, aggregates, context.pace),
    }
    if (context.pace.isDue(aggregates.rowCount * plan.calls.length)) await context.pace.pause()
  }
}

async function seriesOf(
  plan: SelectPlan,
  scan: TableScan,
  aggregates: GroupAggregates,
  pace: Pace,
): Promise<readonly Series[]> {
  const { rowCount, values, times } = aggregates
  const buckets = plan.window === null ? bucketOfAll(plan, rowCount) : bucketTimes(aggregates)
  const series: Series[] = []
  let position = 0
  for (const call of plan.calls) {
    if (scan.scanColumns[call.input.ref] < 0) {
      series.push(EMPTY)
      continue
    }
    const column = values[position]
    const pointTimes = keepsTime(plan) ? (times[position] ?? buckets) : buckets
    position++
    const presence = isStddev(call.input) ? values[position++] : column
    const points = presentPoints(column, pointTimes, presence, rowCount, plan.isDescending)
    series.push(await finishCall(plan, call, points, pace))
  }
  return series
}

function isStddev(input: CallInput): boolean {
  return input.kind === 'reduce' && input.function === 'stddev'
}

const EMPTY: Series = {
  count: 0,
  times: new BigInt64Array(0),
  column: { type: 'float', values: new Float64Array(0), validity: null },
  auxiliary: [],
}

function bucketOfAll(plan: SelectPlan, rowCount: number): BigInt64Array {
  return new BigInt64Array(rowCount).fill(aggregateTime(plan.range.startNs))
}

/** A bucket that would start at the least time is stamped 0, as the operators do. */
function bucketTimes({ buckets, rowCount }: GroupAggregates): BigInt64Array {
  const times = buckets.subarray(0, rowCount)
  return rowCount > 0 && times[0] <= TIMESTAMP_NS_MIN ? times.map(aggregateTime) : times
}

/** The points of one call, in the direction of the query; storage gives buckets ascending. */
function presentPoints(
  column: Column,
  times: BigInt64Array,
  presence: Column,
  rowCount: number,
  isDescending: boolean,
): Series {
  if (presence.validity === null && !isDescending) return { count: rowCount, times, column, auxiliary: [] }
  const rows: number[] = []
  for (let row = 0; row < rowCount; row++) if (isValid(presence.validity, row)) rows.push(row)
  if (isDescending) rows.reverse()
  const order = Int32Array.from(rows)
  return {
    count: order.length,
    times: BigInt64Array.from(rows, (row) => times[row]),
    column: gatherColumn(column, order),
    auxiliary: [],
  }
}
