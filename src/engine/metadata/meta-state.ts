/**
 * Databases and retention policies: immutable state, and the one pure function that changes it. A single node applies
 * commands at once and persists the state; a cluster will send the same commands through Raft.
 */

import { HyperbyteError } from '../domain/errors.js'

export interface RetentionPolicy {
  readonly name: string
  /** 0 = keep for ever. */
  readonly durationNs: bigint
  readonly shardGroupDurationNs: bigint
  readonly replication: number
}

export interface Database {
  readonly name: string
  /** In order of creation, as SHOW RETENTION POLICIES lists them. */
  readonly retentionPolicies: readonly RetentionPolicy[]
  readonly defaultRetentionPolicy: string
}

export interface MetaState {
  /** By name. */
  readonly databases: ReadonlyMap<string, Database>
}

export const EMPTY_META_STATE: MetaState = { databases: new Map() }

export type MetaCommand =
  | { readonly kind: 'create-database'; readonly name: string; readonly policy: RetentionPolicy }
  | { readonly kind: 'drop-database'; readonly name: string }
  | {
      readonly kind: 'create-retention-policy'
      readonly database: string
      readonly policy: RetentionPolicy
      readonly isDefault: boolean
    }
  | {
      readonly kind: 'alter-retention-policy'
      readonly database: string
      readonly policy: RetentionPolicy
      readonly isDefault: boolean
    }
  | { readonly kind: 'drop-retention-policy'; readonly database: string; readonly name: string }

/**
 * The state after `command`. The caller has checked the statement's own rules (durations, existing names, InfluxDB's
 * error texts); here a command that does not fit the state is `database-not-found` or `conflict`.
 */
export function applyMetaCommand(state: MetaState, command: MetaCommand): MetaState {
  const databases = new Map(state.databases)
  switch (command.kind) {
    case 'create-database':
      if (databases.has(command.name)) throw new HyperbyteError('conflict', `database already exists: ${command.name}`)
      databases.set(command.name, {
        name: command.name,
        retentionPolicies: [command.policy],
        defaultRetentionPolicy: command.policy.name,
      })
      break
    case 'drop-database':
      databases.delete(command.name)
      break
    case 'create-retention-policy':
    case 'alter-retention-policy':
    case 'drop-retention-policy': {
      const database = databases.get(command.database)
      if (database === undefined)
        throw new HyperbyteError('database-not-found', `database not found: ${command.database}`)
      databases.set(command.database, withPolicyChange(database, command))
    }
  }
  return { databases }
}

type PolicyCommand = Extract<MetaCommand, { kind: `${string}-retention-policy` }>

function withPolicyChange(database: Database, command: PolicyCommand): Database {
  const policies = database.retentionPolicies
  switch (command.kind) {
    case 'create-retention-policy':
      return {
        ...database,
        retentionPolicies: [...policies, command.policy],
        defaultRetentionPolicy: command.isDefault ? command.policy.name : database.defaultRetentionPolicy,
      }
    case 'alter-retention-policy':
      return {
        ...database,
        retentionPolicies: policies.map((policy) => (policy.name === command.policy.name ? command.policy : policy)),
        defaultRetentionPolicy: command.isDefault ? command.policy.name : database.defaultRetentionPolicy,
      }
    case 'drop-retention-policy':
      return {
        ...database,
        retentionPolicies: policies.filter((policy) => policy.name !== command.name),
        defaultRetentionPolicy: database.defaultRetentionPolicy === command.name ? '' : database.defaultRetentionPolicy,
      }
  }
}
