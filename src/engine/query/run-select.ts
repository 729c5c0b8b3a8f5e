/**
 * SELECT from statement to frames: normalise, plan a scan for each table, then either rows as they are or functions
 * over them, one measurement after the other. Subqueries run the same way, and their answers are the rows.
 */

import type { HyperbyteError } from '../domain/errors.js'
import type { SelectStatement } from '../influxql/ast.js'
import { checkSelect } from '../influxql/check-select.js'
import { foldSelect } from '../influxql/fold-select.js'
import type { Catalog } from './catalog.js'
import { cutShards } from './cut-shards.js'
import { collectedPieces, concatenateRows, type GroupPiece, mergeRows, tablePieces } from './group-pieces.js'
import { countsRuns, limitRuns, withoutLimit } from './limit-runs.js'
import { normaliseSelect } from './normalise-select.js'
import type { Rows } from './operators/rows.js'
import { pushedAggregates } from './push-aggregates.js'
import type { SeriesFrame } from './result.js'
import { aggregateFrames, reducedGroups } from './run-aggregate-select.js'
import { runRawSelect } from './run-raw-select.js'
import type { SelectContext } from './select-context.js'
import type { SelectPlan } from './select-plan.js'
import { subqueryPieces } from './subquery-pieces.js'
import { hasSeriesWith, planTableScan, type TableScan } from './table-scan.js'

/** Throws HyperbyteError with the text for `results[i].error`; frames that came before stay valid. */
export async function* runSelect(statement: SelectStatement, context: SelectContext): AsyncGenerator<SeriesFrame> {
  yield* runPlan(planSelect(statement, context), context)
}

/** Throws what `runSelect` throws before the first frame. */
export function planSelect(statement: SelectStatement, { catalog, request }: SelectContext): SelectPlan {
  checkSelect(statement)
  const plan = normaliseSelect(foldSelect(statement), catalog, request)
  const fault = faultOf(plan, catalog)
  if (fault !== null) throw fault
  return plan
}

/** A function meets a type that it does not take only where a series has one, or where a subquery's column does. */
function faultOf(plan: SelectPlan, catalog: Catalog): HyperbyteError | null {
  if (plan.refs.length > 0 || plan.fault !== null) {
    for (const inner of plan.subqueries) {
      const fault = faultOf(inner, catalog)
      if (fault !== null) return fault
    }
  }
  const { fault } = plan
  if (fault === null) return null
  const isMet =
    plan.subqueries.length > 0 || plan.tables.flat().some((table) => hasSeriesWith(plan, fault.field, table, catalog))
  return isMet ? fault.error : null
}

export async function* runPlan(plan: SelectPlan, context: SelectContext): AsyncGenerator<SeriesFrame> {
  if (plan.refs.length === 0 || (plan.fault !== null && plan.calls.length === 0)) return
  if (plan.subqueries.length > 0) return yield* runOverSubqueries(plan, context)
  for (const tables of plan.tables) {
    const scans = tables.flatMap((table) => planTableScan(plan, table, context.catalog, context.request.limits) ?? [])
    if (scans.length > 0) yield* runOverTables(plan, scans, context)
  }
}

/** `scans` are the tables of one measurement name. */
async function* runOverTables(
  plan: SelectPlan,
  scans: readonly TableScan[],
  context: SelectContext,
): AsyncGenerator<SeriesFrame> {
  const pushed = plan.calls.length === 0 ? null : pushedAggregates(plan, scans, context)
  if (pushed !== null) return yield* aggregateFrames(plan, pushed, context.pace)
  const pieces = scans.map((scan) => scannedPieces(plan, scan, context))
  const merge = (rows: readonly Rows[]): Rows => mergeRows(rows, plan.isDescending)
  yield* runOverPieces(plan, pieces.length === 1 ? pieces[0] : collectedPieces(plan, pieces, merge), context)
}

function scannedPieces(plan: SelectPlan, scan: TableScan, context: SelectContext): AsyncIterable<GroupPiece> {
  const pieces = tablePieces(plan.refs, scan, context)
  if (plan.rowsPerShardMax === 0) return pieces
  const { database, retentionPolicy } = scan.request.table
  const policy = context.catalog.database(database)?.retentionPolicies.find(({ name }) => name === retentionPolicy)
  if (policy === undefined) return pieces
  return cutShards(pieces, { rowCountMax: plan.rowsPerShardMax, shardDurationNs: policy.shardGroupDurationNs })
}

async function* runOverSubqueries(plan: SelectPlan, context: SelectContext): AsyncGenerator<SeriesFrame> {
  const { catalog, request } = context
  const scans = plan.tables.flat().flatMap((table) => planTableScan(plan, table, catalog, request.limits) ?? [])
  const pieces = [
    ...scans.map((scan) => scannedPieces(plan, scan, context)),
    ...plan.subqueries.map((inner) => subqueryPieces(plan, inner, runSubquery(inner, context))),
  ]
  yield* runOverPieces(
    plan,
    collectedPieces(plan, pieces, (rows) => mergeSubqueryRows(plan, rows)),
    context,
  )
}

function runSubquery(inner: SelectPlan, context: SelectContext): AsyncIterable<SeriesFrame> {
  if (!countsRuns(inner)) return runPlan(inner, context)
  return limitRuns(inner, runPlan(withoutLimit(inner), context))
}

/**
 * Rows of a subquery that reduced each series to a point, or forecasts it, keep the order of its series; all others are in
 * time order, those of one time in the order of their series.
 */
function mergeSubqueryRows(plan: SelectPlan, rows: readonly Rows[]): Rows {
  if (plan.calls.length > 0) return mergeRows(rows, plan.isDescending)
  const ascending = plan.isDescending ? [...rows].reverse() : rows
  return plan.subqueries.every(keepsSeriesOrder) ? concatenateRows(ascending) : mergeRows(ascending, plan.isDescending)
}

function keepsSeriesOrder({ calls, window }: SelectPlan): boolean {
  if (window === null) return calls.some(({ input }) => input.kind === 'reduce')
  return calls.some(({ transforms }) => transforms.some(({ kind }) => kind === 'forecast'))
}

function runOverPieces(
  plan: SelectPlan,
  pieces: AsyncIterable<GroupPiece>,
  context: SelectContext,
): AsyncIterable<SeriesFrame> {
  if (plan.calls.length === 0) return runRawSelect(plan, pieces, context)
  return aggregateFrames(plan, reducedGroups(plan, pieces, context), context.pace)
}
