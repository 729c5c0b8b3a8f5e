/**
 * SELECT as parsed → SelectPlan: sources, time range, wildcards, types and column names resolved as InfluxDB 1.8 does.
 * Pure but for what the catalog tells of the schema; work is proportional to the statement and to the fields of its
 * tables, never to the number of series.
 */

import { HyperbyteError } from '../domain/errors.js'
import { TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN, type TimeRange } from '../domain/time-range.js'
import { localToUtcOf } from '../domain/zone-offset.js'
import type { Expr, FillMode, MeasurementRef, SelectField, SelectStatement, Source, SubQuery } from '../influxql/ast.js'
import { splitTime } from '../influxql/split-time.js'
import { hasCall, varRefsOf } from '../influxql/walk-expr.js'
import type { Catalog, QueryRequest } from './catalog.js'
import { ColumnKinds, subqueryColumns, tableColumns } from './column-kinds.js'
import { compileFields } from './compile-fields.js'
import { expandWildcards } from './expand-wildcards.js'
import { groupWindow } from './group-window.js'
import { lookingBack } from './looking-back.js'
import { bucketStart, type Window } from './operators/window.js'
import { resolveSources } from './resolve-sources.js'
import type { SelectPlan } from './select-plan.js'

const FILL_NULL: FillMode = { kind: 'null' }
const FILL_NONE: FillMode = { kind: 'none' }

/** What a subquery takes over from the select around it. */
export type OuterSelect = Pick<SelectPlan, 'range' | 'window' | 'isDescending'>

/** Throws `invalid` and the not-found errors with InfluxDB's texts. */
export function normaliseSelect(
  statement: SelectStatement,
  catalog: Catalog,
  request: QueryRequest,
  outer: OuterSelect | null = null,
): SelectPlan {
  const { nowNs, limits } = request
  const isDescending = directionOf(statement, outer)
  const ownWindow = groupWindow(statement.dimensions, nowNs, statement.timeZone)
  const window = ownWindow ?? outer?.window ?? null
  const { condition, range: ownRange } = timeOf(statement, ownWindow, nowNs)
  const range = outer === null ? ownRange : intersection(ownRange, outer.range)
  const tables = resolveSources(statement.sources.filter(isMeasurement), catalog, request)
  const subqueries = statement.sources
    .filter(isSubquery)
    .map((source) => normaliseSelect(source.statement, catalog, request, { range, window, isDescending }))
  const kinds = new ColumnKinds([
    ...tables.flat().map((table) => tableColumns(catalog, table, range)),
    ...subqueries.map(subqueryColumns),
  ])
  const { fields, dimensions } = expandWildcards(withoutTime(statement.fields), statement.dimensions, kinds)
  const fill = fillOf(statement, fields, outer)
  const { isWithoutArguments: hasNothingToCall, ...compiled } = compileFields(fields, kinds, {
    fill,
    intervalNs: window?.intervalNs ?? null,
    isSubquery: outer !== null,
  })
  const isWithoutArguments = hasNothingToCall && compiled.fault === null
  // Without fill there are never more buckets than rows.
  const bucketCountMax = fill.kind === 'none' ? 0 : limits.maxSelectBuckets
  if (window !== null) checkBucketCount(window, range, bucketCountMax)
  const { calls } = compiled
  const ownScanRange = scanRangeOf({ range: ownRange, window, calls, isDescending }, bucketCountMax)
  const scanRange = outer === null ? ownScanRange : intersection(ownScanRange, outer.range)
  const grouped = subqueries.map((subquery) => within(groupedBy(subquery, dimensions, dimensions), scanRange))
  return {
    ...compiled,
    isSubquery: outer !== null,
    tables: isWithoutArguments ? [] : isDescending ? [...tables].reverse() : tables,
    subqueries: isWithoutArguments ? [] : grouped,
    timeName: timeNameOf(statement.fields),
    condition,
    conditionFields: fieldsOf(condition, kinds),
    range,
    scanRange,
    ownRange,
    ownScanRange,
    dimensions,
    ownDimensions: dimensions,
    rootDimensions: dimensions,
    window,
    fill,
    isDescending,
    limit: statement.limit,
    offset: statement.offset,
    rowsPerShardMax: calls.length === 0 && statement.limit === 0 && statement.offset > 0 ? statement.offset + 1 : 0,
    seriesLimit: statement.seriesLimit,
    seriesOffset: statement.seriesOffset,
    timeZone: statement.timeZone,
  }
}

function isMeasurement(source: Source): source is MeasurementRef {
  return source.kind === 'measurement'
}

function isSubquery(source: Source): source is SubQuery {
  return source.kind === 'subquery'
}

