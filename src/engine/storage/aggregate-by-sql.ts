/**
 * The wide path of an aggregation: DuckDB reduces to one row per group and bucket. Only what it can compute exactly as
 * the query stage's operators do is accepted; everything else is answered by a scan.
 */

import type { Column, ColumnType } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import { isNumeric } from '../domain/field-type.js'
import { floorToInterval } from '../domain/time-range.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { AggregateCall, AggregateRequest, GroupAggregates, PushableFunction, ScanGroup } from '../query/scan.js'
import type { ColumnChunk, SqlValue } from '../sql/duckdb.js'
import { compileFilter } from './compile-filter.js'
import { compileRelation } from './compile-relation.js'
import { type ColumnPiece, concatColumns } from './concat-columns.js'
import type { SqlScanContext } from './scan-by-sql.js'
import { countSeries, seriesPredicate, writeSelection } from './series-selection.js'
import { clipToSources, type SourceSet } from './source-set.js'

/** How a group is told apart in SQL. */
type Grouping =
  /** One group with every series of the table: no key at all. */
  | { readonly kind: 'single' }
  /** Every group is one series: the series is the key. */
  | { readonly kind: 'series' }
  /** A table maps series to groups. */
  | { readonly kind: 'selection'; readonly table: string }

/** Whether DuckDB computes this request as the operators would. */
export function isPushable(request: AggregateRequest): boolean {
  const isSingleSeries = request.groups.every(({ parts }) => parts.length === 1 && parts[0].series.length === 1)
  if (!request.calls.every((call) => isCallPushable(call, request, isSingleSeries))) return false
  const filter = request.groups[0].parts[0].filter
  for (const { parts } of request.groups) for (const part of parts) if (part.filter !== filter) return false
  return filter === null || compileFilter(filter, request.fields) !== null
}

function isCallPushable(call: AggregateCall, request: AggregateRequest, isSingleSeries: boolean): boolean {
  const { type } = request.fields[call.field]
  switch (call.function) {
    case 'count':
    case 'count-distinct':
      return true
    case 'sum':
    case 'mean':
    case 'spread':
    case 'stddev':
    case 'median':
      return isNumeric(type)
    case 'min':
    case 'max':
      return type !== 'string'
    case 'first':
    case 'last':
      // Of several series at one time the greatest value counts, and SQL orders texts by other code units.
      return isSingleSeries || type !== 'string'
    case 'percentile':
      // Among equal values the order of the rows decides which time is shown.
      return isNumeric(type) && !(request.needsTimes && request.isDescending)
    case 'mode':
      // Among equally frequent numbers or texts the order of the rows decides.
      return type === 'boolean'
  }
}

/** `allSeriesCount`: series of the whole measurement, which need no selection when a request wants them all. */
export async function* aggregateBySql(
  context: SqlScanContext,
  set: SourceSet,
  request: AggregateRequest,
  allSeriesCount: number,
  signal: AbortSignal,
): AsyncGenerator<GroupAggregates> {
  const grouping = chooseGrouping(context, request, allSeriesCount)
  if (grouping.kind === 'selection') {
    await writeSelection(context.duckdb, grouping.table, request.groups, context.seriesTable, context.pause)
  }
  try {
    const { sql, values, types, baseNs } = compileAggregate(context, set, request, grouping)
    const chunks = context.duckdb.stream(sql, values, types, signal)
    yield* readGroups(chunks, request, grouping, context.seriesTable, baseNs)
  } finally {
    if (grouping.kind === 'selection') await context.duckdb.run(`DROP TABLE ${grouping.table}`)
  }
}

function chooseGrouping(context: SqlScanContext, { groups }: AggregateRequest, allSeriesCount: number): Grouping {
  const count = countSeries(groups)
  const isNarrowed = count < allSeriesCount && seriesPredicate(groups, context.seriesTable) === ''
  if (!isNarrowed && groups.length === 1) return { kind: 'single' }
  if (!isNarrowed && groups.length === count) return { kind: 'series' }
  return { kind: 'selection', table: context.nextTableName() }
}

interface CompiledAggregate {
  readonly sql: string
  readonly values: readonly SqlValue[]
  readonly types: readonly ColumnType[]
  /** Start of bucket number 0. */
  readonly baseNs: bigint
}

