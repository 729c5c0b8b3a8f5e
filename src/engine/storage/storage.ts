/**
 * The rows of all databases: memtables, Parquet files, and how both are read together. Writes come in after the log has
 * them; reads see every row written before they began. The set of files changes only together with the registry. Deletes
 * hide rows at once; flushes and merges then leave them out.
 */

import { assert } from '../domain/errors.js'
import { groupBy } from '../domain/group-by.js'
import type { MeasurementBatch } from '../domain/point-batch.js'
import { type TableName, tableKey } from '../domain/table-name.js'
import { coversSpan, type Tombstone, touchesSpan } from '../domain/tombstone.js'
import type { Memtable } from '../memtable/memtable.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'
import { ColumnCache } from './column-cache.js'
import type { FileRemoval } from './file-change.js'
import { type CachedPiece, FileReader } from './file-reader.js'
import { FilesWriter } from './files-writer.js'
import { type FlushResult, flushMemtable } from './flush-memtable.js'
import { Generations } from './generations.js'
import {
  type BucketFiles,
  type BucketMerge,
  bucketsOf,
  type IsBucketAtRest,
  type MergeChange,
  mergeNext,
  plannedMerges,
} from './merge-bucket.js'
import type { StorageOptions, StorageParts } from './storage-parts.js'
import { type FileHold, StoredFiles } from './stored-files.js'
import { TableReader } from './table-reader.js'
import { TableState } from './table-state.js'

/** Work on the event loop between two pauses. */
const PAUSE_MS = 4

/** What a delete takes away: rows of these series (null = all) in this range, in every table that is meant. */
export interface RowsToHide extends Pick<Tombstone, 'range' | 'seriesIds'> {
  readonly isMeant: (table: TableName) => boolean
}

export class Storage {
  readonly #parts: StorageParts
  readonly #cache: ColumnCache<CachedPiece>
  readonly reader: TableReader
  #nextTombstoneId = 1

