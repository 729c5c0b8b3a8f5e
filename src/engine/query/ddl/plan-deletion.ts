/**
 * DELETE and DROP SERIES → which rows go: per measurement the series that the tags leave, and the range of time. Both
 * reach into every retention policy. What goes is decided by tags and time alone: where the condition speaks of a field of
 * a measurement, that measurement stays as it is, and those that come before it by name lose their rows all the same.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { compileRegex } from '../../domain/compile-regex.js'
import { HyperbyteError } from '../../domain/errors.js'
import { ALL_TIME, type TimeRange } from '../../domain/time-range.js'
import type { Expr, Source, Statement } from '../../influxql/ast.js'
import { hasTimeComparison, splitTime, type TimeBounds } from '../../influxql/split-time.js'
import type { Database } from '../../metadata/meta-state.js'
import type { IsField } from '../../metadata/series-index.js'
import type { Catalog, RowDeletion } from '../catalog.js'
import { fieldsInDatabase } from '../show/shown-tables.js'

export type DeletionStatement = Extract<Statement, { kind: 'delete' | 'drop-series' }>

export interface DeletionContext {
  readonly catalog: Catalog
  readonly database: string
  readonly nowNs: bigint
}

export interface DeletionPlan {
  readonly deletions: readonly RowDeletion[]
  /** What the statement answers after the deletions. */
  readonly fault: HyperbyteError | null
}

/** Throws `database-not-found` and `invalid` in InfluxDB's words, where nothing may be touched. */
export function planDeletion(statement: DeletionStatement, context: DeletionContext): DeletionPlan {
  const { catalog, nowNs } = context
  const database = catalog.database(context.database)
  if (database === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: ${context.database}`)
  }
  if (statement.kind === 'drop-series' && hasTimeComparison(statement.condition)) {
    throw new HyperbyteError('invalid', "DROP SERIES doesn't support time in WHERE clause")
  }
  const { condition, bounds } = splitTime(statement.condition, { nowNs, localToUtc: null })
  const names = measurementsMeant(catalog.seriesIndex(database.name).measurements(), statement.sources)
  const request = { catalog, database, names, condition, range: rangeOf(bounds) }
  const plan = planEverywhere(request) ?? planByShard(request)
  return { ...plan, deletions: plan.deletions.filter(({ range }) => range.startNs < range.endNs) }
}

interface DeletionRequest {
  readonly catalog: Catalog
  readonly database: Database
  readonly names: readonly string[]
  readonly condition: Expr | null
  readonly range: TimeRange
}

/** In all shards alike; null where the condition speaks of a field of any of the measurements. */
function planEverywhere({ catalog, database, names, condition, range }: DeletionRequest): DeletionPlan | null {
  const deletions: RowDeletion[] = []
  for (const measurement of names) {
    const isField = fieldsInDatabase(catalog, database, measurement)
    const series = seriesMeant(catalog, database, measurement, condition, isField)
    if (series === 'decided by fields') return null
    if (series !== 'none') {
      deletions.push({ database: database.name, retentionPolicy: '', measurement, range, series })
    }
  }
  return { deletions, fault: null }
}

/** Each shard takes the measurements by name and stops at the first whose fields the condition speaks of (influxd 1.6.7). */
function planByShard({ catalog, database, names, condition, range }: DeletionRequest): DeletionPlan {
  const deletions: RowDeletion[] = []
  const stopped: number[] = []
  const sorted = [...names].sort(compareBytewise)
  for (const { name: retentionPolicy } of database.retentionPolicies) {
    for (const group of catalog.shardGroups(database.name, retentionPolicy)) {
      for (const measurement of sorted) {
        const types = catalog.fieldTypes({ database: database.name, retentionPolicy, measurement }, group)
        if (types.size === 0) continue
        const series = seriesMeant(catalog, database, measurement, condition, (name) => types.has(name))
        if (series === 'decided by fields') {
          stopped.push(group.id)
          break
        }
        const shared = intersection(range, group)
        if (series !== 'none') {
          deletions.push({ database: database.name, retentionPolicy, measurement, range: shared, series })
        }
      }
    }
  }
  return { deletions, fault: faultOf(stopped) }
}

/** InfluxDB asks all shards at once and names the first to answer; here it is that of the lowest number. */
function faultOf(shards: readonly number[]): HyperbyteError | null {
  if (shards.length === 0) return null
  return new HyperbyteError(
    'invalid',
    `shard ${Math.min(...shards)}: fields not supported in WHERE clause during deletion`,
  )
}

/** Ordinals; null = every series of the measurement. */
function seriesMeant(
  catalog: Catalog,
  database: Database,
  measurement: string,
  condition: Expr | null,
  isField: IsField,
): Uint32Array | null | 'none' | 'decided by fields' {
  const index = catalog.seriesIndex(database.name)
  const chosen = index.seriesByTags(measurement, condition, isField)
  if (chosen === null) return 'decided by fields'
  if (chosen.length === index.seriesCount(measurement)) return null
  return chosen.length === 0 ? 'none' : chosen
}

function intersection(a: TimeRange, b: TimeRange): TimeRange {
  return {
    startNs: a.startNs > b.startNs ? a.startNs : b.startNs,
    endNs: a.endNs < b.endNs ? a.endNs : b.endNs,
  }
}

/** No FROM = all of them. */
function measurementsMeant(names: readonly string[], sources: readonly Source[]): readonly string[] {
  if (sources.length === 0) return names
  const tests = sources.flatMap((source) => {
    if (source.kind !== 'measurement') return []
    const { name, regex } = source
    return [regex === null ? (candidate: string) => candidate === name : compileRegex(regex).test]
  })
  return names.filter((name) => tests.some((test) => test(name)))
}

function rangeOf({ startNs, endNs }: TimeBounds): TimeRange {
  return { startNs: startNs ?? ALL_TIME.startNs, endNs: endNs ?? ALL_TIME.endNs }
}
