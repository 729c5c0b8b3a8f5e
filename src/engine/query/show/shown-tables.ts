/**
 * Which tables a SHOW statement is about, when it goes through the retention policies (SHOW SERIES, FIELD KEYS and
 * cardinalities do; TAG KEYS, TAG VALUES and MEASUREMENTS look at the whole database).
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { compileRegex } from '../../domain/compile-regex.js'
import { ALL_TIME, type TimeRange } from '../../domain/time-range.js'
import type { MeasurementRef, ShowClauses } from '../../influxql/ast.js'
import type { TimeBounds } from '../../influxql/split-time.js'
import type { Database } from '../../metadata/meta-state.js'
import type { IsField } from '../../metadata/series-index.js'
import type { Catalog } from '../catalog.js'
import type { TableName } from '../scan.js'
import { requireDatabase, requirePolicy } from './require-database.js'
import type { ShowContext } from './show-context.js'

/** In the order of measurement names, each table once. No FROM = every measurement of the default policy. */
export function shownTables(clauses: ShowClauses, context: ShowContext): readonly TableName[] {
  const { catalog } = context
  const databaseName = clauses.database || context.database
  if (clauses.sources.length === 0) {
    const database = requireDatabase(catalog, databaseName)
    const policy = requirePolicy(database, context.retentionPolicy)
    return catalog
      .measurementsOf(database.name, policy)
      .map((measurement) => tableOf(database.name, policy, measurement))
  }
  const tables = new Map<string, TableName>()
  for (const source of clauses.sources) {
    if (source.kind !== 'measurement') continue
    const database = requireDatabase(catalog, source.database || databaseName)
    const policy = requirePolicy(database, source.retentionPolicy || context.retentionPolicy)
    for (const measurement of catalog.measurementsOf(database.name, policy)) {
      if (!isMeant(source, measurement)) continue
      tables.set(JSON.stringify([database.name, policy, measurement]), tableOf(database.name, policy, measurement))
    }
  }
  return [...tables.values()].sort((a, b) => compareBytewise(a.measurement, b.measurement))
}

/** Names of fields of the table, at any time. */
export function fieldsOf(catalog: Catalog, table: TableName): IsField {
  const types = catalog.fieldTypes(table, ALL_TIME)
  return (name) => types.has(name)
}

/** Names of fields of any of the tables. */
export function fieldsOfAny(catalog: Catalog, tables: readonly TableName[]): IsField {
  const tests = tables.map((table) => fieldsOf(catalog, table))
  return (name) => tests.some((isField) => isField(name))
}

/** Names of fields of the measurement in any policy of the database. */
export function fieldsInDatabase(catalog: Catalog, database: Database, measurement: string): IsField {
  const tables = database.retentionPolicies.map((policy) => tableOf(database.name, policy.name, measurement))
  let isField: IsField | null = null
  return (name) => {
    isField ??= fieldsOfAny(catalog, tables)
    return isField(name)
  }
}

/** Whether the table has a shard that `bounds` touch. */
export function isInBounds(catalog: Catalog, table: TableName, bounds: TimeBounds): boolean {
  if (bounds.startNs === null && bounds.endNs === null) return true
  return catalog.fieldTypes(table, rangeOf(bounds)).size > 0
}

/** Whether a policy of the database has a shard of the measurement that `bounds` touch. */
export function isAnywhereInBounds(
  catalog: Catalog,
  database: Database,
  measurement: string,
  bounds: TimeBounds,
): boolean {
  return database.retentionPolicies.some((policy) =>
    isInBounds(catalog, tableOf(database.name, policy.name, measurement), bounds),
  )
}

function rangeOf({ startNs, endNs }: TimeBounds): TimeRange {
  return { startNs: startNs ?? ALL_TIME.startNs, endNs: endNs ?? ALL_TIME.endNs }
}

function isMeant({ name, regex }: MeasurementRef, measurement: string): boolean {
  return regex === null ? measurement === name : compileRegex(regex).test(measurement)
}

function tableOf(database: string, retentionPolicy: string, measurement: string): TableName {
  return { database, retentionPolicy, measurement }
}
