/** The database and retention policy a statement means, or InfluxDB's words for why there is none. */

import { HyperbyteError } from '../../domain/errors.js'
import type { Database } from '../../metadata/meta-state.js'
import type { Catalog } from '../catalog.js'

export function requireDatabase(catalog: Catalog, name: string): Database {
  if (name === '') throw new HyperbyteError('invalid', 'database name required')
  const database = catalog.database(name)
  if (database === undefined) throw new HyperbyteError('database-not-found', `database not found: ${name}`)
  return database
}

/** `asked` or, when that is '', the database's default. */
export function requirePolicy(database: Database, asked: string): string {
  const name = asked || database.defaultRetentionPolicy
  if (name === '') throw new HyperbyteError('invalid', `default retention policy not set for: ${database.name}`)
  if (!database.retentionPolicies.some((policy) => policy.name === name)) {
    throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${name}`)
  }
  return name
}
