/**
 * DELETE and DROP SERIES → which rows go: per measurement the series that the tags leave, and the range of time. Both
 * reach into every retention policy. What goes is decided by tags and time alone, so that a condition on fields is refused
 * before anything is touched.
 */

import { compileRegex } from '../../domain/compile-regex.js'
import { HyperbyteError } from '../../domain/errors.js'
import { ALL_TIME, type TimeRange } from '../../domain/time-range.js'
import type { Source, Statement } from '../../influxql/ast.js'
import { hasTimeComparison, splitTime, type TimeBounds } from '../../influxql/split-time.js'
import type { Database } from '../../metadata/meta-state.js'
import type { Catalog, RowDeletion } from '../catalog.js'
import { fieldsInDatabase, tablesInDatabase } from '../show/shown-tables.js'

export type DeletionStatement = Extract<Statement, { kind: 'delete' | 'drop-series' }>

export interface DeletionContext {
  readonly catalog: Catalog
  readonly database: string
  readonly nowNs: bigint
}

/** Throws `database-not-found` and `invalid` in InfluxDB's words. */
export function planDeletion(statement: DeletionStatement, context: DeletionContext): readonly RowDeletion[] {
  const { catalog, nowNs } = context
  const database = catalog.database(context.database)
  if (database === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: ${context.database}`)
  }
  if (statement.kind === 'drop-series' && hasTimeComparison(statement.condition)) {
    throw new HyperbyteError('invalid', "DROP SERIES doesn't support time in WHERE clause")
  }
  const { condition, bounds } = splitTime(statement.condition, { nowNs, localToUtc: null })
  const range = rangeOf(bounds)
  const index = catalog.seriesIndex(database.name)
  const deletions = measurementsMeant(index.measurements(), statement.sources).map((measurement): RowDeletion => {
    const isField = fieldsInDatabase(catalog, database, measurement)
    const chosen = index.seriesByTags(measurement, condition, isField)
    if (chosen === null) {
      const shard = firstShardOf(catalog, database, measurement)
      throw new HyperbyteError('invalid', `shard ${shard}: fields not supported in WHERE clause during deletion`)
    }
    const series = chosen.length === index.seriesCount(measurement) ? null : chosen
    return { database: database.name, measurement, range, series }
  })
  return range.startNs < range.endNs ? deletions.filter(({ series }) => series === null || series.length > 0) : []
}

/** The lowest number of a shard with the measurement; InfluxDB asks all at once and names the first to answer. */
function firstShardOf(catalog: Catalog, database: Database, measurement: string): number {
  const ids = tablesInDatabase(database, measurement).flatMap((table) =>
    catalog
      .shardGroups(table.database, table.retentionPolicy)
      .filter((group) => catalog.fieldTypes(table, group).size > 0)
      .map(({ id }) => id),
  )
  return Math.min(...ids)
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
