/**
 * What a backfill is going to copy: the source's policies with the shard groups that exist, the measurements of each
 * policy with their fields, and what else there is to carry over. A plan is a JSON document that people may read, keep
 * and edit; times are nanoseconds as text.
 */

import { toCamelNames, toSnakeNames } from '../../client/read-shape.js'
import type { FieldType } from '../../engine/index.js'

const PLAN_SCHEMA = 'hyperbyte.backfill.plan/2'
/** The same with names in camelCase: `plannedAt`. */
const CAMEL_SCHEMA = 'hyperbyte.backfill.plan/1'

export interface BackfillPlan {
  readonly source: {
    readonly url: string
    readonly version: string
    readonly database: string
  }
  /** RFC 3339, before the source was asked: what came in later may be missing. */
  readonly plannedAt: string
  readonly policies: readonly PlannedPolicy[]
  readonly measurements: readonly PlannedMeasurement[]
  /** The only ones that were asked for; absent or empty: all, also those that come later. */
  readonly wantedMeasurements?: readonly string[]
  readonly continuousQueries: readonly PlannedContinuousQuery[]
  readonly users: readonly PlannedUser[]
  /** Not carried over. */
  readonly subscriptions: readonly string[]
  readonly warnings: readonly string[]
  /** Values, from a sample; null when nobody asked. */
  readonly estimatedPointCount: number | null
}

export interface PlannedPolicy {
  readonly name: string
  /** As SHOW RETENTION POLICIES prints it: `168h0m0s`, `0s` for ever. */
  readonly duration: string
  readonly shardGroupDuration: string
  readonly isDefault: boolean
  /** Half-open, ascending. */
  readonly ranges: readonly PlannedRange[]
}

export interface PlannedRange {
  readonly startNs: string
  readonly endNs: string
}

export interface PlannedMeasurement {
  readonly retentionPolicy: string
  readonly name: string
  readonly tagKeys: readonly string[]
  readonly fields: readonly PlannedField[]
}

export interface PlannedField {
  readonly name: string
  /** More than one when shards disagree; the first is the one a query over all of them takes. */
  readonly types: readonly FieldType[]
}

export interface PlannedContinuousQuery {
  readonly name: string
  /** The whole statement. */
  readonly text: string
}

export interface PlannedUser {
  readonly name: string
  readonly isAdmin: boolean
  /** On the database of the plan. */
  readonly privilege: string | null
}

/** Fields whose type differs between shards, as `measurement.field`. */
export function conflictsOf(plan: BackfillPlan): { readonly place: string; readonly types: readonly FieldType[] }[] {
  return plan.measurements.flatMap(({ name, fields }) =>
    fields
      .filter(({ types }) => types.length > 1)
      .map((field) => ({ place: `${name}.${field.name}`, types: field.types })),
  )
}

export function sliceCountOf(plan: BackfillPlan): number {
  const rangeCounts = new Map(plan.policies.map(({ name, ranges }) => [name, ranges.length]))
  return plan.measurements.reduce((sum, { retentionPolicy }) => sum + (rangeCounts.get(retentionPolicy) ?? 0), 0)
}

/** As it is printed and kept, with a name of its form. */
export function planDocument(plan: BackfillPlan): { readonly schema: string; readonly [key: string]: unknown } {
  return { schema: PLAN_SCHEMA, ...(toSnakeNames(plan) as Record<string, unknown>) }
}

/** Throws when the text is no plan. */
export function parsePlan(text: string): BackfillPlan {
  const document: unknown = JSON.parse(text)
  const { schema, ...plan } = Object(document) as Record<string, unknown>
  if (schema === PLAN_SCHEMA) return toCamelNames(plan) as BackfillPlan
  if (schema === CAMEL_SCHEMA) return plan as unknown as BackfillPlan
  throw new Error(`its schema is ${JSON.stringify(schema)}, not ${PLAN_SCHEMA}`)
}
