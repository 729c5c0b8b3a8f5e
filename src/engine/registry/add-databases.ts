/**
 * What a log needs that is younger than the registry it is replayed over: databases and policies that a later registry
 * tells of.
 */

import { parseJson, printJson } from './json-with-bigint.js'
import type { RegistryEntry } from './meta-store.js'

/** As the registry's entry has them. */
export interface StoredDatabase {
  readonly name: string
  readonly retentionPolicies: readonly { readonly name: string }[]
  readonly defaultRetentionPolicy: string
}

interface StoredMeta {
  readonly databases: ReadonlyMap<string, StoredDatabase>
}

/** The databases of the entry that tells of them; null when it tells of something else. */
export function storedDatabasesOf({ key, value }: RegistryEntry): ReadonlyMap<string, StoredDatabase> | null {
  return textOf(key) === 'meta' ? (parseJson(textOf(value)) as StoredMeta).databases : null
}

/** Of a database that is there only the policies that are not. */
export async function* addDatabases(
  entries: AsyncIterable<RegistryEntry>,
  added: readonly StoredDatabase[],
): AsyncGenerator<RegistryEntry> {
  for await (const entry of entries) {
    if (added.length === 0 || textOf(entry.key) !== 'meta') yield entry
    else {
      const meta = parseJson(textOf(entry.value)) as StoredMeta
      const databases = new Map(meta.databases)
      for (const database of added) databases.set(database.name, join(databases.get(database.name), database))
      yield { key: entry.key, value: Buffer.from(printJson({ ...meta, databases })) }
    }
  }
}

function join(known: StoredDatabase | undefined, added: StoredDatabase): StoredDatabase {
  if (known === undefined) return added
  const names = new Set(known.retentionPolicies.map(({ name }) => name))
  const policies = added.retentionPolicies.filter(({ name }) => !names.has(name))
  return { ...known, retentionPolicies: [...known.retentionPolicies, ...policies] }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
