/**
 * The seam between the two halves of a query. The query stage resolves a statement to scans (which series in which
 * groups, which fields, which time, which residual filter) and owns InfluxQL's semantics over the columns that come
 * back; the storage stage answers from memtable and Parquet, by DuckDB or from its column cache, deduplicated.
 *
 * Everything is per (database, retention policy, measurement). Rows are never objects.
 */

import type { Column } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import type { TableName } from '../domain/table-name.js'
import type { TimeRange } from '../domain/time-range.js'
import type { Expr } from '../influxql/ast.js'
import type { VarRef } from '../influxql/walk-expr.js'

export type { TableName } from '../domain/table-name.js'

/** A field as a scan wants it: values of other types are cast between numbers, or read as missing. One field may be wanted as several types. */
export interface ScanField {
  readonly name: string
  readonly type: FieldType
}

/** Series of one group that share a residual filter. */
export interface ScanPart {
  /** Series ordinals. */
  readonly series: Uint32Array
  /**
   * Condition on fields that is left after tags and time are resolved, or null. Only varrefs of fields (in `fields` of
   * the request), literals, arithmetic, functions of numbers, comparisons, AND/OR, regex and parentheses occur; tags have been replaced
   * by string literals.
   * A comparison with a missing value is false.
   */
  readonly filter: Expr | null
}

/** One GROUP BY tag set: its rows come back together, merged in time order. */
export interface ScanGroup {
  readonly parts: readonly ScanPart[]
}

/** Which field a filter's reference reads: that of its cast type, else the last of its name; -1 when there is none. */
export function referredField(fields: readonly ScanField[], { name, type }: VarRef): number {
  const exact = fields.findIndex((field) => field.name === name && field.type === type)
  return exact >= 0 ? exact : fields.findLastIndex((field) => field.name === name)
}

export interface ScanRequest {
  readonly table: TableName
  readonly groups: readonly ScanGroup[]
  /** Fields to return, then fields that only the filters need; see `referredField`. */
  readonly fields: readonly ScanField[]
  /** How many of `fields` are returned; a row counts when at least one of these has a value and its filter is true. */
  readonly outputFieldCount: number
  readonly range: TimeRange
  readonly isDescending: boolean
  /** When above 0: no more than this many first rows of each group are needed. A hint that must be honoured as a cut. */
  readonly rowLimitPerGroup: number
}

/** Rows of one group in time order (ties: by series in the order of the group's parts, then arrival). */
export interface GroupRows {
  readonly group: number
  readonly rowCount: number
  readonly timestamps: BigInt64Array
  /** Series ordinal of each row. */
  readonly series: Uint32Array
  /** One per output field, in the order of the request. */
  readonly columns: readonly Column[]
}

/**
 * Aggregates that storage may compute itself. Semantics are those of the query stage's operators on the same rows: sums
 * of integers wrap at 64 bits, the mean of integers is their exact sum divided; among equal values min and max choose
 * the earliest row, among equal times first and last the greater value (first of booleans: false).
 */
export const PUSHABLE_FUNCTIONS = [
  'count',
  'count-distinct',
  'sum',
  'mean',
  'min',
  'max',
  'first',
  'last',
  'spread',
  'stddev',
  'median',
  'percentile',
  'mode',
] as const

export type PushableFunction = (typeof PUSHABLE_FUNCTIONS)[number]

export interface AggregateCall {
  readonly function: PushableFunction
  /** Index into the request's `fields`. */
  readonly field: number
  /** Percentile's N; 0 otherwise. */
  readonly argument: number
}

export interface AggregateRequest extends ScanRequest {
  readonly calls: readonly AggregateCall[]
  /** Whether the times of chosen points are wanted: those of a lone selector over the whole range. */
  readonly needsTimes: boolean
  /** Buckets `[offsetNs + k * intervalNs, …)`, or null for one bucket over the whole range. */
  readonly window: { readonly intervalNs: bigint; readonly offsetNs: bigint } | null
}

/** Only buckets with at least one value of at least one call are present, ascending, as `rowCount` rows. */
export interface GroupAggregates {
  readonly group: number
  readonly rowCount: number
  /** Bucket starts, none before the least timestamp; for `window: null` one row whose value is the range's start. */
  readonly buckets: BigInt64Array
  /** A call's values; invalid where its field has no value in the bucket (count included). The stddev of one value is NaN. */
  readonly values: readonly Column[]
  /** If the request needs them, for min, max, first, last and percentile: the time of the chosen point; else null. */
  readonly times: readonly (BigInt64Array | null)[]
}

export interface Scanner {
  /** Groups come in ascending order of `group`; a group without rows does not come. One GroupRows per group, unless a
   *  group is very large: then several in time order. Throws `query-interrupted` when `signal` aborts. */
  scan(request: ScanRequest, signal: AbortSignal): AsyncIterable<GroupRows>

  /** As `scan`, reduced; null when storage would rather hand out rows (few rows, or an unsupported mix). */
  aggregate(request: AggregateRequest, signal: AbortSignal): AsyncIterable<GroupAggregates> | null
}