function compileAggregate(
  context: SqlScanContext,
  set: SourceSet,
  request: AggregateRequest,
  grouping: Grouping,
): CompiledAggregate {
  const { fields, calls, window, range } = request
  const relation = compileRelation(set, fields, range, seriesPredicate(request.groups, context.seriesTable))
  const filter = request.groups[0].parts[0].filter
  const compiled = filter === null ? null : compileFilter(filter, fields)
  const stored = clipToSources(set.sources, range) ?? range
  const baseNs =
    window === null
      ? range.startNs
      : floorToInterval(stored.startNs - window.offsetNs, window.intervalNs) + window.offsetNs
  const keys = {
    single: { column: '0::UBIGINT', type: 'unsigned' },
    series: { column: 'r._series', type: 'unsigned' },
    selection: { column: 's.grp::UBIGINT', type: 'unsigned' },
  } as const
  const bucket = window === null ? '0::BIGINT' : `(epoch_ns(r."time") - (${baseNs})::BIGINT) // ${window.intervalNs}`
  const columns = calls.flatMap((call) => callColumns(call, fields[call.field].type, request.needsTimes))
  const from = grouping.kind === 'selection' ? ` JOIN ${grouping.table} AS s USING (_series)` : ''
  const where = compiled === null ? '' : ` WHERE ${compiled.sql}`
  const sql =
    `SELECT ${keys[grouping.kind].column} AS k, ${bucket} AS b, ${columns.map(({ sql }) => sql).join(', ')} ` +
    `FROM (${relation}) AS r${from}${where} GROUP BY k, b HAVING ${hasAnyValue(calls)} ORDER BY k, b`
  return {
    sql,
    values: compiled?.values ?? [],
    types: ['unsigned', 'integer', ...columns.map(({ type }) => type)],
    baseNs,
  }
}

/** A bucket in which no call has a value is not there at all. */
function hasAnyValue(calls: readonly AggregateCall[]): string {
  return [...new Set(calls.map(({ field }) => `count(r.f${field}) > 0`))].join(' OR ')
}

interface TypedColumn {
  readonly sql: string
  readonly type: ColumnType
}

/** The value's column; for selectors the time's column as well, if times are wanted. */
function callColumns(call: AggregateCall, type: FieldType, needsTimes: boolean): TypedColumn[] {
  const field = `r.f${call.field}`
  switch (call.function) {
    case 'count':
      return [{ sql: `nullif(count(${field}), 0)::BIGINT`, type: 'integer' }]
    case 'count-distinct':
      return [{ sql: `nullif(count(DISTINCT ${field}), 0)::BIGINT`, type: 'integer' }]
    case 'sum':
      return [type === 'float' ? { sql: `sum(${field})`, type } : { sql: wrappedSum(field, type), type }]
    case 'mean':
      return [{ sql: type === 'float' ? `avg(${field})` : `${sumAsFloat(field)} / count(${field})`, type: 'float' }]
    case 'spread':
      return [{ sql: `max(${field}) - min(${field})`, type }]
    case 'stddev':
      return [{ sql: `CASE WHEN count(${field}) = 1 THEN 'NaN'::DOUBLE ELSE stddev_samp(${field}) END`, type: 'float' }]
    case 'median':
      return [{ sql: medianOf(field, type), type: 'float' }]
    case 'mode':
      return [{ sql: booleanModeOf(field), type }]
    case 'percentile':
      return percentileColumns(field, type, call.argument, needsTimes)
    default:
      return selectorColumns(call.function, field, type, needsTimes)
  }
}

/** The values in the middle, each the lower one in its direction; their mean as the operators compute it. */
function medianOf(field: string, type: FieldType): string {
  const low = `percentile_disc(0.5) WITHIN GROUP (ORDER BY ${field})`
  const high = `percentile_disc(0.5) WITHIN GROUP (ORDER BY ${field} DESC)`
  if (type === 'float') return `${low} + (${high} - ${low}) / 2`
  return `${low}::DOUBLE + ${asFloat(`(${high}::HUGEINT - ${low}::HUGEINT)`)} / 2`
}

function booleanModeOf(field: string): string {
  return `CASE WHEN count(${field}) > 0 THEN count(*) FILTER (WHERE ${field}) * 2 >= count(${field}) END`
}

/** Nearest rank; no value when the rank lies outside. */
function percentileColumns(field: string, type: FieldType, percent: number, needsTimes: boolean): TypedColumn[] {
  const rank = `floor(count(${field})::DOUBLE * ${doubleLiteral(percent)} / 100::DOUBLE + 0.5::DOUBLE)`
  const at = (list: string): string =>
    `CASE WHEN ${rank} BETWEEN 1 AND count(${field}) THEN list_extract(list_sort(${list}), ${rank}::BIGINT) END`
  if (!needsTimes) return [{ sql: at(`list(${field}) FILTER (WHERE ${field} IS NOT NULL)`), type }]
  const point = at(`list({'v': ${field}, 't': r."time"}) FILTER (WHERE ${field} IS NOT NULL)`)
  return [
    { sql: `(${point}).v`, type },
    { sql: `(${point}).t`, type: 'time' },
  ]
}

/** By its text, so that every digit arrives. */
function doubleLiteral(value: number): string {
  return `'${value}'::DOUBLE`
}

/**
 * Which row a selector chooses, as the greatest or least pair: equal extremes go to the earliest row, equal times to the
 * greater value, for the first of booleans to false. Texts come in groups of one series only, where no times are equal.
 */
