/**
 * SELECT as parsed → SelectPlan: sources, time range, wildcards, types and column names resolved as InfluxDB 1.8 does.
 * Pure but for what the catalog tells of the schema; work is proportional to the statement and to the fields of its
 * tables, never to the number of series.
 */

import { HyperbyteError } from '../domain/errors.js'
import { TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN, type TimeRange } from '../domain/time-range.js'
import { localToUtcOf } from '../domain/zone-offset.js'
import type { Expr, FillMode, SelectField, SelectStatement, Source } from '../influxql/ast.js'
import { splitTime } from '../influxql/split-time.js'
import type { Catalog, QueryRequest } from './catalog.js'
import { ColumnKinds } from './column-kinds.js'
import { compileFields } from './compile-fields.js'
import { expandWildcards } from './expand-wildcards.js'
import { groupWindow } from './group-window.js'
import { bucketStart, type Window } from './operators/window.js'
import { resolveSources } from './resolve-sources.js'
import type { SelectPlan } from './select-plan.js'

const FILL_NULL: FillMode = { kind: 'null' }

/** Throws `invalid` and the not-found errors with InfluxDB's texts. */
export function normaliseSelect(statement: SelectStatement, catalog: Catalog, request: QueryRequest): SelectPlan {
  const { nowNs, limits } = request
  const window = groupWindow(statement.dimensions, nowNs, statement.timeZone)
  const { condition, range } = timeOf(statement, window, nowNs)
  const tables = resolveSources(statement.sources.map(measurementOf), catalog, request)
  const kinds = new ColumnKinds(catalog, tables.flat(), range)
  const { fields, dimensions } = expandWildcards(withoutTime(statement.fields), statement.dimensions, kinds)
  const fill = statement.fill ?? FILL_NULL
  const { isWithoutArguments, ...compiled } = compileFields(fields, kinds, fill)
  if (window !== null) checkBucketCount(window, range, limits.maxSelectBuckets)
  const isDescending = statement.sortFields.some((field) => !field.isAscending)
  return {
    ...compiled,
    tables: isWithoutArguments ? [] : isDescending ? [...tables].reverse() : tables,
    timeName: timeNameOf(statement.fields),
    condition,
    range,
    dimensions,
    window,
    fill,
    isDescending,
    limit: statement.limit,
    offset: statement.offset,
    seriesLimit: statement.seriesLimit,
    seriesOffset: statement.seriesOffset,
    timeZone: statement.timeZone,
  }
}

function measurementOf(source: Source) {
  if (source.kind === 'measurement') return source
  throw new HyperbyteError('unsupported', 'subqueries are not implemented yet')
}

/** GROUP BY time without an upper bound ends now. */
function timeOf(
  statement: SelectStatement,
  window: Window | null,
  nowNs: bigint,
): { readonly condition: Expr | null; readonly range: TimeRange } {
  const localToUtc = statement.timeZone === null ? null : localToUtcOf(statement.timeZone)
  const { condition, bounds } = splitTime(statement.condition, { nowNs, localToUtc })
  const latestNs = window === null ? TIMESTAMP_NS_MAX : nowNs
  return {
    condition,
    range: { startNs: bounds.startNs ?? TIMESTAMP_NS_MIN, endNs: bounds.endNs ?? latestNs + 1n },
  }
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
