/**
 * Part of a registry, possibly under other names: what a backup of one database keeps, and what a restore of it brings.
 * Entries of what is left out are left out; keys that this does not know are kept as they are.
 */

import type { FileEntry } from './file-entry.js'
import { parseJson, printJson } from './json-with-bigint.js'
import type { RegistryEntry } from './meta-store.js'

export interface RegistrySelection {
  /** The name it gets; null leaves the database out. */
  readonly databaseName: (name: string) => string | null
  /** Asked for policies of databases that are in, by their old names. */
  readonly policyName: (database: string, name: string) => string | null
  /** Asked for files of policies that are in, under their old names. */
  readonly isFileIn: (file: FileEntry) => boolean
  /** Whether field types of a shard group `[startNs, endNs)` stay. */
  readonly isTimeIn: (startNs: bigint, endNs: bigint) => boolean
  readonly hasUsers: boolean
}

interface NamedTable {
  readonly database: string
  readonly retentionPolicy: string
}

type Entries = AsyncIterable<RegistryEntry>

export async function* selectEntries(entries: Entries, selection: RegistrySelection): AsyncGenerator<RegistryEntry> {
  const fileIds = new Set<number>()
  for await (const entry of entries) {
    const key = Buffer.from(entry.key).toString('latin1')
    const kind = key.slice(0, key.includes('\0') ? key.indexOf('\0') : key.length)
    const selected = SELECT[kind]?.(entry, selection, fileIds)
    if (selected === undefined) yield entry
    else if (selected !== null) yield selected
  }
}

type Select = (entry: RegistryEntry, selection: RegistrySelection, fileIds: Set<number>) => RegistryEntry | null

/** In the order of the keys files come before the tombstones that name them. */
const SELECT: Readonly<Record<string, Select | undefined>> = {
  // They tell of the whole.
  backups: () => null,
  cq: selectRun,
  file: selectFile,
  meta: ({ key, value }, selection) => ({ key, value: print(selectMeta(parse(value) as MetaShape, selection)) }),
  series: selectSeries,
  'shard-group': selectShardGroup,
  tombstone: selectTombstone,
  types: selectTypes,
}

function selectFile({ key, value }: RegistryEntry, selection: RegistrySelection, fileIds: Set<number>) {
  const file = parse(value) as FileEntry
  const table = renameTable(file.table, selection)
  if (table === null || !selection.isFileIn(file)) return null
  fileIds.add(file.id)
  return { key, value: print({ ...file, table }) }
}

/** Queries stay with their database's name, which their texts contain. */
function selectRun(entry: RegistryEntry, { databaseName }: RegistrySelection): RegistryEntry | null {
  const database = decodeURIComponent(splitKey(entry.key)[1])
  return databaseName(database) === database ? entry : null
}

function selectShardGroup({ key, value }: RegistryEntry, selection: RegistrySelection): RegistryEntry | null {
  const group = parse(value) as NamedTable & { startNs: bigint; endNs: bigint }
  const renamed = renameTable(group, selection)
  if (renamed === null || !selection.isTimeIn(group.startNs, group.endNs)) return null
  return { key, value: print(renamed) }
}

function selectSeries({ key, value }: RegistryEntry, { databaseName }: RegistrySelection): RegistryEntry | null {
  const [, database] = splitKey(key)
  const name = databaseName(decodeURIComponent(database))
  if (name === null) return null
  const seriesKey = key.subarray('series\0'.length + database.length + 1)
  return { key: Buffer.concat([Buffer.from(`series\0${encodeURIComponent(name)}\0`), seriesKey]), value }
}

function selectTombstone({ key, value }: RegistryEntry, selection: RegistrySelection, fileIds: Set<number>) {
  const tombstone = parse(value) as { table: NamedTable; fileIds: readonly number[] }
  const table = renameTable(tombstone.table, selection)
  const left = tombstone.fileIds.filter((id) => fileIds.has(id))
  if (table === null || left.length === 0) return null
  return { key, value: print({ ...tombstone, table, fileIds: left }) }
}

function selectTypes({ key, value }: RegistryEntry, selection: RegistrySelection): RegistryEntry | null {
  const names = JSON.parse(Buffer.from(key).subarray('types\0'.length).toString()) as string[]
  const [database, retentionPolicy, ...rest] = names
  const table = renameTable({ database, retentionPolicy }, selection)
  if (table === null) return null
  const types = parse(value) as { retentionPolicy: string; startNs: bigint; endNs: bigint }[]
  const left = types.filter(({ startNs, endNs }) => selection.isTimeIn(startNs, endNs))
  if (left.length === 0) return null
  const renamed = left.map((type) => ({ ...type, retentionPolicy: table.retentionPolicy }))
  const newKey = Buffer.from(`types\0${JSON.stringify([table.database, table.retentionPolicy, ...rest])}`)
  return { key: newKey, value: print(renamed) }
}

/** The members that names and parts of databases concern; others stay. */
interface MetaShape {
  readonly databases: ReadonlyMap<string, DatabaseShape>
  readonly users: ReadonlyMap<string, unknown>
}

interface DatabaseShape {
  readonly name: string
  readonly retentionPolicies: readonly { readonly name: string }[]
  readonly defaultRetentionPolicy: string
}

function selectMeta(meta: MetaShape, { databaseName, policyName, hasUsers }: RegistrySelection): MetaShape {
  const databases = new Map<string, DatabaseShape>()
  for (const [oldName, database] of meta.databases) {
    const name = databaseName(oldName)
    if (name === null) continue
    const retentionPolicies = database.retentionPolicies.flatMap((policy) => {
      const newName = policyName(oldName, policy.name)
      return newName === null ? [] : [{ ...policy, name: newName }]
    })
    const wanted = policyName(oldName, database.defaultRetentionPolicy)
    const defaultRetentionPolicy = wanted ?? retentionPolicies[0]?.name ?? database.defaultRetentionPolicy
    const own = name === oldName ? {} : { continuousQueries: [], subscriptions: [] }
    databases.set(name, { ...database, ...own, name, retentionPolicies, defaultRetentionPolicy })
  }
  return { ...meta, databases, users: hasUsers ? meta.users : new Map() }
}

function renameTable<T extends NamedTable>(table: T, { databaseName, policyName }: RegistrySelection): T | null {
  const database = databaseName(table.database)
  if (database === null) return null
  const retentionPolicy = policyName(table.database, table.retentionPolicy)
  return retentionPolicy === null ? null : { ...table, database, retentionPolicy }
}

function splitKey(key: Uint8Array): string[] {
  return Buffer.from(key).toString('latin1').split('\0', 3)
}

function parse(value: Uint8Array): unknown {
  return parseJson(Buffer.from(value).toString())
}

function print(value: unknown): Uint8Array {
  return Buffer.from(printJson(value))
}
