/** The databases of a target that a restore writes into: what is there, and making and dropping them. */

import { ClientError } from '../../client/client-error.js'
import { quoteName, quoteText } from '../../client/quote-influxql.js'
import type { Target } from '../../client/target.js'
import { type Database, HyperbyteError, type Subscription } from '../../engine/index.js'
import { type AnswerRow, ask } from '../ask.js'

export class TargetDatabases {
  readonly #target: Target

  constructor(target: Target) {
    this.#target = target
  }

  /** Those of the names that are there. */
  async existing(names: readonly string[]): Promise<string[]> {
    const present = new Set(await this.#column('SHOW DATABASES', 'name'))
    return names.filter((name) => present.has(name))
  }

  /** `telegraf (2 measurements, 120 rows)` */
  async describe(names: readonly string[]): Promise<string> {
    const texts: string[] = []
    for (const name of names) texts.push(`${name} (${await this.#describeContent(name)})`)
    return texts.join(', ')
  }

  async drop(names: readonly string[]): Promise<void> {
    for (const name of names) await ask(this.#target, `DROP DATABASE ${quoteName(name)}`)
  }

  /** Policies that are there keep their own durations, unless they have just been made by default. */
  async create({ name, retentionPolicies, defaultRetentionPolicy }: Database): Promise<void> {
    const database = quoteName(name)
    const isPresent = (await this.existing([name])).length > 0
    if (!isPresent) await ask(this.#target, `CREATE DATABASE ${database}`)
    const known = new Set(await this.#column(`SHOW RETENTION POLICIES ON ${database}`, 'name'))
    for (const policy of retentionPolicies) {
      if (isPresent && known.has(policy.name)) continue
      const verb = known.has(policy.name) ? 'ALTER' : 'CREATE'
      const isDefault = policy.name === defaultRetentionPolicy && !isPresent ? ' DEFAULT' : ''
      await ask(
        this.#target,
        `${verb} RETENTION POLICY ${quoteName(policy.name)} ON ${database} DURATION ${printDuration(policy.durationNs)} ` +
          `REPLICATION ${policy.replication} SHARD DURATION ${printDuration(policy.shardGroupDurationNs)}${isDefault}`,
      )
    }
    if (isPresent) return
    for (const madeName of known) {
      if (retentionPolicies.some((policy) => policy.name === madeName)) continue
      await ask(this.#target, `DROP RETENTION POLICY ${quoteName(madeName)} ON ${database}`)
    }
  }

  /** Its continuous queries and subscriptions, unless they are there. Resolves with those refused, and why. */
  async define({ name, continuousQueries = [], subscriptions = [] }: Database): Promise<string[]> {
    const queries = continuousQueries.length === 0 ? [] : await this.#rowsOf('SHOW CONTINUOUS QUERIES', name)
    const knownQueries = new Set(queries.map((values) => values['name']))
    const places = subscriptions.length === 0 ? [] : await this.#rowsOf('SHOW SUBSCRIPTIONS', name)
    const knownPlaces = new Set(places.map((values) => JSON.stringify([values['retention_policy'], values['name']])))
    const definitions = [
      ...continuousQueries
        .filter((query) => !knownQueries.has(query.name))
        .map((query) => ({ what: `continuous query ${query.name}`, text: query.text })),
      ...subscriptions
        .filter((place) => !knownPlaces.has(JSON.stringify([place.retentionPolicy, place.name])))
        .map((place) => ({ what: `subscription ${place.name}`, text: createSubscription(name, place) })),
    ]
    const refused: string[] = []
    for (const { what, text } of definitions) {
      const reason = await this.#refusalOf(text)
      if (reason !== null) refused.push(`${what} of ${name}: ${reason}`)
    }
    return refused
  }

  /** Those of the names that nobody has here. */
  async missingUsers(names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return []
    const known = new Set(await this.#column('SHOW USERS', 'user'))
    return names.filter((name) => !known.has(name))
  }

  async #describeContent(database: string): Promise<string> {
    const { length } = await this.#column(`SHOW MEASUREMENTS ON ${quoteName(database)}`, 'name')
    const measurements = `${length} measurement${length === 1 ? '' : 's'}`
    try {
      return `${measurements}, ${await this.#countRows(database)} rows`
    } catch (error) {
      // A server may not let anybody count so many.
      if (!(error instanceof ClientError)) throw error
      return measurements
    }
  }

  async #countRows(database: string): Promise<number> {
    let rowCount = 0
    for (const policy of await this.#column(`SHOW RETENTION POLICIES ON ${quoteName(database)}`, 'name')) {
      const from = `${quoteName(database)}.${quoteName(policy)}./.*/`
      // Of each measurement, the field that most rows have.
      for (const { values } of await ask(this.#target, `SELECT count(*) FROM ${from}`, database)) {
        const { time: _, ...counts } = values
        rowCount += Math.max(0, ...Object.values(counts).map(Number))
      }
    }
    return rowCount
  }

  /** null when the statement was run. */
  async #refusalOf(text: string): Promise<string | null> {
    try {
      await ask(this.#target, text)
      return null
    } catch (error) {
      const isRefusal = error instanceof ClientError ? error.kind !== 'unreachable' : error instanceof HyperbyteError
      if (!isRefusal) throw error
      return (error as Error).message
    }
  }

  async #rowsOf(text: string, database: string): Promise<AnswerRow['values'][]> {
    return (await ask(this.#target, text)).filter(({ series }) => series === database).map(({ values }) => values)
  }

  async #column(text: string, name: string): Promise<string[]> {
    return (await ask(this.#target, text)).map(({ values }) => String(values[name]))
  }
}

function createSubscription(database: string, { name, retentionPolicy, mode, destinations }: Subscription): string {
  const place = `${quoteName(database)}.${quoteName(retentionPolicy)}`
  return `CREATE SUBSCRIPTION ${quoteName(name)} ON ${place} DESTINATIONS ${mode} ${destinations.map(quoteText).join(', ')}`
}

function printDuration(ns: bigint): string {
  if (ns === 0n) return 'INF'
  return ns % 1_000_000_000n === 0n ? `${ns / 1_000_000_000n}s` : `${ns}ns`
}
