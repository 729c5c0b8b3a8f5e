/**
 * Runs every statement that is not a SELECT: SHOW answers and changes of databases, policies, users and measurements.
 * Frames come out as they are ready. What InfluxDB puts into `results[i].error` is thrown as a HyperbyteError whose
 * message is that text.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Statement } from '../influxql/ast.js'
import type { MetaCommand } from '../metadata/meta-state.js'
import { hashPassword, SALT_BYTES, verifyPassword } from '../metadata/password-hash.js'
import type { CatalogWriter } from './catalog.js'
import { planCreateContinuousQuery, planDropContinuousQuery } from './ddl/plan-continuous-query-change.js'
import { planCreateDatabase, planDropDatabase } from './ddl/plan-database-change.js'
import { type DeletionStatement, planDeletion } from './ddl/plan-deletion.js'
import { planAlterPolicy, planCreatePolicy, planDropPolicy } from './ddl/plan-policy-change.js'
import { planCreateSubscription, planDropSubscription } from './ddl/plan-subscription-change.js'
import { planUserChange } from './ddl/plan-user-change.js'
import type { SeriesFrame } from './result.js'
import type { RunningQueries } from './running-queries.js'
import type { SelfReports } from './self-report.js'
import { showCardinality } from './show/show-cardinality.js'
import type { ShowContext } from './show/show-context.js'
import { showContinuousQueries } from './show/show-continuous-queries.js'
import { showDatabases } from './show/show-databases.js'
import { showFieldKeys } from './show/show-field-keys.js'
import { showMeasurements } from './show/show-measurements.js'
import { showQueries } from './show/show-queries.js'
import { showRetentionPolicies } from './show/show-retention-policies.js'
import { showDiagnostics, showStats } from './show/show-self-reports.js'
import { showSeries } from './show/show-series.js'
import { showShardGroups, showShards } from './show/show-shards.js'
import { showSubscriptions } from './show/show-subscriptions.js'
import { showTagKeys } from './show/show-tag-keys.js'
import { showTagValues } from './show/show-tag-values.js'
import { showGrants, showUsers } from './show/show-users.js'

export type MetaStatement = Exclude<Statement, { kind: 'select' | 'explain' }>

export interface MetaStatementContext extends ShowContext {
  readonly writer: CatalogWriter
  readonly queries: RunningQueries
  /** Absent: the server tells nothing of itself. */
  readonly self?: { readonly reports: SelfReports; readonly indexBytes: () => number }
  /** Unpredictable bytes, for password salts. */
  readonly randomBytes: (byteCount: number) => Uint8Array
}

/** Whether the statement changes something, so that a GET of it earns InfluxDB's deprecation warning. */
export function isWritingStatement(statement: MetaStatement): boolean {
  return !statement.kind.startsWith('show-')
}

export async function* runMetaStatement(
  statement: MetaStatement,
  context: MetaStatementContext,
): AsyncIterable<SeriesFrame> {
  const { meta } = context.catalog
  switch (statement.kind) {
    case 'show-databases':
      yield* showDatabases(context)
      return
    case 'show-measurements':
      yield* showMeasurements(statement, context)
      return
    case 'show-series':
      yield* showSeries(statement, context)
      return
    case 'show-tag-keys':
      yield* showTagKeys(statement, context)
      return
    case 'show-tag-values':
      yield* showTagValues(statement, context)
      return
    case 'show-field-keys':
      yield* showFieldKeys(statement, context)
      return
    case 'show-series-cardinality':
    case 'show-measurement-cardinality':
    case 'show-tag-key-cardinality':
    case 'show-tag-values-cardinality':
    case 'show-field-key-cardinality':
      yield* showCardinality(statement, context)
      return
    case 'show-retention-policies':
      yield* showRetentionPolicies(statement.database || context.database, context)
      return
    case 'show-users':
      yield* showUsers(meta)
      return
    case 'show-grants':
      yield* showGrants(statement.user, meta)
      return
    case 'show-continuous-queries':
      yield* showContinuousQueries(meta)
      return
    case 'show-queries':
      yield* showQueries(context.queries.list())
      return
    case 'kill-query':
      return context.queries.kill(statement.queryId)
    case 'create-continuous-query':
      return await applyIfAny(planCreateContinuousQuery(statement, meta, context), context)
    case 'drop-continuous-query':
      return await applyIfAny(planDropContinuousQuery(statement, meta), context)
    case 'show-stats':
      if (context.self !== undefined) yield* showStats(statement.module, context.self.reports, context.self.indexBytes)
      return
    case 'show-diagnostics':
      if (context.self !== undefined) yield* showDiagnostics(statement.module, context.self.reports)
      return
    case 'show-subscriptions':
      yield* showSubscriptions(meta)
      return
    case 'create-subscription':
      return await applyIfAny(planCreateSubscription(statement, meta), context)
    case 'drop-subscription':
      return await applyIfAny(planDropSubscription(statement, meta), context)
    case 'create-database':
      return await applyIfAny(planCreateDatabase(statement, meta), context)
    case 'drop-database':
      return await applyIfAny(planDropDatabase(statement, meta), context)
    case 'create-retention-policy':
      return await applyIfAny(planCreatePolicy(inDatabase(statement, context), meta), context)
    case 'alter-retention-policy':
      return await applyIfAny(planAlterPolicy(inDatabase(statement, context), meta), context)
    case 'drop-retention-policy':
      return await applyIfAny(planDropPolicy(inDatabase(statement, context), meta), context)
    case 'create-user':
    case 'drop-user':
    case 'set-password':
    case 'grant':
    case 'grant-admin':
    case 'revoke':
    case 'revoke-admin':
      return await applyIfAny(await planUserChange(statement, meta, passwordsOf(context)), context)
    case 'drop-measurement':
      return await dropMeasurement(statement.name, context)
    case 'show-shards':
      yield* showShards(context.catalog)
      return
    case 'show-shard-groups':
      yield* showShardGroups(context.catalog)
      return
    case 'drop-shard':
      return await context.writer.dropShard(statement.id)
    case 'delete':
    case 'drop-series':
      return await deleteRows(statement, context)
  }
}

async function applyIfAny(command: MetaCommand | null, context: MetaStatementContext): Promise<void> {
  if (command !== null) await context.writer.applyMeta(command)
}

function inDatabase<S extends { readonly database: string }>(statement: S, context: MetaStatementContext): S {
  return statement.database === '' ? { ...statement, database: context.database } : statement
}

async function deleteRows(statement: DeletionStatement, context: MetaStatementContext): Promise<void> {
  const { deletions, fault } = planDeletion(statement, context)
  for (const deletion of deletions) await context.writer.deleteRows(deletion)
  if (fault !== null) throw fault
}

async function dropMeasurement(measurement: string, context: MetaStatementContext): Promise<void> {
  const { catalog, database } = context
  if (catalog.database(database) === undefined) {
    throw new HyperbyteError('database-not-found', `database not found: ${database}`)
  }
  await context.writer.dropMeasurement(database, measurement)
}

function passwordsOf({ randomBytes }: MetaStatementContext) {
  return {
    hash: (password: string) => hashPassword(password, randomBytes(SALT_BYTES)),
    verify: verifyPassword,
  }
}
