/**
 * Asks an InfluxDB 1.x what it holds: policies, the shard groups that exist, measurements with fields and tags by
 * policy, continuous queries, users and subscriptions. Only small statements; no rows are read.
 */

import { ClientError } from '../../client/client-error.js'
import type { AnswerValue } from '../../client/query-answer.js'
import type { Target } from '../../client/target.js'
import type { FieldType } from '../../engine/index.js'
import { type AnswerRow, ask } from '../ask.js'
import type {
  BackfillPlan,
  PlannedContinuousQuery,
  PlannedField,
  PlannedMeasurement,
  PlannedPolicy,
  PlannedUser,
} from './backfill-plan.js'
import { quoteName } from './influxql-text.js'
import { clipRanges, type TimeRange } from './time-ranges.js'

export interface DiscoverOptions {
  readonly database: string
  /** Empty: all. */
  readonly retentionPolicies: readonly string[]
  readonly measurements: readonly string[]
  readonly window: TimeRange
  readonly version: string
  readonly nowMs: number
}

/** The type that a query over shards of several types takes comes first. */
const TYPE_ORDER: readonly FieldType[] = ['float', 'integer', 'unsigned', 'string', 'boolean']

/** Throws `missing` when the source has no such database. */
export async function discoverSource(source: Target, options: DiscoverOptions): Promise<BackfillPlan> {
  const { database } = options
  const warnings: string[] = []
  const databases = await ask(source, 'SHOW DATABASES')
  if (!databases.some(({ values }) => values['name'] === database)) {
    throw new ClientError('missing', `${source.name} has no database ${quoteName(database)}`)
  }
  const policies = await discoverPolicies(source, options)
  const measurements: PlannedMeasurement[] = []
  for (const { name } of policies) measurements.push(...(await discoverMeasurements(source, database, name)))
  const wanted = new Set(options.measurements)
  const continuousQueries = await discoverContinuousQueries(source, database)
  for (const { name, text } of continuousQueries) {
    if (/\bRESAMPLE\b[^(]*\bFOR\b/i.test(text)) warnings.push(`continuous query ${name} uses RESAMPLE FOR`)
  }
  return {
    source: { url: source.name, version: options.version, database },
    plannedAt: new Date(options.nowMs).toISOString(),
    policies,
    measurements: measurements.filter(({ name }) => wanted.size === 0 || wanted.has(name)),
    wantedMeasurements: options.measurements,
    continuousQueries,
    users: await discoverUsers(source, database, warnings),
    subscriptions: await discoverSubscriptions(source, database, warnings),
    warnings,
    estimatedPointCount: null,
  }
}

async function discoverPolicies(source: Target, options: DiscoverOptions): Promise<PlannedPolicy[]> {
  const { database, retentionPolicies, window } = options
  const rows = await ask(source, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)
  const groups = await ask(source, 'SHOW SHARD GROUPS')
  return rows
    .map(({ values }) => ({
      name: text(values['name']),
      duration: text(values['duration']),
      shardGroupDuration: text(values['shardGroupDuration']),
      isDefault: values['default'] === true,
    }))
    .filter(({ name }) => retentionPolicies.length === 0 || retentionPolicies.includes(name))
    .map((policy) => ({ ...policy, ranges: rangesOf(groups, database, policy.name, window) }))
}

function rangesOf(groups: readonly AnswerRow[], database: string, policy: string, window: TimeRange) {
  return shardRanges(groups, { database, policy, window }).map(({ startNs, endNs }) => ({
    startNs: `${startNs}`,
    endNs: `${endNs}`,
  }))
}

export interface ShardPlace {
  readonly database: string
  readonly policy: string
  readonly window: TimeRange
}

/** Of the rows of SHOW SHARD GROUPS, the times of a policy's, ascending. */
export function shardRanges(groups: readonly AnswerRow[], { database, policy, window }: ShardPlace): TimeRange[] {
  const ranges = groups
    .filter(({ values }) => values['database'] === database && values['retention_policy'] === policy)
    .map(({ values }) => ({ startNs: parseTime(values['start_time']), endNs: parseTime(values['end_time']) }))
    .sort((a, b) => (a.startNs < b.startNs ? -1 : 1))
  return clipRanges(ranges, window)
}

async function discoverMeasurements(source: Target, database: string, policy: string): Promise<PlannedMeasurement[]> {
  const place = `ON ${quoteName(database)} FROM ${quoteName(policy)}./.*/`
  const fields = new Map<string, Map<string, Set<FieldType>>>()
  for (const { series, values } of await ask(source, `SHOW FIELD KEYS ${place}`)) {
    const byName = upsert(fields, series, () => new Map<string, Set<FieldType>>())
    upsert(byName, text(values['fieldKey']), () => new Set<FieldType>()).add(text(values['fieldType']) as FieldType)
  }
  const tagKeys = new Map<string, string[]>()
  for (const { series, values } of await ask(source, `SHOW TAG KEYS ${place}`)) {
    upsert(tagKeys, series, () => []).push(text(values['tagKey']))
  }
  return [...fields].map(([name, byName]) => ({
    retentionPolicy: policy,
    name,
    tagKeys: tagKeys.get(name) ?? [],
    fields: [...byName].map(([field, types]): PlannedField => ({ name: field, types: inOrder(types) })),
  }))
}

async function discoverContinuousQueries(source: Target, database: string): Promise<PlannedContinuousQuery[]> {
  const rows = await ask(source, 'SHOW CONTINUOUS QUERIES')
  return rows
    .filter(({ series }) => series === database)
    .map(({ values }) => ({ name: text(values['name']), text: text(values['query']) }))
}

async function discoverUsers(source: Target, database: string, warnings: string[]): Promise<PlannedUser[]> {
  try {
    const users: PlannedUser[] = []
    for (const { values } of await ask(source, 'SHOW USERS')) {
      const name = text(values['user'])
      const grants = await ask(source, `SHOW GRANTS FOR ${quoteName(name)}`)
      const grant = grants.find((row) => row.values['database'] === database)
      users.push({ name, isAdmin: values['admin'] === true, privilege: grant ? text(grant.values['privilege']) : null })
    }
    return users
  } catch (error) {
    return warnInstead(error, 'users', warnings)
  }
}

async function discoverSubscriptions(source: Target, database: string, warnings: string[]): Promise<string[]> {
  try {
    const rows = await ask(source, 'SHOW SUBSCRIPTIONS')
    return rows.filter(({ series }) => series === database).map(({ values }) => text(values['name']))
  } catch (error) {
    return warnInstead(error, 'subscriptions', warnings)
  }
}

/** Who may read the data need not be allowed to see these. */
function warnInstead(error: unknown, what: string, warnings: string[]): [] {
  if (!(error instanceof ClientError)) throw error
  warnings.push(`cannot list ${what}: ${error.message}`)
  return []
}

function inOrder(types: ReadonlySet<FieldType>): FieldType[] {
  return TYPE_ORDER.filter((type) => types.has(type))
}

function text(value: AnswerValue | undefined): string {
  return String(value ?? '')
}

/** `2023-11-13T00:00:00Z`, also before the year 0 where shard groups of all time begin. */
export function parseTime(value: AnswerValue | undefined): bigint {
  const match = /^(-?\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z$/.exec(text(value))
  if (match === null) throw new ClientError('unexpected', `"${value}" is no time`)
  const [, year, month, day, hour, minute, second, fraction = ''] = match
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  date.setUTCHours(Number(hour), Number(minute), Number(second))
  return BigInt(date.getTime()) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

function upsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
