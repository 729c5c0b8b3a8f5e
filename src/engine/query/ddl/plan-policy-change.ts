/**
 * CREATE, ALTER and DROP RETENTION POLICY as decisions: statement and state in, command out, null when nothing is to be
 * done. The order of the checks decides which of several faults is reported; it is InfluxDB's.
 */

import { HyperbyteError } from '../../domain/errors.js'
import type { Statement } from '../../influxql/ast.js'
import type { Database, MetaCommand, MetaState, RetentionPolicy } from '../../metadata/meta-state.js'
import { checkName } from './check-name.js'
import { checkCompatible, checkDuration, shardGroupDurationNs } from './policy-durations.js'

type CreatePolicy = Extract<Statement, { kind: 'create-retention-policy' }>
type AlterPolicy = Extract<Statement, { kind: 'alter-retention-policy' }>
type DropPolicy = Extract<Statement, { kind: 'drop-retention-policy' }>

export function planCreatePolicy(statement: CreatePolicy, state: MetaState): MetaCommand | null {
  checkName(statement.name)
  checkDuration(statement.durationNs)
  const durationNs = statement.durationNs ?? 0n
  const policy: RetentionPolicy = {
    name: statement.name,
    durationNs,
    shardGroupDurationNs: shardGroupDurationNs(statement.shardDurationNs ?? 0n, durationNs),
    replication: statement.replication ?? 1,
  }
  checkCompatible(policy)
  const database = findDatabase(state, statement.database)
  const existing = database.retentionPolicies.find(({ name }) => name === policy.name)
  if (existing === undefined) {
    return { kind: 'create-retention-policy', database: database.name, policy, isDefault: statement.isDefault }
  }
  if (!isSamePolicy(existing, policy)) throw new HyperbyteError('conflict', 'retention policy already exists')
  if (statement.isDefault && database.defaultRetentionPolicy !== policy.name) {
    throw new HyperbyteError('conflict', 'retention policy conflicts with an existing policy')
  }
  return null
}

export function planAlterPolicy(statement: AlterPolicy, state: MetaState): MetaCommand {
  const database = findDatabase(state, statement.database)
  const existing = database.retentionPolicies.find(({ name }) => name === statement.name)
  if (existing === undefined) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${statement.name}`)
  }
  checkDuration(statement.durationNs)
  const durationNs = statement.durationNs ?? existing.durationNs
  const askedShardNs = statement.shardDurationNs
  // Compared as asked for, before a short or open shard duration becomes a real one: so does InfluxDB.
  checkCompatible({ durationNs, shardGroupDurationNs: askedShardNs ?? existing.shardGroupDurationNs })
  const policy: RetentionPolicy = {
    name: existing.name,
    durationNs,
    shardGroupDurationNs:
      askedShardNs === null ? existing.shardGroupDurationNs : shardGroupDurationNs(askedShardNs, durationNs),
    replication: statement.replication ?? existing.replication,
  }
  return { kind: 'alter-retention-policy', database: database.name, policy, isDefault: statement.isDefault }
}

export function planDropPolicy(statement: DropPolicy, state: MetaState): MetaCommand | null {
  const database = state.databases.get(statement.database)
  const isThere = database?.retentionPolicies.some(({ name }) => name === statement.name) ?? false
  return isThere ? { kind: 'drop-retention-policy', database: statement.database, name: statement.name } : null
}

function findDatabase(state: MetaState, name: string): Database {
  const database = state.databases.get(name)
  if (database === undefined) throw new HyperbyteError('database-not-found', `database not found: ${name}`)
  return database
}

function isSamePolicy(a: RetentionPolicy, b: RetentionPolicy): boolean {
  return (
    a.durationNs === b.durationNs &&
    a.shardGroupDurationNs === b.shardGroupDurationNs &&
    a.replication === b.replication
  )
}
