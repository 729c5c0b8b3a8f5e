/**
 * CREATE DATABASE and DROP DATABASE as decisions: statement and state in, command out, null when nothing is to be
 * done. Creating what is already there in the same shape is fine; in another shape it is a conflict.
 */

import { HyperbyteError } from '../../domain/errors.js'
import type { Statement } from '../../influxql/ast.js'
import type { Database, MetaCommand, MetaState, RetentionPolicy } from '../../metadata/meta-state.js'
import { checkName } from './check-name.js'
import { checkCompatible, checkDuration, shardGroupDurationNs } from './policy-durations.js'

type CreateDatabase = Extract<Statement, { kind: 'create-database' }>
type DropDatabase = Extract<Statement, { kind: 'drop-database' }>
type AskedPolicy = NonNullable<CreateDatabase['policy']>

const DEFAULT_POLICY_NAME = 'autogen'

export function planCreateDatabase(statement: CreateDatabase, state: MetaState): MetaCommand | null {
  checkName(statement.name)
  const existing = state.databases.get(statement.name)
  const asked = statement.policy
  if (asked === null) {
    return existing === undefined
      ? { kind: 'create-database', name: statement.name, policy: newPolicy(ANY_POLICY) }
      : null
  }
  if (asked.name !== '') checkName(asked.name)
  checkDuration(asked.durationNs)
  if (existing === undefined || existing.retentionPolicies.length === 0) {
    const policy = newPolicy(asked)
    checkCompatible(policy)
    return existing === undefined
      ? { kind: 'create-database', name: statement.name, policy }
      : { kind: 'create-retention-policy', database: statement.name, policy, isDefault: true }
  }
  checkSame(existing, asked)
  return null
}

export function planDropDatabase(statement: DropDatabase, state: MetaState): MetaCommand | null {
  return state.databases.has(statement.name) ? { kind: 'drop-database', name: statement.name } : null
}

const ANY_POLICY: AskedPolicy = {
  name: '',
  durationNs: null,
  replication: null,
  shardDurationNs: null,
  isDefault: true,
}

function newPolicy(asked: AskedPolicy): RetentionPolicy {
  const durationNs = asked.durationNs ?? 0n
  return {
    name: asked.name || DEFAULT_POLICY_NAME,
    durationNs,
    shardGroupDurationNs: shardGroupDurationNs(asked.shardDurationNs ?? 0n, durationNs),
    replication: asked.replication ?? 1,
  }
}

/** What the statement leaves open is compared with nothing, except the name: no name means `autogen`. */
function checkSame(database: Database, asked: AskedPolicy): void {
  const name = asked.name || DEFAULT_POLICY_NAME
  const policy = database.retentionPolicies.find((one) => one.name === name)
  const isSame =
    policy !== undefined &&
    (asked.durationNs ?? policy.durationNs) === policy.durationNs &&
    (asked.replication ?? policy.replication) === policy.replication &&
    shardGroupDurationNs(asked.shardDurationNs ?? 0n, policy.durationNs) === policy.shardGroupDurationNs
  if (!isSame || database.defaultRetentionPolicy !== name) {
    throw new HyperbyteError('conflict', 'retention policy conflicts with an existing policy')
  }
}
