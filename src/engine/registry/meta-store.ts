/**
 * What must survive a restart besides the rows: databases and users, the file registry, the flushed WAL sequence, the
 * series keys and field types of everything in files. One LevelDB store; each change is one synced, atomic batch, so a
 * crash leaves the old state or the new one.
 *
 *   | 'format'                         | '1' |
 *   | 'instance'                       | 32 hex digits, made once: which database this is |
 *   | 'flushed'                        | WAL sequence, decimal |
 *   | 'meta'                           | JSON, MetaState |
 *   | 'file' 00 id as 8 hex digits     | JSON, FileEntry |
 *   | 'tombstone' 00 id as 8 hex digits | JSON, TombstoneEntry |
 *   | 'last-shard-group'               | decimal, the highest number ever given |
 *   | 'shard-group' 00 id as 8 hex digits | JSON, ShardGroup |
 *   | 'types' 00 shard group's key     | JSON, the types of one measurement's fields in one shard group |
 *   | 'cq' 00 database 00 name         | JSON, the last run of a continuous query |     both percent-encoded
 *   | 'backups'                        | JSON, notes of the last backups, newest first |
 *   | 'series' 00 database 00 key      | empty |     database percent-encoded, key canonical
 */

import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Level } from 'level'
import { HyperbyteError } from '../domain/errors.js'
import type { FileEntry } from './file-entry.js'
import { parseJson, printJson } from './json-with-bigint.js'
import type { TombstoneChange, TombstoneEntry } from './tombstone-entry.js'

const FORMAT = '1'
const SEPARATOR = '\0'
/** Keys a read from LevelDB fetches at once. */
const READ_AHEAD = 1000

export type MetaChange =
  | { readonly kind: 'put-file'; readonly file: FileEntry }
  | { readonly kind: 'remove-file'; readonly id: number }
  | TombstoneChange
  /** `lastId`: the highest number ever given. */
  | { readonly kind: 'put-shard-group'; readonly id: number; readonly group: unknown; readonly lastId: number }
  | { readonly kind: 'remove-shard-group'; readonly id: number }
  | { readonly kind: 'set-flushed'; readonly sequence: bigint }
  | { readonly kind: 'set-meta'; readonly state: unknown }
  | { readonly kind: 'put-types'; readonly key: string; readonly types: unknown }
  | { readonly kind: 'remove-types'; readonly key: string }
  | { readonly kind: 'put-series'; readonly database: string; readonly key: Uint8Array }
  | { readonly kind: 'put-run'; readonly database: string; readonly name: string; readonly run: unknown }
  | { readonly kind: 'remove-run'; readonly database: string; readonly name: string }
  | { readonly kind: 'set-backup-notes'; readonly notes: unknown }
  | { readonly kind: 'remove-series'; readonly database: string; readonly key: Uint8Array }

/** One key and its value, whatever they mean. */
export interface RegistryEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** The store at one moment. */
export interface RegistrySnapshot {
  flushedSequence(): Promise<bigint>
  files(): AsyncIterable<FileEntry>
  /** Everything, in the order of the keys. */
  entries(): AsyncIterable<RegistryEntry>
  close(): Promise<void>
}

/** The Parquet file that an entry tells of; null when it tells of something else. */
export function fileEntryOf({ key, value }: RegistryEntry): FileEntry | null {
  return bytesText(key).startsWith('file\0') ? (parseJson(bytesText(value)) as FileEntry) : null
}

/** The databases of the entry that tells of them; null when it tells of something else. */
export function databaseNamesOf({ key, value }: RegistryEntry): string[] | null {
  if (bytesText(key) !== 'meta') return null
  return [...(parseJson(bytesText(value)) as { databases: ReadonlyMap<string, unknown> }).databases.keys()]
}

type Snapshot = ReturnType<Level['snapshot']>
type Operation = { type: 'put'; key: Uint8Array; value: Uint8Array } | { type: 'del'; key: Uint8Array }

export class MetaStore {
  readonly #store: Level<Uint8Array, Uint8Array>
  #lastChange: Promise<void> = Promise.resolve()
  #isBroken = false

  private constructor(store: Level<Uint8Array, Uint8Array>) {
    this.#store = store
  }

  /** Throws `locked`, `no-space`, `corrupt` when LevelDB refuses, `unsupported` when the format is newer than this program. */
  static async open(directory: string): Promise<MetaStore> {
    await mkdir(directory, { recursive: true })
    const isNew = !(await readdir(directory)).includes('CURRENT')
    const store = new Level<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
    try {
      await store.open()
    } catch (cause) {
      const inner =
        cause instanceof Error ? (cause.cause as { code?: string; message?: string } | undefined) : undefined
      if (inner?.code === 'LEVEL_LOCKED') {
        throw new HyperbyteError('locked', `another process holds ${path.dirname(directory)}`, { cause })
      }
      const reason = inner?.message ?? String(cause)
      const code = /no space left on device/i.test(reason) ? 'no-space' : 'corrupt'
      throw new HyperbyteError(code, `cannot open ${directory}: ${reason}`, { cause })
    }
    const meta = new MetaStore(store)
    if (isNew) await store.put(keyBytes('format'), textBytes(FORMAT), { sync: true })
    const format = await meta.#text('format')
    if (format !== FORMAT) {
      await store.close()
      throw new HyperbyteError('unsupported', `${directory} has format ${format}; this program reads format ${FORMAT}`)
    }
    return meta
  }

