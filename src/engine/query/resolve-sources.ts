/**
 * FROM → tables: the request's database and policy where the statement names none, every measurement that a regex
 * matches. Tables come grouped by measurement name, in bytewise order, because those of one name answer as one.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import { compileRegex } from '../domain/compile-regex.js'
import { HyperbyteError } from '../domain/errors.js'
import type { MeasurementRef } from '../influxql/ast.js'
import type { Catalog, QueryRequest } from './catalog.js'
import type { TableName } from './scan.js'

/** Throws `invalid`, `database-not-found` or `retention-policy-not-found` with InfluxDB's words. */
export function resolveSources(
  sources: readonly MeasurementRef[],
  catalog: Catalog,
  request: QueryRequest,
): readonly (readonly TableName[])[] {
  const byName = new Map<string, TableName[]>()
  for (const source of sources) {
    for (const table of tablesOf(source, catalog, request)) {
      const tables = byName.get(table.measurement)
      if (tables === undefined) byName.set(table.measurement, [table])
      else tables.push(table)
    }
  }
  return [...byName.values()].sort((a, b) => compareBytewise(a[0].measurement, b[0].measurement))
}

function tablesOf(source: MeasurementRef, catalog: Catalog, request: QueryRequest): readonly TableName[] {
  const database = source.database || request.database
  if (database === '') throw new HyperbyteError('invalid', 'database name required')
  const known = catalog.database(database)
  if (known === undefined) throw new HyperbyteError('database-not-found', `database not found: ${database}`)
  const retentionPolicy = source.retentionPolicy || request.retentionPolicy || known.defaultRetentionPolicy
  if (!known.retentionPolicies.some((policy) => policy.name === retentionPolicy)) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${retentionPolicy}`)
  }
  if (source.regex === null && source.name === '') throw new HyperbyteError('invalid', 'invalid measurement')
  const names = source.regex === null ? [source.name] : matchingNames(source.regex, catalog, database, retentionPolicy)
  return names.map((measurement) => ({ database, retentionPolicy, measurement }))
}

function matchingNames(source: string, catalog: Catalog, database: string, retentionPolicy: string): readonly string[] {
  const regex = compileRegex(source)
  return catalog.measurementsOf(database, retentionPolicy).filter((name) => regex.test(name))
}
