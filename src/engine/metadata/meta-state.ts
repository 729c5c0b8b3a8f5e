/**
 * Databases with their policies, continuous queries and subscriptions, and users: immutable state, and the one pure function that changes it. A single node applies
 * commands at once and persists the state; a cluster will send the same commands through Raft.
 */

import { HyperbyteError } from '../domain/errors.js'
import type { Privilege } from '../influxql/ast.js'

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
  /** May name a policy that has been dropped: InfluxDB keeps the name, and a new policy of that name is the default. */
  readonly defaultRetentionPolicy: string
  /** In order of creation. Absent: none, as in states stored before there were any. */
  readonly continuousQueries?: readonly ContinuousQuery[]
  /** In order of creation; absent: none. */
  readonly subscriptions?: readonly Subscription[]
}

/** Where points of a policy are handed on to. */
export interface Subscription {
  readonly retentionPolicy: string
  /** Unique within the policy. */
  readonly name: string
  /** To every destination, or to one after the other. */
  readonly mode: 'ALL' | 'ANY'
  /** `http://…`, `https://…`, `udp://…`, each with a port. */
  readonly destinations: readonly string[]
}

export interface ContinuousQuery {
  readonly name: string
  /** The whole CREATE statement in canonical form, as SHOW CONTINUOUS QUERIES prints it. */
  readonly text: string
}

/** What a user may do with one database, in SHOW GRANTS's words. A revoked grant stays listed as `NO PRIVILEGES`. */
export type GrantedPrivilege = Privilege | 'NO PRIVILEGES'

export interface User {
  readonly name: string
  /** As made by `hashPassword`; never the password. */
  readonly passwordHash: string
  readonly isAdmin: boolean
  /** By database. */
  readonly grants: ReadonlyMap<string, GrantedPrivilege>
}

export interface MetaState {
  /** By name. */
  readonly databases: ReadonlyMap<string, Database>
  /** By name, in order of creation, as SHOW USERS lists them. */
  readonly users: ReadonlyMap<string, User>
}

export const EMPTY_META_STATE: MetaState = { databases: new Map(), users: new Map() }

/** True once someone may administer: until then only the first admin can be created. */
export function hasAdmin(state: MetaState): boolean {
  for (const user of state.users.values()) if (user.isAdmin) return true
  return false
}

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
  | {
      readonly kind: 'create-continuous-query'
      readonly database: string
      readonly query: ContinuousQuery
    }
  | { readonly kind: 'drop-continuous-query'; readonly database: string; readonly name: string }
  | { readonly kind: 'create-subscription'; readonly database: string; readonly subscription: Subscription }
  | {
      readonly kind: 'drop-subscription'
      readonly database: string
      readonly retentionPolicy: string
      readonly name: string
    }
  | UserCommand

export type UserCommand =
  | { readonly kind: 'create-user'; readonly name: string; readonly passwordHash: string; readonly isAdmin: boolean }
  | { readonly kind: 'drop-user'; readonly name: string }
  | { readonly kind: 'set-password'; readonly name: string; readonly passwordHash: string }
  | { readonly kind: 'set-admin'; readonly name: string; readonly isAdmin: boolean }
  /** Replaces what the user had on this database. */
  | { readonly kind: 'grant'; readonly user: string; readonly database: string; readonly privilege: Privilege }
  /** Takes `privilege` away from what the user had; READ of ALL PRIVILEGES leaves WRITE. */
  | { readonly kind: 'revoke'; readonly user: string; readonly database: string; readonly privilege: Privilege }

/**
 * The state after `command`. The caller has checked the statement's own rules (durations, existing names, InfluxDB's
 * error texts); here a command that does not fit the state is `database-not-found` or `conflict`.
 */
export function applyMetaCommand(state: MetaState, command: MetaCommand): MetaState {
  const databases = new Map(state.databases)
  let users = state.users
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
      users = withoutGrantsOn(users, command.name)
      break
    case 'create-retention-policy':
    case 'alter-retention-policy':
    case 'drop-retention-policy':
    case 'create-continuous-query':
    case 'drop-continuous-query':
    case 'create-subscription':
    case 'drop-subscription': {
      const database = databases.get(command.database)
      if (database === undefined)
        throw new HyperbyteError('database-not-found', `database not found: ${command.database}`)
      databases.set(command.database, withChange(database, command))
      break
    }
    default:
      users = withUserChange(users, command)
  }
  return { databases, users }
}

type DatabaseCommand = Extract<
  MetaCommand,
  { kind: `${string}-retention-policy` | `${string}-continuous-query` | `${string}-subscription` }
>

function withChange(database: Database, command: DatabaseCommand): Database {
  const policies = database.retentionPolicies
  const queries = database.continuousQueries ?? []
  const subscriptions = database.subscriptions ?? []
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
        subscriptions: subscriptions.filter(({ retentionPolicy }) => retentionPolicy !== command.name),
      }
    case 'create-continuous-query':
      return { ...database, continuousQueries: [...queries, command.query] }
    case 'drop-continuous-query':
      return { ...database, continuousQueries: queries.filter(({ name }) => name !== command.name) }
    case 'create-subscription':
      return { ...database, subscriptions: [...subscriptions, command.subscription] }
    case 'drop-subscription': {
      const { retentionPolicy, name } = command
      const isKept = (one: Subscription): boolean => one.retentionPolicy !== retentionPolicy || one.name !== name
      return { ...database, subscriptions: subscriptions.filter(isKept) }
    }
  }
}

type Users = MetaState['users']

function withoutGrantsOn(users: Users, database: string): Users {
  const changed = new Map(users)
  for (const user of users.values()) {
    if (!user.grants.has(database)) continue
    const grants = new Map(user.grants)
    grants.delete(database)
    changed.set(user.name, { ...user, grants })
  }
  return changed
}

function withUserChange(users: Users, command: UserCommand): Users {
  const changed = new Map(users)
  if (command.kind === 'create-user') {
    if (users.has(command.name)) throw new HyperbyteError('conflict', 'user already exists')
    const { name, passwordHash, isAdmin } = command
    return changed.set(name, { name, passwordHash, isAdmin, grants: new Map() })
  }
  const name = command.kind === 'grant' || command.kind === 'revoke' ? command.user : command.name
  const user = users.get(name)
  if (user === undefined) throw new HyperbyteError('invalid', 'user not found')
  switch (command.kind) {
    case 'drop-user':
      changed.delete(name)
      break
    case 'set-password':
      changed.set(name, { ...user, passwordHash: command.passwordHash })
      break
    case 'set-admin':
      changed.set(name, { ...user, isAdmin: command.isAdmin })
      break
    case 'grant':
      changed.set(name, { ...user, grants: new Map(user.grants).set(command.database, command.privilege) })
      break
    case 'revoke': {
      const left = withoutPrivilege(user.grants.get(command.database) ?? 'NO PRIVILEGES', command.privilege)
      changed.set(name, { ...user, grants: new Map(user.grants).set(command.database, left) })
    }
  }
  return changed
}

function withoutPrivilege(held: GrantedPrivilege, revoked: Privilege): GrantedPrivilege {
  if (revoked === 'ALL PRIVILEGES' || held === revoked) return 'NO PRIVILEGES'
  if (held === 'ALL PRIVILEGES') return revoked === 'READ' ? 'WRITE' : 'READ'
  return held
}