  /** A new store of entries that came from another one. Throws `conflict` when there is a store already. */
  static async restore(directory: string, entries: AsyncIterable<RegistryEntry>): Promise<void> {
    await mkdir(directory, { recursive: true })
    if ((await readdir(directory)).length > 0) throw new HyperbyteError('conflict', `${directory} is not empty`)
    const store = new Level<Uint8Array, Uint8Array>(directory, { keyEncoding: 'view', valueEncoding: 'view' })
    let batch: Operation[] = []
    try {
      for await (const { key, value } of entries) {
        batch.push({ type: 'put', key, value })
        if (batch.length < READ_AHEAD) continue
        await store.batch(batch)
        batch = []
      }
      await store.batch([...batch, { type: 'put', key: keyBytes('format'), value: textBytes(FORMAT) }], { sync: true })
    } finally {
      await store.close()
    }
  }

  /** Sees what has been applied, and possibly what is being applied, but nothing that comes later. */
  snapshot(): RegistrySnapshot {
    const snapshot = this.#store.snapshot()
    const text = (key: string) => this.#text(key, snapshot)
    const range = () => this.#range('file', snapshot)
    const all = () => this.#all(snapshot)
    return {
      flushedSequence: async () => BigInt((await text('flushed')) ?? '0'),
      async *files() {
        for await (const [, value] of range()) yield parseJson(bytesText(value)) as FileEntry
      },
      async *entries() {
        for await (const [key, value] of all()) yield { key, value }
      },
      close: () => snapshot.close(),
    }
  }

  /** Which database this is, through every restart and restore. `make` gives 16 unpredictable bytes. */
  async instanceId(make: () => Uint8Array): Promise<string> {
    const known = await this.#text('instance')
    if (known !== null) return known
    const made = Buffer.from(make()).toString('hex')
    await this.#store.put(keyBytes('instance'), textBytes(made), { sync: true })
    return made
  }

