/**
 * CREATE and DROP CONTINUOUS QUERY as decisions: statement and state in, command out, null when nothing is to be done.
 * What is kept is the statement's canonical text with every measurement's database and policy spelled out.
 */

import { HyperbyteError } from '../../domain/errors.js'
import type { MeasurementRef, SelectStatement, Statement } from '../../influxql/ast.js'
import { printStatement } from '../../influxql/print-statement.js'
import type { MetaCommand, MetaState } from '../../metadata/meta-state.js'
import { type QualifyDefaults, qualifyContinuous } from '../qualify-select.js'

type CreateContinuousQuery = Extract<Statement, { kind: 'create-continuous-query' }>
type DropContinuousQuery = Extract<Statement, { kind: 'drop-continuous-query' }>

/**
 * Creating the same query again is fine; texts that differ only in case count as the same. `defaults` are the request's:
 * only without them does a measurement mean one of the query's own database (influxd 1.6.7).
 */
export function planCreateContinuousQuery(
  statement: CreateContinuousQuery,
  state: MetaState,
  defaults: QualifyDefaults,
): MetaCommand | null {
  const { name } = statement
  const source = qualifyContinuous(statement, state, defaults)
  checkMeasurements(source, state)
  const database = state.databases.get(statement.database)
  if (database === undefined) throw databaseNotFound(statement.database)
  const text = printStatement({ ...statement, source })
  const existing = database.continuousQueries?.find((query) => query.name === name)
  if (existing === undefined) return { kind: 'create-continuous-query', database: database.name, query: { name, text } }
  if (existing.text.toLowerCase() !== text.toLowerCase()) {
    throw new HyperbyteError('conflict', 'continuous query already exists')
  }
  return null
}

export function planDropContinuousQuery(statement: DropContinuousQuery, state: MetaState): MetaCommand | null {
  const { database, name } = statement
  const isThere = state.databases.get(database)?.continuousQueries?.some((query) => query.name === name) ?? false
  return isThere ? { kind: 'drop-continuous-query', database, name } : null
}

/** The target first, then the sources. */
function checkMeasurements(select: SelectStatement, state: MetaState): void {
  if (select.target !== null) checkMeasurement(select.target, state)
  for (const source of select.sources) {
    if (source.kind === 'measurement') checkMeasurement(source, state)
    else checkMeasurements(source.statement, state)
  }
}

function checkMeasurement({ database, retentionPolicy }: MeasurementRef, state: MetaState): void {
  const known = state.databases.get(database)
  if (known === undefined) throw databaseNotFound(database)
  if (!known.retentionPolicies.some(({ name }) => name === retentionPolicy)) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${database}.${retentionPolicy}`)
  }
}

function databaseNotFound(name: string): HyperbyteError {
  return new HyperbyteError('database-not-found', `database not found: ${name}`)
}
