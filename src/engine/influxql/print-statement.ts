/**
 * Statements as InfluxDB prints them in SHOW QUERIES, SHOW CONTINUOUS QUERIES and errors. Except for passwords, which
 * are never printed, the text parses back to the same tree.
 */

import type {
  CardinalityClauses,
  Expr,
  FillMode,
  MeasurementRef,
  RetentionPolicyOptions,
  SelectField,
  SelectStatement,
  ShowClauses,
  SortField,
  Source,
  Statement,
  TagKeyFilter,
} from './ast.js'
import { formatDuration, formatGoDuration } from './duration.js'
import { printDecimal, printExpr, printRegex, quoteIdent, quoteString } from './print-expr.js'

export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'select':
      return printSelect(statement)
    case 'explain':
      return `EXPLAIN ${statement.isAnalyze ? 'ANALYZE ' : ''}${printSelect(statement.statement)}`
    case 'delete':
      return `DELETE${printFrom(statement.sources)}${printWhere(statement.condition)}`
    case 'show-databases':
      return 'SHOW DATABASES'
    case 'show-measurements':
      return (
        `SHOW MEASUREMENTS${printOn(statement.database)}${printWithMeasurement(statement.with)}` +
        `${printWhere(statement.condition)}${printOrderAndLimits(statement)}`
      )
    case 'show-series':
      return `SHOW SERIES${printShowClauses(statement)}`
    case 'show-tag-keys':
      return `SHOW TAG KEYS${printShowClauses(statement)}${printSeriesLimits(statement)}`
    case 'show-tag-values':
      return (
        `SHOW TAG VALUES${printOn(statement.database)}${printFrom(statement.sources)}` +
        `${printKeyFilter(statement.keyFilter)}${printWhere(statement.condition)}${printOrderAndLimits(statement)}`
      )
    case 'show-field-keys':
      return `SHOW FIELD KEYS${printShowClauses(statement)}`
    case 'show-series-cardinality':
      return `SHOW SERIES ${printCardinality(statement)}`
    case 'show-measurement-cardinality':
      return `SHOW MEASUREMENT ${printCardinality(statement)}`
    case 'show-tag-key-cardinality':
      return `SHOW TAG KEY ${printCardinality(statement)}`
    case 'show-tag-values-cardinality':
      return `SHOW TAG VALUES ${printCardinality(statement, statement.keyFilter)}`
    case 'show-field-key-cardinality':
      return `SHOW FIELD KEY ${printCardinality(statement)}`
    case 'show-retention-policies':
      return `SHOW RETENTION POLICIES${printOn(statement.database)}`
    case 'show-continuous-queries':
      return 'SHOW CONTINUOUS QUERIES'
    case 'show-users':
      return 'SHOW USERS'
    case 'show-grants':
      return `SHOW GRANTS FOR ${quoteIdent(statement.user)}`
    case 'show-queries':
      return 'SHOW QUERIES'
    case 'show-shards':
      return 'SHOW SHARDS'
    case 'show-shard-groups':
      return 'SHOW SHARD GROUPS'
    case 'show-stats':
      return `SHOW STATS${printForModule(statement.module)}`
    case 'show-diagnostics':
      return `SHOW DIAGNOSTICS${printForModule(statement.module)}`
    case 'show-subscriptions':
      return 'SHOW SUBSCRIPTIONS'
    case 'create-database':
      return `CREATE DATABASE ${quoteIdent(statement.name)}${printDatabasePolicy(statement.policy)}`
    case 'drop-database':
      return `DROP DATABASE ${quoteIdent(statement.name)}`
    case 'create-retention-policy':
      return `CREATE RETENTION POLICY ${printNameOn(statement)}${printPolicyOptions(statement)}`
    case 'alter-retention-policy':
      return `ALTER RETENTION POLICY ${printNameOn(statement)}${printPolicyOptions(statement)}`
    case 'drop-retention-policy':
      return `DROP RETENTION POLICY ${printNameOn(statement)}`
    case 'drop-measurement':
      return `DROP MEASUREMENT ${quoteIdent(statement.name)}`
    case 'drop-series':
      return `DROP SERIES${printFrom(statement.sources)}${printWhere(statement.condition)}`
    case 'drop-shard':
      return `DROP SHARD ${statement.id}`
    case 'create-continuous-query':
      return (
        `CREATE CONTINUOUS QUERY ${printNameOn(statement)}${printResample(statement)}` +
        ` BEGIN ${printSelect(statement.source)} END`
      )
    case 'drop-continuous-query':
      return `DROP CONTINUOUS QUERY ${printNameOn(statement)}`
    case 'create-subscription':
      return (
        `CREATE SUBSCRIPTION ${printNameOn(statement)}.${quoteIdent(statement.retentionPolicy)} DESTINATIONS ` +
        `${statement.mode} ${statement.destinations.map(quoteString).join(', ')}`
      )
    case 'drop-subscription':
      return `DROP SUBSCRIPTION ${printNameOn(statement)}.${quoteIdent(statement.retentionPolicy)}`
    case 'create-user':
      return (
        `CREATE USER ${quoteIdent(statement.name)} WITH PASSWORD [REDACTED]` +
        (statement.isAdmin ? ' WITH ALL PRIVILEGES' : '')
      )
    case 'drop-user':
      return `DROP USER ${quoteIdent(statement.name)}`
    case 'set-password':
      return `SET PASSWORD FOR ${quoteIdent(statement.name)} = [REDACTED]`
    case 'grant':
      return `GRANT ${statement.privilege} ON ${quoteIdent(statement.database)} TO ${quoteIdent(statement.user)}`
    case 'grant-admin':
      return `GRANT ALL PRIVILEGES TO ${quoteIdent(statement.user)}`
    case 'revoke':
      return `REVOKE ${statement.privilege} ON ${quoteIdent(statement.database)} FROM ${quoteIdent(statement.user)}`
    case 'revoke-admin':
      return `REVOKE ALL PRIVILEGES FROM ${quoteIdent(statement.user)}`
    case 'kill-query':
      return `KILL QUERY ${statement.queryId}${printOn(statement.host)}`
  }
}

