/**
 * A SELECT with every measurement's database and policy spelled out, as influxd prints it in messages and keeps it in
 * continuous queries. What cannot be found out is left as it is.
 */

import type { MeasurementRef, SelectStatement, Source, Statement } from '../influxql/ast.js'
import type { MetaState } from '../metadata/meta-state.js'

export interface QualifyDefaults {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
}

export function qualifySelect(statement: SelectStatement, meta: MetaState, defaults: QualifyDefaults): SelectStatement {
  return {
    ...statement,
    target: statement.target === null ? null : qualifyMeasurement(statement.target, meta, defaults),
    sources: statement.sources.map((source) => qualifySource(source, meta, defaults)),
  }
}

/** Of statements with a SELECT in them; others stay as they are. */
export function qualifyStatement(statement: Statement, meta: MetaState, defaults: QualifyDefaults): Statement {
  if (statement.kind === 'select') return qualifySelect(statement, meta, defaults)
  if (statement.kind !== 'create-continuous-query') return statement
  return { ...statement, source: qualifyContinuous(statement, meta, defaults) }
}

type ContinuousStatement = Extract<Statement, { kind: 'create-continuous-query' }>

/** The query's own database counts when the request names none. */
export function qualifyContinuous(
  { database, source }: ContinuousStatement,
  meta: MetaState,
  defaults: QualifyDefaults,
): SelectStatement {
  return qualifySelect(source, meta, { ...defaults, database: defaults.database || database })
}

function qualifySource(source: Source, meta: MetaState, defaults: QualifyDefaults): Source {
  if (source.kind === 'measurement') return qualifyMeasurement(source, meta, defaults)
  return { ...source, statement: qualifySelect(source.statement, meta, defaults) }
}

function qualifyMeasurement(measurement: MeasurementRef, meta: MetaState, defaults: QualifyDefaults): MeasurementRef {
  const database = measurement.database || defaults.database
  const fallback = defaults.retentionPolicy || (meta.databases.get(database)?.defaultRetentionPolicy ?? '')
  return { ...measurement, database, retentionPolicy: measurement.retentionPolicy || fallback }
}