  async flushedSequence(): Promise<bigint> {
    return BigInt((await this.#text('flushed')) ?? '0')
  }

  async metaState(): Promise<unknown> {
    const text = await this.#text('meta')
    return text === null ? null : parseJson(text)
  }

  async *files(): AsyncGenerator<FileEntry> {
    for await (const [, value] of this.#range('file')) yield parseJson(bytesText(value)) as FileEntry
  }

  async *tombstones(): AsyncGenerator<TombstoneEntry> {
    for await (const [, value] of this.#range('tombstone')) yield parseTombstone(bytesText(value))
  }

  /** Groups as they were put, and the highest number ever given. */
  async shardGroups(): Promise<{ groups: unknown[]; lastId: number }> {
    const groups: unknown[] = []
    for await (const [, value] of this.#range('shard-group')) groups.push(parseJson(bytesText(value)))
    return { groups, lastId: Number((await this.#text('last-shard-group')) ?? '0') }
  }

  async *types(): AsyncGenerator<{ key: string; types: unknown }> {
    for await (const [key, value] of this.#range('types')) {
      yield { key: bytesText(key.subarray('types\0'.length)), types: parseJson(bytesText(value)) }
    }
  }

  /** What continuous queries did when they ran last. */
  async *runs(): AsyncGenerator<unknown> {
    for await (const [, value] of this.#range('cq')) yield parseJson(bytesText(value))
  }

  /** null = none were ever kept. */
  async backupNotes(): Promise<unknown> {
    const text = await this.#text('backups')
    return text === null ? null : parseJson(text)
  }

  async *series(): AsyncGenerator<{ database: string; key: Uint8Array }> {
    const start = 'series\0'.length
    for await (const [key] of this.#range('series')) {
      const end = key.indexOf(0, start)
      yield { database: decodeURIComponent(bytesText(key.subarray(start, end))), key: key.subarray(end + 1) }
    }
  }

  /** All or nothing, on disk when it resolves, in the order of the calls. Throws `no-space` when the disk refuses. */
  apply(changes: readonly MetaChange[]): Promise<void> {
    const applied = this.#lastChange.then(() => this.#write(changes.flatMap(operationsOf)))
    this.#lastChange = applied.catch(() => {})
    return applied
  }

  async #write(operations: Operation[]): Promise<void> {
    try {
      // After a failed write LevelDB refuses all others until it is opened again.
      if (this.#isBroken) {
        await this.#store.close()
        await this.#store.open()
        this.#isBroken = false
      }
      await this.#store.batch(operations, { sync: true })
    } catch (cause) {
      this.#isBroken = true
      throw new HyperbyteError('no-space', 'the metadata store cannot be written', { cause })
    }
  }

  async close(): Promise<void> {
    await this.#lastChange
    await this.#store.close()
  }

  async #text(key: string, snapshot?: Snapshot): Promise<string | null> {
    const value = await this.#store.get(keyBytes(key), { snapshot })
    return value === undefined ? null : bytesText(value)
  }

  #range(prefix: string, snapshot?: Snapshot): AsyncGenerator<[Uint8Array, Uint8Array]> {
    return this.#read({ gt: keyBytes(`${prefix}\0`), lt: keyBytes(`${prefix}\x01`), snapshot })
  }

  #all(snapshot: Snapshot): AsyncGenerator<[Uint8Array, Uint8Array]> {
    return this.#read({ snapshot })
  }

  async *#read(range: IteratorRange): AsyncGenerator<[Uint8Array, Uint8Array]> {
    const iterator = this.#store.iterator(range)
    try {
      for (;;) {
        const entries = await iterator.nextv(READ_AHEAD)
        if (entries.length === 0) return
        yield* entries as [Uint8Array, Uint8Array][]
      }
    } finally {
      await iterator.close()
    }
  }
}

interface IteratorRange {
  readonly gt?: Uint8Array
  readonly lt?: Uint8Array
  readonly snapshot?: Snapshot
}

function operationsOf(change: MetaChange): Operation | Operation[] {
  switch (change.kind) {
    case 'put-file':
      return { type: 'put', key: fileKey(change.file.id), value: textBytes(printJson(change.file)) }
    case 'remove-file':
      return { type: 'del', key: fileKey(change.id) }
    case 'put-tombstone':
      return { type: 'put', key: tombstoneKey(change.tombstone), value: textBytes(printTombstone(change.tombstone)) }
    case 'remove-tombstone':
      return { type: 'del', key: tombstoneKey(change.tombstone) }
    case 'put-shard-group':
      return [
        { type: 'put', key: shardGroupKey(change.id), value: textBytes(printJson(change.group)) },
        { type: 'put', key: keyBytes('last-shard-group'), value: textBytes(String(change.lastId)) },
      ]
    case 'remove-shard-group':
      return { type: 'del', key: shardGroupKey(change.id) }
    case 'set-flushed':
      return { type: 'put', key: keyBytes('flushed'), value: textBytes(String(change.sequence)) }
    case 'set-meta':
      return { type: 'put', key: keyBytes('meta'), value: textBytes(printJson(change.state)) }
    case 'put-types':
      return { type: 'put', key: keyBytes(`types\0${change.key}`), value: textBytes(printJson(change.types)) }
    case 'remove-types':
      return { type: 'del', key: keyBytes(`types\0${change.key}`) }
    case 'put-series':
      return { type: 'put', key: seriesKey(change.database, change.key), value: new Uint8Array(0) }
    case 'set-backup-notes':
      return { type: 'put', key: keyBytes('backups'), value: textBytes(printJson(change.notes)) }
    case 'put-run':
      return { type: 'put', key: runKey(change.database, change.name), value: textBytes(printJson(change.run)) }
    case 'remove-run':
      return { type: 'del', key: runKey(change.database, change.name) }
    case 'remove-series':
      return { type: 'del', key: seriesKey(change.database, change.key) }
  }
}

function fileKey(id: number): Uint8Array {
  return keyBytes(`file${SEPARATOR}${id.toString(16).padStart(8, '0')}`)
}

function shardGroupKey(id: number): Uint8Array {
  return keyBytes(`shard-group${SEPARATOR}${id.toString(16).padStart(8, '0')}`)
}

function tombstoneKey({ id }: Pick<TombstoneEntry, 'id'>): Uint8Array {
  return keyBytes(`tombstone${SEPARATOR}${id.toString(16).padStart(8, '0')}`)
}

function printTombstone({ id, table, range, seriesIds, fileIds }: TombstoneEntry): string {
  return printJson({ id, table, range, seriesIds: seriesIds && [...seriesIds], fileIds: [...fileIds] })
}

function parseTombstone(text: string): TombstoneEntry {
  const entry = parseJson(text) as Omit<TombstoneEntry, 'seriesIds' | 'fileIds'> & {
    readonly seriesIds: readonly bigint[] | null
    readonly fileIds: readonly number[]
  }
  return { ...entry, seriesIds: entry.seriesIds && new Set(entry.seriesIds), fileIds: new Set(entry.fileIds) }
}

function runKey(database: string, name: string): Uint8Array {
  return keyBytes(`cq${SEPARATOR}${encodeURIComponent(database)}${SEPARATOR}${encodeURIComponent(name)}`)
}

function seriesKey(database: string, key: Uint8Array): Uint8Array {
  return Buffer.concat([keyBytes(`series${SEPARATOR}${encodeURIComponent(database)}${SEPARATOR}`), key])
}

function keyBytes(text: string): Uint8Array {
  return Buffer.from(text)
}

function textBytes(text: string): Uint8Array {
  return Buffer.from(text)
}

function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