export function printSelect(statement: SelectStatement): string {
  return (
    `SELECT ${statement.fields.map(printField).join(', ')}` +
    (statement.target === null ? '' : ` INTO ${printMeasurement(statement.target)}`) +
    printFrom(statement.sources) +
    printWhere(statement.condition) +
    printGroupBy(statement.dimensions) +
    printFill(statement.fill) +
    printOrderAndLimits(statement) +
    printSeriesLimits(statement) +
    (statement.timeZone === null ? '' : ` TZ(${quoteString(statement.timeZone)})`)
  )
}

function printField({ expr, alias }: SelectField): string {
  return alias === '' ? printExpr(expr) : `${printExpr(expr)} AS ${quoteIdent(alias)}`
}

export function printMeasurement(measurement: MeasurementRef): string {
  const { database, retentionPolicy } = measurement
  const path = database === '' && retentionPolicy === '' ? '' : `${quoteOrNothing(retentionPolicy)}.`
  return (database === '' ? '' : `${quoteIdent(database)}.`) + path + printMeasurementName(measurement)
}

function quoteOrNothing(name: string): string {
  return name === '' ? '' : quoteIdent(name)
}

function printMeasurementName({ name, regex, isTarget }: MeasurementRef): string {
  if (regex !== null) return printRegex(regex)
  return isTarget && name === '' ? ':MEASUREMENT' : quoteIdent(name)
}

function printSource(source: Source): string {
  return source.kind === 'subquery' ? `(${printSelect(source.statement)})` : printMeasurement(source)
}

function printFrom(sources: readonly Source[]): string {
  return sources.length === 0 ? '' : ` FROM ${sources.map(printSource).join(', ')}`
}

function printWhere(condition: Expr | null): string {
  return condition === null ? '' : ` WHERE ${printExpr(condition)}`
}

function printGroupBy(dimensions: readonly Expr[]): string {
  return dimensions.length === 0 ? '' : ` GROUP BY ${dimensions.map(printExpr).join(', ')}`
}

function printFill(fill: FillMode | null): string {
  if (fill === null || fill.kind === 'null') return ''
  if (fill.kind !== 'number') return ` fill(${fill.kind})`
  return ` fill(${typeof fill.value === 'bigint' ? fill.value : printDecimal(fill.value)})`
}

function printOrderAndLimits(clauses: Pick<ShowClauses, 'sortFields' | 'limit' | 'offset'>): string {
  const { sortFields } = clauses
  const order = sortFields.length === 0 ? '' : ` ORDER BY ${sortFields.map(printSortField).join(', ')}`
  return order + printCount('LIMIT', clauses.limit) + printCount('OFFSET', clauses.offset)
}

