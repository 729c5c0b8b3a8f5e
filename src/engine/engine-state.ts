/**
 * Everything an open data directory consists of, and the changes that several parts of the engine make to it. The parts
 * themselves (flusher.ts, housekeeping.ts, metadata-changes.ts, replay-log.ts) decide when; this holds what is.
 */

import { stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import type { PointBatch } from './domain/point-batch.js'
import type { TableName } from './domain/table-name.js'
import { ALL_TIME, isInside, type TimeRange } from './domain/time-range.js'
import type { EngineOptions } from './engine.js'
import { checkBatch } from './metadata/check-batch.js'
import { type FieldTypeEntry, FieldTypes } from './metadata/field-types.js'
import { type Database, EMPTY_META_STATE, type MetaState, type RetentionPolicy } from './metadata/meta-state.js'
import { type ShardGroup, ShardGroups } from './metadata/shard-groups.js'
import type { Catalog } from './query/catalog.js'
import type { FileEntry } from './registry/file-entry.js'
import type { MetaChange, MetaStore } from './registry/meta-store.js'
import type { TombstoneEntry } from './registry/tombstone-entry.js'
import { SerialQueue } from './serial-queue.js'
import type { Duckdb } from './sql/duckdb.js'
import type { FileChange, FileRemoval } from './storage/file-change.js'
import { Storage } from './storage/storage.js'
import { databaseOfTypesKey } from './stored-facts.js'
import type { Wal } from './wal/wal.js'

export interface EngineStores {
  readonly metaStore: MetaStore
  readonly wal: Wal
  /** Answers queries. */
  readonly duckdb: Duckdb
  /** Writes files. */
  readonly writer: Duckdb
}

export class EngineState {
  readonly options: EngineOptions
  readonly stores: EngineStores
  readonly runtimes = new Map<string, DatabaseRuntime>()
  readonly catalog: Catalog
  meta: MetaState = EMPTY_META_STATE
  readonly shardGroups = new ShardGroups()
  storage: Storage
  readonly #turns = new SerialQueue()
  /** What is in force and not recorded yet. */
  #owed: readonly MetaChange[] = []

  constructor(options: EngineOptions, stores: EngineStores) {
    this.options = options
    this.stores = stores
    this.storage = this.#makeStorage([], [])
    this.catalog = this.#makeCatalog()
  }

  /** Metadata, series, field types and files, as they were when the registry last changed. */
  async load(): Promise<void> {
    const { metaStore } = this.stores
    const state = await metaStore.metaState()
    if (state !== null) this.meta = state as MetaState
    for (const name of this.meta.databases.keys()) this.addRuntime(name)
    for await (const { database, key } of metaStore.series()) {
      const runtime = this.runtimes.get(database)
      if (runtime === undefined) continue
      const ordinal = runtime.seriesTable.internKey(key)
      runtime.seriesIndex.add(ordinal)
      runtime.setStored(ordinal, true)
    }
    for await (const { key, types } of metaStore.types()) {
      this.runtimes.get(databaseOfTypesKey(key))?.fieldTypes.record(types as FieldTypeEntry[])
    }
    await this.#loadShardGroups()
    const files = await this.#loadFiles()
    for (const { table, bucketStartNs } of files)
      this.#adoptShardGroup(table.database, table.retentionPolicy, bucketStartNs)
    this.storage = this.#makeStorage(files, await this.#loadTombstones())
  }

  database(name: string): Database | undefined {
    return this.meta.databases.get(name)
  }

  policy(database: string, name: string): RetentionPolicy | undefined {
    return this.database(database)?.retentionPolicies.find((policy) => policy.name === name)
  }

  /** Throws `database-not-found`. */
  runtime(database: string): DatabaseRuntime {
    const runtime = this.runtimes.get(database)
    if (runtime === undefined) throw new HyperbyteError('database-not-found', `database not found: ${database}`)
    return runtime
  }

  addRuntime(name: string): void {
    this.runtimes.set(name, new DatabaseRuntime(name, this.options.maxSeriesPerDatabase, new FieldTypes()))
  }

  /**
   * Puts logged rows into the memtable; called in the order of the log. False when what they were written to is gone:
   * dropped, or dropped and made anew, while the log was being written. `client`: who wrote them; null in a replay.
   */
  store(
    runtime: DatabaseRuntime,
    retentionPolicy: string,
    batch: PointBatch,
    sequence: bigint,
    client: string | null,
  ): boolean {
    const policy = this.policy(runtime.name, retentionPolicy)
    if (this.runtimes.get(runtime.name) !== runtime || policy === undefined) return false
    // Known already, unless this is a replay or a drop came in between: then found again the way the write found them.
    const shardGroupAt = (timeNs: bigint): TimeRange => this.shardGroups.spanAt(runtime.name, policy, timeNs)
    const found = checkBatch(runtime.fieldTypes, { name: policy.name, durationNs: 0n, shardGroupAt }, batch, 0n)
    runtime.fieldTypes.record(found.newTypes)
    for (const span of found.shardGroups) this.shardGroups.open(runtime.name, policy.name, span)
    if (runtime.fieldTypes.dormantCount > 0) wakeTypes(runtime.fieldTypes, policy.name, batch, found.shardGroups)
    const { seriesIndex, origins } = runtime
    for (const part of batch.measurements) {
      const { measurement, rowCount } = part
      let createdCount = 0
      for (let row = 0; row < rowCount; row++) {
        if (seriesIndex.has(part.series[row])) continue
        seriesIndex.add(part.series[row])
        createdCount++
      }
      this.storage.append(runtime.name, retentionPolicy, part, sequence)
      if (client === null) continue
      origins.add({ measurement, client, rowCount, createdCount, atMs: this.options.monotonicMs() })
    }
    return true
  }

  async saveShardGroups(): Promise<void> {
    const { unsaved, lastId } = this.shardGroups
    if (unsaved.length === 0) return
    await this.stores.metaStore.apply(
      unsaved.map((group) => ({ kind: 'put-shard-group', id: group.id, group, lastId })),
    )
    this.shardGroups.markSaved(unsaved)
  }

  /** Takes the groups away that are meant; returns what the registry has to know. */
  forgetShardGroups(isMeant: (group: ShardGroup) => boolean): MetaChange[] {
    return this.shardGroups.remove(isMeant).map(({ id }) => ({ kind: 'remove-shard-group', id }))
  }

  /** Changes of the set of files and deletes of rows come one after the other. */
  takeTurn<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.run(task)
  }

  /** Records a change of the set of files together with `more`, which is asked for when its turn has come; then makes it visible. */
  applyChange(change: FileChange, more: () => readonly MetaChange[]): Promise<void> {
    return this.takeTurn(async () => {
      const tombstones = change.begin()
      if (tombstones === null) return
      const further = more()
      try {
        await this.#record([...changesOfFiles(change.added, change.removed), ...tombstones, ...further])
      } catch (error) {
        // Series are told once; types come again with the files.
        const series = further.filter(({ kind }) => kind === 'put-series')
        this.#owed = [...this.#owed, ...change.undo(), ...series]
        throw error
      }
      await this.#forgetFiles(change.finish())
    })
  }

  /** Records what is in force already. What the disk refuses is recorded with the next change. */
  recordRemoval(removal: FileRemoval, facts: readonly MetaChange[]): Promise<void> {
    return this.takeTurn(() => this.recordInTurn(removal, facts))
  }

  /** As `recordRemoval`, for a turn that is taken. */
  async recordInTurn({ removed, tombstones, finish }: FileRemoval, facts: readonly MetaChange[]): Promise<void> {
    this.#owed = [...this.#owed, ...changesOfFiles([], removed), ...tombstones, ...facts]
    try {
      await this.#record([])
    } finally {
      // After the registry, which else would list files that are gone; but a full disk needs their space to record anything.
      finish()
    }
  }

  async #record(changes: readonly MetaChange[]): Promise<void> {
    const owedCount = this.#owed.length
    const all = [...this.#owed, ...changes]
    if (all.length > 0) await this.stores.metaStore.apply(all)
    this.#owed = this.#owed.slice(owedCount)
  }

  dataPath(...parts: readonly string[]): string {
    return path.join(this.options.dataDir, 'data', ...parts)
  }

  logFault(action: string, error: unknown): void {
    this.options.log.error(`could not ${action}`, { error: error instanceof Error ? error.message : String(error) })
  }

  async #forgetFiles(files: readonly FileEntry[]): Promise<void> {
    if (files.length > 0) await this.stores.metaStore.apply(files.map(({ id }) => ({ kind: 'remove-file', id })))
  }

  async #loadFiles(): Promise<FileEntry[]> {
    const files: FileEntry[] = []
    const gone: FileEntry[] = []
    for await (const file of this.stores.metaStore.files()) {
      const { database, retentionPolicy } = file.table
      if (this.policy(database, retentionPolicy) === undefined) {
        gone.push(file)
        continue
      }
      if (await isThere(this.dataPath(file.path))) files.push(file)
      else {
        const what = 'a Parquet file is missing; its rows are lost unless it is restored'
        this.options.log.error(what, { file: file.path, rows: file.rowCount })
      }
    }
    await this.#forgetFiles(gone)
    return files
  }

  async #loadShardGroups(): Promise<void> {
    const { groups, lastId } = await this.stores.metaStore.shardGroups()
    this.shardGroups.load(groups as ShardGroup[], lastId)
    const isGone = ({ database, retentionPolicy }: ShardGroup): boolean =>
      this.policy(database, retentionPolicy) === undefined
    const changes = this.forgetShardGroups(isGone)
    if (changes.length > 0) await this.#record(changes)
  }

  /** A directory from before groups had numbers. */
  #adoptShardGroup(database: string, retentionPolicy: string, startNs: bigint): void {
    const policy = this.policy(database, retentionPolicy)
    if (policy === undefined) return
    const timeNs = startNs > ALL_TIME.startNs ? startNs : ALL_TIME.startNs
    this.shardGroups.open(database, retentionPolicy, this.shardGroups.spanAt(database, policy, timeNs))
  }

  async #loadTombstones(): Promise<TombstoneEntry[]> {
    const registeredIds = new Set<number>()
    for await (const { id } of this.stores.metaStore.files()) registeredIds.add(id)
    const tombstones: TombstoneEntry[] = []
    const gone: TombstoneEntry[] = []
    for await (const tombstone of this.stores.metaStore.tombstones()) {
      const { database, retentionPolicy } = tombstone.table
      const hasFiles = [...tombstone.fileIds].some((id) => registeredIds.has(id))
      const isGone = !hasFiles || this.policy(database, retentionPolicy) === undefined
      ;(isGone ? gone : tombstones).push(tombstone)
    }
    if (gone.length > 0) await this.#record(gone.map((tombstone) => ({ kind: 'remove-tombstone', tombstone })))
    return tombstones
  }

  #makeStorage(files: readonly FileEntry[], tombstones: readonly TombstoneEntry[]): Storage {
    const { columnCacheBytesMax, narrowRowCountMax, monotonicMs, log } = this.options
    const { duckdb, writer } = this.stores
    return new Storage(
      {
        dataDir: this.dataPath(),
        duckdb,
        writer,
        columnCacheBytesMax,
        narrowRowCountMax,
        monotonicMs,
        log,
        seriesTableOf: (database) => this.runtime(database).seriesTable,
        seriesCountOf: (database, measurement) => this.runtime(database).seriesIndex.seriesCount(measurement),
        shardGroupsOf: (database, retentionPolicy) => this.shardGroups.ofPolicy(database, retentionPolicy),
      },
      files,
      tombstones,
    )
  }

  #makeCatalog(): Catalog {
    const state = this
    return {
      get meta() {
        return state.meta
      },
      database: (name) => state.database(name),
      seriesTable: (database) => state.runtime(database).seriesTable,
      seriesIndex: (database) => state.runtime(database).seriesIndex,
      measurementsOf: (database, retentionPolicy) =>
        [...state.runtime(database).fieldTypes.measurementsOf(retentionPolicy)].sort(),
      fieldTypes: (table: TableName, range: TimeRange) =>
        state.runtime(table.database).fieldTypes.typesIn(table.retentionPolicy, table.measurement, range),
      tableFacts: (table: TableName, range: TimeRange) => ({
        shardGroupCount: state
          .runtime(table.database)
          .fieldTypes.shardGroupCount(table.retentionPolicy, table.measurement, range),
        ...state.storage.reader.sourceCounts(table, range),
      }),
      shardGroups: (database, retentionPolicy) => state.shardGroups.ofPolicy(database, retentionPolicy),
      get scanner() {
        return state.storage.reader
      },
    }
  }
}

/** A file that cannot be looked at is there: whoever reads it will see. */
async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** Measurements of the batch are seen again in the shard groups that it brings rows to. */
function wakeTypes(types: FieldTypes, policy: string, batch: PointBatch, shardGroups: readonly TimeRange[]): void {
  for (const { measurement, timestamps, rowCount } of batch.measurements) {
    for (const group of shardGroups) {
      for (let row = 0; row < rowCount; row++) {
        if (!isInside(group, timestamps[row])) continue
        types.setDormant(policy, group.startNs, measurement, false)
        break
      }
    }
  }
}

function changesOfFiles(added: readonly FileEntry[], removed: readonly FileEntry[]): MetaChange[] {
  return [
    ...added.map((file): MetaChange => ({ kind: 'put-file', file })),
    ...removed.map(({ id }): MetaChange => ({ kind: 'remove-file', id })),
  ]
}