  constructor(options: StorageOptions, files: readonly FileEntry[], tombstones: readonly TombstoneEntry[]) {
    this.#cache = new ColumnCache(options.columnCacheBytesMax)
    this.#parts = this.#makeParts(options, firstFreeId(files, tombstones))
    this.reader = new TableReader(this.#parts)
    const byTable = groupBy(files, (file) => tableKey(file.table))
    const hidden = groupBy(tombstones, (tombstone) => tableKey(tombstone.table))
    for (const [key, tableFiles] of byTable) {
      this.#parts.tables.set(key, new TableState(tableFiles[0].table, key, tableFiles, hidden.get(key)))
    }
    for (const { id } of tombstones) this.#nextTombstoneId = Math.max(this.#nextTombstoneId, id + 1)
  }

  get current(): Memtable {
    return this.#parts.generations.current
  }

  get cacheByteCount(): number {
    return this.#cache.byteCount
  }

  get frozenCount(): number {
    return this.#parts.generations.frozenCount
  }

  get memoryByteCount(): number {
    return this.#parts.generations.byteCount
  }

  get memoryRowCount(): number {
    return this.#parts.generations.rowCount
  }

  tables(): IterableIterator<TableState> {
    return this.#parts.tables.values()
  }

  /** Rows that the log has under `sequence`; sequences come in order. */
  append(database: string, retentionPolicy: string, batch: MeasurementBatch, sequence: bigint): void {
    const { current } = this.#parts.generations
    assert(sequence >= current.lastSequence, 'rows come in the order of the log')
    const table = this.#openTable({ database, retentionPolicy, measurement: batch.measurement })
    current.append(table.key, table.newest, batch, sequence)
  }

  /** The current memtable stops taking rows and waits to be flushed. False when it is empty. */
  freeze(): boolean {
    return this.#parts.generations.freeze()
  }

  /** Begins the age of an empty memtable anew. */
  renewEmpty(): void {
    this.#parts.generations.renewEmpty()
  }

  /** Writes the oldest frozen memtable into files; null when there is none. */
  async flushOldest(): Promise<FlushResult | null> {
    const memtable = this.#parts.generations.oldestFrozen
    return memtable === undefined ? null : await flushMemtable(this.#parts, memtable)
  }

  /** See `mergeNext`. */
  compactOnce(isAtRest: IsBucketAtRest, isWanted?: (merge: BucketMerge) => boolean): Promise<MergeChange | null> {
    return mergeNext(this.#parts, isAtRest, isWanted)
  }

  /** The next merge of each bucket that needs one. */
  plannedMerges(isAtRest: IsBucketAtRest): Iterable<BucketMerge> {
    return plannedMerges(this.#parts.tables, isAtRest)
  }

  /** Files by bucket. */
  buckets(): Iterable<BucketFiles> {
    return bucketsOf(this.#parts.tables)
  }

  /** Forgets tables and hands back their files. */
  drop(isDropped: (table: TableName) => boolean): FileRemoval {
    const dropped = [...this.#parts.tables.values()].filter(({ name }) => isDropped(name))
    for (const table of dropped) {
      this.#parts.tables.delete(table.key)
      this.#parts.generations.drop(table.key)
    }
    const tombstones = dropped
      .flatMap((table) => table.tombstones)
      .map((tombstone): TombstoneChange => ({ kind: 'remove-tombstone', tombstone }))
    return this.#removal(
      dropped.flatMap(({ files }) => files),
      tombstones,
    )
  }

  /**
   * Hides rows that are stored now, from the next read on. Memtable parts and files in which no row remains go at once.
   * The change is to be recorded before anything else changes files.
   */
  hide(rows: RowsToHide): FileRemoval {
    const removed: FileEntry[] = []
    const changes: TombstoneChange[] = []
    for (const table of this.#parts.tables.values()) {
      if (!rows.isMeant(table.name)) continue
      const { range, seriesIds } = rows
      const tombstone: Tombstone = { id: this.#nextTombstoneId++, table: table.name, range, seriesIds }
      this.#parts.generations.hide(table.key, tombstone)
      const touched = table.files.filter((file) => touchesSpan(tombstone, file))
      const covered = touched.filter((file) => tombstone.seriesIds === null && coversSpan(tombstone, file))
      table.replaceFiles(covered, [])
      changes.push(...table.dropTombstones(covered))
      removed.push(...covered)
      const fileIds = new Set(touched.filter((file) => !covered.includes(file)).map(({ id }) => id))
      if (fileIds.size > 0) changes.push(...table.addTombstone({ ...tombstone, fileIds }))
    }
    return this.#removal(removed, changes)
  }

  /** No file that is registered now, or is about to be, is removed until the hold is released. */
  holdFiles(): FileHold {
    return this.#parts.files.hold()
  }

  #removal(removed: readonly FileEntry[], tombstones: readonly TombstoneChange[]): FileRemoval {
    return { removed, tombstones, finish: () => this.#parts.files.retire(removed) }
  }

  #openTable(name: TableName): TableState {
    const key = tableKey(name)
    let table = this.#parts.tables.get(key)
    if (table === undefined) {
      table = new TableState(name, key, [])
      this.#parts.tables.set(key, table)
    }
    return table
  }

  #makeParts(options: StorageOptions, firstFileId: number): StorageParts {
    const { dataDir, duckdb, writer, log, monotonicMs, seriesTableOf } = options
    const forget = (file: FileEntry): void => this.#cache.forget(`${file.id}/`)
    const files = new StoredFiles({ dataDir, log, forget })
    const fileReader = new FileReader(duckdb, this.#cache, (file) => files.absolute(file))
    let tableNumber = 0
    const nextTableName = (): string => `t${tableNumber++}`
    const pause = pacer(monotonicMs)
    const logFault = (action: string, error: unknown): void =>
      log.error(`could not ${action}`, { error: error instanceof Error ? error.message : String(error) })
    return {
      options,
      tables: new Map(),
      generations: new Generations({ duckdb, monotonicMs, seriesTableOf, nextTableName, pause, logFault }),
      files,
      fileReader,
      filesWriter: new FilesWriter({ duckdb, writer, dataDir, nextTableName, pause, firstFileId }),
      nextTableName,
      pause,
    }
  }
}

/** No file had it, be it gone: a tombstone may still name it. */
function firstFreeId(files: readonly FileEntry[], tombstones: readonly TombstoneEntry[]): number {
  let free = 1
  for (const { id } of files) free = Math.max(free, id + 1)
  for (const { fileIds } of tombstones) for (const id of fileIds) free = Math.max(free, id + 1)
  return free
}

/** Lets the event loop run when the last time was more than a few milliseconds ago. */
function pacer(monotonicMs: () => number): () => Promise<void> {
  let lastPauseMs = monotonicMs()
  return async () => {
    if (monotonicMs() - lastPauseMs < PAUSE_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    lastPauseMs = monotonicMs()
  }
}