function selectorColumns(
  name: 'min' | 'max' | 'first' | 'last',
  field: string,
  type: FieldType,
  needsTimes: boolean,
): TypedColumn[] {
  if ((name === 'min' || name === 'max') && !needsTimes) return [{ sql: `${name}(${field})`, type }]
  const time = 'r."time"'
  const reversed = `-epoch_ns(${time})`
  const pairs = {
    min: { choose: 'min', pair: `{'v': ${field}, 't': ${time}}`, isReversed: false },
    max: { choose: 'max', pair: `{'v': ${field}, 't': ${reversed}}`, isReversed: true },
    last: { choose: 'max', pair: `{'t': ${time}, 'v': ${field}}`, isReversed: false },
    first:
      type === 'boolean'
        ? { choose: 'min', pair: `{'t': ${time}, 'v': ${field}}`, isReversed: false }
        : { choose: 'max', pair: `{'t': ${reversed}, 'v': ${field}}`, isReversed: true },
  } as const
  const { choose, pair, isReversed } = pairs[name]
  const chosen = `(${choose}(${pair}) FILTER (WHERE ${field} IS NOT NULL))`
  const value: TypedColumn = { sql: `${chosen}.v`, type }
  if (!needsTimes) return [value]
  return [value, { sql: isReversed ? `make_timestamp_ns(-(${chosen}.t))` : `${chosen}.t`, type: 'time' }]
}

function sumAsFloat(field: string): string {
  return asFloat(`sum(${field})`)
}

/** The float nearest to a whole number; DuckDB's own cast of large ones rounds twice, parsing their text does not. */
function asFloat(whole: string): string {
  return (
    `(CASE WHEN ${whole} BETWEEN ${INTEGER_MIN} AND ${INTEGER_MAX} THEN ${whole}::BIGINT::DOUBLE ` +
    `ELSE ${whole}::VARCHAR::DOUBLE END)`
  )
}

const INTEGER_MIN = '-9223372036854775808'
const INTEGER_MAX = '9223372036854775807'

/** 64-bit sums wrap as Go's do; DuckDB's are 128-bit. */
function wrappedSum(field: string, type: FieldType): string {
  const sum = `sum(${field})`
  const modulus = '18446744073709551616'
  const positive = `((${sum} % ${modulus}) + ${modulus}) % ${modulus}`
  if (type === 'unsigned') return `(${positive})::UBIGINT`
  return (
    `(CASE WHEN ${sum} BETWEEN ${INTEGER_MIN} AND ${INTEGER_MAX} THEN ${sum} ` +
    `WHEN ${positive} > ${INTEGER_MAX} THEN ${positive} - ${modulus} ELSE ${positive} END)::BIGINT`
  )
}

/** Groups in ascending order, although SQL orders them by series id when the series is the key. */
async function* readGroups(
  chunks: AsyncGenerator<ColumnChunk>,
  request: AggregateRequest,
  grouping: Grouping,
  seriesTable: SeriesTable,
  baseNs: bigint,
): AsyncGenerator<GroupAggregates> {
  const groupOf = grouping.kind === 'series' ? groupsBySeriesId(request.groups, seriesTable) : null
  const pieces = new Map<number, ColumnPiece[]>()
  for await (const { rowCount, columns } of chunks) {
    const keys = columns[0].values as BigUint64Array
    for (let from = 0; from < rowCount; ) {
      let to = from + 1
      while (to < rowCount && keys[to] === keys[from]) to++
      const group = groupOf === null ? Number(keys[from]) : groupOf.get(keys[from])
      if (group !== undefined) {
        const known = pieces.get(group)
        if (known === undefined) pieces.set(group, [{ columns, from, to }])
        else known.push({ columns, from, to })
      }
      from = to
    }
  }
  for (let group = 0; group < request.groups.length; group++) {
    const found = pieces.get(group)
    if (found === undefined) continue
    const aggregates = makeAggregates(group, found, request, baseNs)
    if (aggregates.rowCount > 0) yield aggregates
  }
}

function groupsBySeriesId(groups: readonly ScanGroup[], seriesTable: SeriesTable): Map<bigint, number> {
  const groupOf = new Map<bigint, number>()
  for (let group = 0; group < groups.length; group++)
    groupOf.set(seriesTable.idOf(groups[group].parts[0].series[0]), group)
  return groupOf
}

const HAS_TIME: ReadonlySet<PushableFunction> = new Set(['min', 'max', 'first', 'last', 'percentile'])

function makeAggregates(
  group: number,
  pieces: readonly ColumnPiece[],
  request: AggregateRequest,
  baseNs: bigint,
): GroupAggregates {
  const rowCount = pieces.reduce((sum, { from, to }) => sum + to - from, 0)
  const numbers = concatColumns(pieces, 1, rowCount).values as BigInt64Array
  const interval = request.window?.intervalNs ?? 0n
  const buckets = numbers.map((number) => baseNs + number * interval)
  const values: Column[] = []
  const times: (BigInt64Array | null)[] = []
  let at = 2
  for (const call of request.calls) {
    values.push(concatColumns(pieces, at++, rowCount))
    const hasTime = request.needsTimes && HAS_TIME.has(call.function)
    times.push(hasTime ? (concatColumns(pieces, at++, rowCount).values as BigInt64Array) : null)
  }
  return { group, rowCount, buckets, values, times }
}
