/**
 * A SELECT with everything resolved: which tables, which fields and tags with which types, which calls, and what each
 * column of the answer is made of. Made by normaliseSelect, read by runSelect; nothing in it depends on rows.
 */

import type { ColumnType } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import type { TimeRange } from '../domain/time-range.js'
import type { Expr, FillMode } from '../influxql/ast.js'
import type { PlanExpr } from './operators/evaluate.js'
import type { ReduceFunction } from './operators/reduce.js'
import type { Window } from './operators/window.js'
import type { TableName } from './scan.js'

/** A field or tag that rows must carry. */
export type PlanRef =
  | { readonly kind: 'field'; readonly name: string; readonly type: FieldType }
  | { readonly kind: 'tag'; readonly name: string }

export interface PlanCall {
  readonly function: ReduceFunction
  /** Index into `refs`. */
  readonly ref: number
  /** Percentile's N; 0 otherwise. */
  readonly argument: number
  readonly type: ColumnType
  /** How empty buckets are filled. */
  readonly fill: FillMode
}

export interface PlanColumn {
  readonly name: string
  /** Over the calls and then the `auxiliary` refs; without calls, over the refs. */
  readonly expr: PlanExpr
}

export interface SelectPlan {
  /** By measurement name, in the order of the answer; tables of one name give one set of series together. */
  readonly tables: readonly (readonly TableName[])[]
  readonly refs: readonly PlanRef[]
  readonly calls: readonly PlanCall[]
  /** Refs that are selected beside calls, as indexes into `refs`. */
  readonly auxiliary: readonly number[]
  /** A single selector: it may keep the time of its point and bring auxiliary values along. */
  readonly isLoneSelector: boolean
  readonly timeName: string
  readonly columns: readonly PlanColumn[]
  /** Tags and fields only; time is in `range`. */
  readonly condition: Expr | null
  readonly range: TimeRange
  /** GROUP BY tags as written, without repeats. */
  readonly dimensions: readonly string[]
  readonly window: Window | null
  readonly fill: FillMode
  readonly isDescending: boolean
  readonly limit: number
  readonly offset: number
  readonly seriesLimit: number
  readonly seriesOffset: number
  readonly timeZone: string | null
}

/**
 * Rows of a group that a select without functions answers with; 0 = all. OFFSET without LIMIT leaves one row (influxd
 * 1.6.7, within a shard).
 */
export function rawRowLimit({ limit, offset }: SelectPlan): number {
  return limit === 0 && offset > 0 ? 1 : limit
}
