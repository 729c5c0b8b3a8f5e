/**
 * A SELECT with everything resolved: which tables, which fields and tags with which types, which calls, and what each
 * column of the answer is made of. Made by normaliseSelect, read by runSelect; nothing in it depends on rows.
 */

import type { ColumnType } from '../domain/column.js'
import type { HyperbyteError } from '../domain/errors.js'
import type { FieldType } from '../domain/field-type.js'
import type { TimeRange } from '../domain/time-range.js'
import type { Expr, FillMode } from '../influxql/ast.js'
import type { PlanExpr } from './operators/evaluate.js'
import type { ReduceFunction } from './operators/reducers/bucket-reducer.js'
import type { TransformSpec } from './operators/transform.js'
import type { Window } from './operators/window.js'
import type { TableName } from './scan.js'
import type { StaticType } from './static-types.js'

/** A field or tag that rows must carry. */
export type PlanRef =
  | { readonly kind: 'field'; readonly name: string; readonly type: FieldType }
  | { readonly kind: 'tag'; readonly name: string }

/** What a call is computed from, group by group. */
export type CallInput =
  | {
      readonly kind: 'reduce'
      readonly function: ReduceFunction
      /** Index into `refs`. */
      readonly ref: number
      readonly inputType: ColumnType
      /** N of percentile, top, bottom and sample; 0 otherwise. */
      readonly argument: number
      /** Refs of tags by whose values top and bottom tell points apart; null = every point counts. */
      readonly distinctBy: readonly number[] | null
      readonly fill: FillMode
    }
  /** The field's own points. */
  | { readonly kind: 'points'; readonly ref: number; readonly inputType: ColumnType }

export interface PlanCall {
  readonly input: CallInput
  /** What is made of the input's points, one after the other. */
  readonly transforms: readonly TransformSpec[]
  /** Buckets before the first (descending: after the last) that are read as well. */
  readonly lookBack: number
  /** As many of them are filled, those that are not read included. */
  readonly fillLookBack: number
  readonly type: ColumnType
}

export interface PlanColumn {
  readonly name: string
  /** The name by which a select around this one refers to it: without `_1` for repeats. */
  readonly plainName: string
  /** A tag by which top or bottom tells points apart: INTO stores it as a tag. */
  readonly isRankedTag: boolean
  /** Over the calls and then the `auxiliary` refs; without calls, over the refs. */
  readonly expr: PlanExpr
  /** What a select around this one takes it for. */
  readonly staticType: StaticType
}

/** A function of this field does not take its type. */
export interface SelectFault {
  readonly error: HyperbyteError
  readonly field: string
}

export interface SelectPlan {
  /** Why this select cannot run over what has the field; without such series it has no answer instead. */
  readonly fault: SelectFault | null
  readonly isSubquery: boolean
  /** By measurement name, in the order of the answer; tables of one name give one set of series together. */
  readonly tables: readonly (readonly TableName[])[]
  /** Other sources: selects whose answers are the rows. */
  readonly subqueries: readonly SelectPlan[]
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
  /** Names in `condition` that are a field of some source: no tag of another source is meant then (influxd 1.6.7). */
  readonly conditionFields: ReadonlySet<string>
  readonly range: TimeRange
  /** What has to be read: `range`, and a bucket before it when a call looks back. */
  readonly scanRange: TimeRange
  /** Both as the statement itself says, before the selects around it narrow them. */
  readonly ownRange: TimeRange
  readonly ownScanRange: TimeRange
  /** GROUP BY tags as written, without repeats; in a subquery those of the selects around it as well. */
  readonly dimensions: readonly string[]
  /** The statement's own among them. */
  readonly ownDimensions: readonly string[]
  /** Those of the outermost select. */
  readonly rootDimensions: readonly string[]
  readonly window: Window | null
  readonly fill: FillMode
  readonly isDescending: boolean
  readonly limit: number
  readonly offset: number
  /** Of each group no more rows than this are read in a shard; 0 = all. */
  readonly rowsPerShardMax: number
  readonly seriesLimit: number
  readonly seriesOffset: number
  readonly timeZone: string | null
}