/** Time runs one way through all levels. */
function directionOf({ sortFields }: SelectStatement, outer: OuterSelect | null): boolean {
  const isDescending = sortFields.some((field) => !field.isAscending)
  if (outer === null) return isDescending
  if (sortFields.length > 0 && isDescending !== outer.isDescending) {
    const text = 'subqueries must be ordered in the same direction as the query itself'
    throw new HyperbyteError('invalid', text)
  }
  return outer.isDescending
}

/** GROUP BY time without an upper bound ends now. */
function timeOf(
  statement: SelectStatement,
  ownWindow: Window | null,
  nowNs: bigint,
): { readonly condition: Expr | null; readonly range: TimeRange } {
  const localToUtc = statement.timeZone === null ? null : localToUtcOf(statement.timeZone)
  const { condition, bounds } = splitTime(statement.condition, { nowNs, localToUtc })
  const latestNs = ownWindow === null ? TIMESTAMP_NS_MAX : nowNs
  return {
    condition,
    range: { startNs: bounds.startNs ?? TIMESTAMP_NS_MIN, endNs: bounds.endNs ?? latestNs + 1n },
  }
}

function intersection(a: TimeRange, b: TimeRange): TimeRange {
  return {
    startNs: a.startNs > b.startNs ? a.startNs : b.startNs,
    endNs: a.endNs < b.endNs ? a.endNs : b.endNs,
  }
}

/**
 * Null buckets of a subquery, and of what is stored, would only be passed over, so they are not made; a count of 0 in them
 * goes with them (influxd 1.6.7).
 */
function fillOf(statement: SelectStatement, fields: readonly SelectField[], outer: OuterSelect | null): FillMode {
  const fill = statement.fill ?? FILL_NULL
  const isAggregate = fields.some(({ expr }) => expr.kind === 'distinct' || hasCall(expr))
  const isPassedOn = outer !== null || statement.target !== null
  return isPassedOn && fill.kind === 'null' && isAggregate ? FILL_NONE : fill
}

/** A subquery's series are as fine as the groups of the selects around it. */
function groupedBy(plan: SelectPlan, dimensions: readonly string[], rootDimensions: readonly string[]): SelectPlan {
  const all = [...new Set([...plan.dimensions, ...dimensions])]
  const subqueries = plan.subqueries.map((inner) => groupedBy(inner, all, rootDimensions))
  return { ...plan, dimensions: all, rootDimensions, subqueries }
}

/** A subquery stays within what the select around it reads: a bucket more when that looks back, none for its own sake. */
function within(plan: SelectPlan, outer: TimeRange): SelectPlan {
  const scanRange = intersection(plan.ownScanRange, outer)
  return {
    ...plan,
    range: intersection(plan.ownRange, outer),
    scanRange,
    subqueries: plan.subqueries.map((inner) => within(inner, scanRange)),
  }
}

/** As far as any call looks back. Without a lower bound, max-select-buckets leaves the last buckets. */
function scanRangeOf(
  plan: Pick<SelectPlan, 'range' | 'window' | 'calls' | 'isDescending'>,
  bucketCountMax: number,
): TimeRange {
  const { range, window, calls } = plan
  if (window === null || calls.length === 0) return range
  const { startNs, endNs } = range
  const isUnbounded = startNs <= TIMESTAMP_NS_MIN
  if (isUnbounded && bucketCountMax > 0) {
    const lastNs = bucketStart(window, endNs - 2n)
    return { startNs: lastNs - window.intervalNs * BigInt(bucketCountMax - 1), endNs }
  }
  return lookingBack(plan, Math.max(...calls.map(({ lookBack }) => lookBack)))
}

function fieldsOf(condition: Expr | null, kinds: ColumnKinds): ReadonlySet<string> {
  const names = condition === null ? [] : varRefsOf(condition).map(({ name }) => name)
  return new Set(names.filter((name) => kinds.fieldType(name) !== undefined))
}

/** `time` among the fields only renames the first column. */
function withoutTime(fields: readonly SelectField[]): readonly SelectField[] {
  return fields.filter((field) => !isTime(field))
}

function isTime({ expr }: SelectField): boolean {
  return expr.kind === 'varref' && expr.name === 'time'
}

function timeNameOf(fields: readonly SelectField[]): string {
  return fields.filter(isTime).at(-1)?.alias || 'time'
}

function checkBucketCount(window: Window, range: TimeRange, bucketCountMax: number): void {
  if (bucketCountMax === 0 || range.startNs <= TIMESTAMP_NS_MIN) return
  const first = bucketStart(window, range.startNs)
  const last = bucketStart(window, range.endNs - 2n)
  const count = (last - first + window.intervalNs) / window.intervalNs
  if (count <= BigInt(bucketCountMax)) return
  throw new HyperbyteError('limit-exceeded', `max-select-buckets limit exceeded: (${count}/${bucketCountMax})`)
}