function printSortField({ name, isAscending }: SortField): string {
  return `${name === '' ? '' : `${quoteIdent(name)} `}${isAscending ? 'ASC' : 'DESC'}`
}

function printSeriesLimits(clauses: { readonly seriesLimit: number; readonly seriesOffset: number }): string {
  return printCount('SLIMIT', clauses.seriesLimit) + printCount('SOFFSET', clauses.seriesOffset)
}

/** The largest count that parses is 2^63 - 1, which the tree holds as 2^63. */
function printCount(keyword: string, count: number): string {
  if (count === 0) return ''
  return ` ${keyword} ${count < 2 ** 63 ? BigInt(count) : 2n ** 63n - 1n}`
}

function printOn(name: string): string {
  return name === '' ? '' : ` ON ${quoteIdent(name)}`
}

function printNameOn({ name, database }: { readonly name: string; readonly database: string }): string {
  return `${quoteIdent(name)} ON ${quoteIdent(database)}`
}

function printShowClauses(clauses: ShowClauses): string {
  return (
    printOn(clauses.database) +
    printFrom(clauses.sources) +
    printWhere(clauses.condition) +
    printOrderAndLimits(clauses)
  )
}

function printCardinality(clauses: CardinalityClauses, keyFilter: TagKeyFilter | null = null): string {
  return (
    `${clauses.isExact ? 'EXACT ' : ''}CARDINALITY` +
    printOn(clauses.database) +
    printFrom(clauses.sources) +
    (keyFilter === null ? '' : printKeyFilter(keyFilter)) +
    printWhere(clauses.condition) +
    printGroupBy(clauses.dimensions) +
    printOrderAndLimits(clauses)
  )
}

function printKeyFilter({ op, expr }: TagKeyFilter): string {
  return ` WITH KEY ${op} ${expr.kind === 'string' ? quoteIdent(expr.value) : printExpr(expr)}`
}

function printWithMeasurement(measurement: MeasurementRef | null): string {
  if (measurement === null) return ''
  return ` WITH MEASUREMENT ${measurement.regex === null ? '=' : '=~'} ${printMeasurement(measurement)}`
}

function printForModule(module: string): string {
  return module === '' ? '' : ` FOR ${quoteString(module)}`
}

type DatabasePolicy = Extract<Statement, { kind: 'create-database' }>['policy']

/** InfluxDB prints these durations as Go does (`24h0m0s`). */
function printDatabasePolicy(policy: DatabasePolicy): string {
  if (policy === null) return ''
  const { durationNs, replication, shardDurationNs, name } = policy
  return (
    ' WITH' +
    (durationNs === null ? '' : ` DURATION ${printGoDuration(durationNs)}`) +
    (replication === null ? '' : ` REPLICATION ${replication}`) +
    (shardDurationNs === null ? '' : ` SHARD DURATION ${printGoDuration(shardDurationNs)}`) +
    (name === '' ? '' : ` NAME ${quoteIdent(name)}`)
  )
}

/** Go's form is InfluxQL only for whole seconds; `1.5s` would not parse. */
function printGoDuration(ns: bigint): string {
  return ns % 1_000_000_000n === 0n ? formatGoDuration(ns) : formatDuration(ns)
}

function printPolicyOptions({ durationNs, replication, shardDurationNs, isDefault }: RetentionPolicyOptions): string {
  return (
    (durationNs === null ? '' : ` DURATION ${formatDuration(durationNs)}`) +
    (replication === null ? '' : ` REPLICATION ${replication}`) +
    (shardDurationNs === null ? '' : ` SHARD DURATION ${formatDuration(shardDurationNs)}`) +
    (isDefault ? ' DEFAULT' : '')
  )
}

type ContinuousQuery = Extract<Statement, { kind: 'create-continuous-query' }>

function printResample({ resampleEveryNs, resampleForNs }: ContinuousQuery): string {
  if (resampleEveryNs === 0n && resampleForNs === 0n) return ''
  return (
    ' RESAMPLE' +
    (resampleEveryNs === 0n ? '' : ` EVERY ${formatDuration(resampleEveryNs)}`) +
    (resampleForNs === 0n ? '' : ` FOR ${formatDuration(resampleForNs)}`)
  )
}
