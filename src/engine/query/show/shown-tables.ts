/**
 * Which tables or measurements a SHOW statement is about, when its FROM goes through the retention policies (that of
 * SHOW SERIES, FIELD KEYS and cardinalities does; TAG KEYS, TAG VALUES and MEASUREMENTS look at the whole database).
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import { compileRegex } from '../../domain/compile-regex.js'
import { ALL_TIME } from '../../domain/time-range.js'
import type { MeasurementRef, ShowClauses } from '../../influxql/ast.js'
import type { Database } from '../../metadata/meta-state.js'
import type { IsField } from '../../metadata/series-index.js'
import type { Catalog } from '../catalog.js'
import type { TableName } from '../scan.js'
import { requireDatabase, requirePolicy } from './require-database.js'
import type { ShowContext } from './show-context.js'

/** A measurement in any policy of its database. */
export interface ShownMeasurement {
  readonly database: Database
  readonly measurement: string
}

/** In the order of measurement names, each table once. No FROM = every measurement of the default policy. */
export function shownTables(clauses: ShowClauses, context: ShowContext): readonly TableName[] {
  const tables = new Map<string, TableName>()
  for (const { database, policy, isMeant } of shownPolicies(clauses, context)) {
    for (const measurement of context.catalog.measurementsOf(database.name, policy).filter(isMeant)) {
      const table = tableOf(database.name, policy, measurement)
      tables.set(JSON.stringify(table), table)
    }
  }
  return sortedByMeasurement(tables)
}

/**
 * What the series index has to say about FROM. The index belongs to the database: a policy that holds anything shows the
 * series of all policies, as with InfluxDB's in-memory index.
 */
export function shownMeasurements(clauses: ShowClauses, context: ShowContext): readonly ShownMeasurement[] {
  const { catalog } = context
  const shown = new Map<string, ShownMeasurement>()
  for (const { database, policy, isMeant } of shownPolicies(clauses, context)) {
    if (catalog.measurementsOf(database.name, policy).length === 0) continue
    for (const measurement of catalog.seriesIndex(database.name).measurements().filter(isMeant)) {
      shown.set(JSON.stringify([database.name, measurement]), { database, measurement })
    }
  }
  return sortedByMeasurement(shown)
}

interface ShownPolicy {
  readonly database: Database
  readonly policy: string
  readonly isMeant: (measurement: string) => boolean
}

function* shownPolicies({ database, sources }: ShowClauses, context: ShowContext): Iterable<ShownPolicy> {
  const { catalog, retentionPolicy } = context
  const defaultDatabase = database || context.database
  if (sources.length === 0) {
    const owner = requireDatabase(catalog, defaultDatabase)
    yield { database: owner, policy: requirePolicy(owner, retentionPolicy), isMeant: () => true }
  }
  for (const source of sources) {
    if (source.kind !== 'measurement') continue
    const owner = requireDatabase(catalog, source.database || defaultDatabase)
    const policy = requirePolicy(owner, source.retentionPolicy || retentionPolicy)
    yield { database: owner, policy, isMeant: nameTestOf(source) }
  }
}

function nameTestOf({ name, regex }: MeasurementRef): (measurement: string) => boolean {
  return regex === null ? (measurement) => measurement === name : compileRegex(regex).test
}

function sortedByMeasurement<T extends { readonly measurement: string }>(shown: ReadonlyMap<string, T>): readonly T[] {
  return [...shown.values()].sort((a, b) => compareBytewise(a.measurement, b.measurement))
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
  const tables = tablesInDatabase(database, measurement)
  let isField: IsField | null = null
  return (name) => {
    isField ??= fieldsOfAny(catalog, tables)
    return isField(name)
  }
}

/** The measurement in each policy of the database, whether there is such a table or not. */
export function tablesInDatabase(database: Database, measurement: string): readonly TableName[] {
  return database.retentionPolicies.map((policy) => tableOf(database.name, policy.name, measurement))
}

function tableOf(database: string, retentionPolicy: string, measurement: string): TableName {
  return { database, retentionPolicy, measurement }
}
