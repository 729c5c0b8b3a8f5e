/**
 * Database, policies, continuous queries and, when asked for, users from plan to target. What is there already stays as it
 * is, so running it again changes nothing; what the target refuses is a warning, not an end.
 */

import { ClientError } from '../../client/client-error.js'
import type { Target } from '../../client/target.js'
import { HyperbyteError } from '../../engine/index.js'
import { ask } from '../ask.js'
import type { BackfillPlan, PlannedPolicy, PlannedUser } from './backfill-plan.js'
import { quoteName, quoteText } from './influxql-text.js'

export interface CarryOptions {
  readonly database: string
  readonly areUsersCarried: boolean
  /** For users, whose passwords cannot be read from the source. */
  readonly makePassword: () => string
  readonly onWarning: (text: string) => void
}

export interface NewUser {
  readonly name: string
  readonly password: string
}

export async function carryPolicies(target: Target, plan: BackfillPlan, database: string): Promise<void> {
  await ask(target, `CREATE DATABASE ${quoteName(database)}`)
  const rows = await ask(target, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  const known = new Set(rows.map(({ values }) => String(values['name'])))
  for (const policy of plan.policies) {
    await ask(target, policyText(policy, database, known.has(policy.name) ? 'ALTER' : 'CREATE'))
  }
}

/** The users that were created, with their new passwords. */
export async function carryTheRest(target: Target, plan: BackfillPlan, options: CarryOptions): Promise<NewUser[]> {
  const { database, onWarning } = options
  const known = await ask(target, 'SHOW CONTINUOUS QUERIES')
  const names = new Set(known.filter(({ series }) => series === database).map(({ values }) => String(values['name'])))
  for (const { name, text } of plan.continuousQueries) {
    if (names.has(name)) continue
    await warnIfRefused(`continuous query ${name}`, onWarning, () => ask(target, renameDatabase(text, plan, database)))
  }
  const users: NewUser[] = []
  if (!options.areUsersCarried) return users
  const existing = new Set((await ask(target, 'SHOW USERS')).map(({ values }) => String(values['user'])))
  for (const user of plan.users) {
    if (existing.has(user.name)) continue
    const password = options.makePassword()
    const isCreated = await warnIfRefused(`user ${user.name}`, onWarning, () =>
      createUser(target, user, password, database),
    )
    if (isCreated) users.push({ name: user.name, password })
  }
  return users
}

function policyText({ name, duration, shardGroupDuration, isDefault }: PlannedPolicy, database: string, verb: string) {
  const shard = shardGroupDuration === '0s' ? '' : ` SHARD DURATION ${toDuration(shardGroupDuration)}`
  return (
    `${verb} RETENTION POLICY ${quoteName(name)} ON ${quoteName(database)} DURATION ${toDuration(duration)} ` +
    `REPLICATION 1${shard}${isDefault ? ' DEFAULT' : ''}`
  )
}

/** Go's `168h0m0s` → InfluxQL's `168h`; nothing for ever is `INF`. */
export function toDuration(text: string): string {
  const parts = [...text.matchAll(/(\d+)(h|m(?!s)|s|ms|µs|ns)/g)].filter(([, count]) => Number(count) !== 0)
  return parts.length === 0 ? 'INF' : parts.map(([part]) => part.replace('µs', 'u')).join('')
}

/** A continuous query names its database in full. */
function renameDatabase(text: string, plan: BackfillPlan, database: string): string {
  if (database === plan.source.database) return text
  const bare = /^[A-Za-z_][A-Za-z0-9_]*$/.test(plan.source.database) ? `|${plan.source.database}` : ''
  const old = `(?:${escapeRegExp(quoteName(plan.source.database))}${bare})`
  return text
    .replace(new RegExp(`(\\bON )${old}(?= )`), (_, on) => on + quoteName(database))
    .replace(new RegExp(`(\\b(?:INTO|FROM) )${old}(?=\\.)`, 'g'), (_, word) => word + quoteName(database))
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

async function createUser(target: Target, user: PlannedUser, password: string, database: string): Promise<void> {
  const name = quoteName(user.name)
  await ask(
    target,
    `CREATE USER ${name} WITH PASSWORD ${quoteText(password)}${user.isAdmin ? ' WITH ALL PRIVILEGES' : ''}`,
  )
  const { privilege } = user
  if (privilege !== null && privilege !== 'NO PRIVILEGES') {
    await ask(
      target,
      `GRANT ${privilege === 'ALL PRIVILEGES' ? 'ALL' : privilege} ON ${quoteName(database)} TO ${name}`,
    )
  }
}

async function warnIfRefused(
  what: string,
  onWarning: (text: string) => void,
  run: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await run()
    return true
  } catch (error) {
    const isRefusal = error instanceof ClientError ? error.kind !== 'unreachable' : error instanceof HyperbyteError
    if (!isRefusal) throw error
    onWarning(`${what} is not carried over: ${(error as Error).message}`)
    return false
  }
}
