/**
 * The rows of all databases: memtables, Parquet files, and how both are read together. Writes come in after the log has
 * them; reads see every row written before they began. The set of files changes only together with the registry.
 */

import { rm } from 'node:fs/promises'
import path from 'node:path'
import { COMPACTION_LIMITS, planCompaction } from '../compaction/plan-compaction.js'
import { assert, HyperbyteError } from '../domain/errors.js'
import { groupBy } from '../domain/group-by.js'
import type { MeasurementBatch } from '../domain/point-batch.js'
import { type TableName, tableKey } from '../domain/table-name.js'
import type { TimeRange } from '../domain/time-range.js'
import { Memtable } from '../memtable/memtable.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { ROW_GROUP_ROWS, sha256OfFile } from '../parquet/write-parquet-file.js'
import type { AggregateRequest, GroupAggregates, GroupRows, Scanner, ScanRequest } from '../query/scan.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { aggregateBySql, isPushable } from './aggregate-by-sql.js'
import { ColumnCache } from './column-cache.js'
import { type CachedPiece, FileReader } from './file-reader.js'
import { type FlushContext, flushTable } from './flush-table.js'
import { mergeFiles } from './merge-files.js'
import { Pins } from './pins.js'
import { type SqlScanContext, scanBySql } from './scan-by-sql.js'
import { openNarrowScan } from './scan-narrow.js'
import { countSeries } from './series-selection.js'
import {
  coveredShare,
  EMPTY_SOURCE_SET,
  type MemtableSource,
  rowCountOf,
  type Source,
  type SourceSet,
  selectSources,
} from './source-set.js'
import { StagedTable } from './staged-table.js'
import { TableState } from './table-state.js'

/** Work on the event loop between two pauses. */
const PAUSE_MS = 4

export interface StorageOptions {
  readonly dataDir: string
  /** Answers queries. */
  readonly duckdb: Duckdb
  /** Writes files, with memory of its own, so that neither can starve the other. */
  readonly writer: Duckdb
  readonly columnCacheBytesMax: number
  readonly narrowRowCountMax: number
  readonly monotonicMs: () => number
  readonly seriesTableOf: (database: string) => SeriesTable
  /** Series of a measurement, over all policies. */
  readonly seriesCountOf: (database: string, measurement: string) => number
  readonly shardGroupDurationOf: (database: string, retentionPolicy: string) => bigint
  readonly log: { error(message: string, fields?: Record<string, unknown>): void }
}

/** A change of the set of files that the registry must record before `finish` makes it visible. */
export interface SourceCounts {
  readonly memoryRowCount: number
  readonly fileCount: number
  readonly fileRowCount: number
  readonly rowGroupCount: number
  readonly fileByteCount: number
}

export interface FileChange {
  readonly added: readonly FileEntry[]
  readonly removed: readonly FileEntry[]
  /**
   * Makes the change visible to queries; call it once the registry has it. Hands back added files that nobody wants any
   * more, because their table was dropped meanwhile: the registry must forget them.
   */
  finish(): readonly FileEntry[]
}

/** A frozen memtable's files; `tables` are the keys of its tables, `flushedSequence` the log position it reaches. */
export interface FlushResult extends FileChange {
  readonly tables: readonly string[]
  readonly flushedSequence: bigint
}

/** Files that stay on disk for somebody who copies them. */
export interface FileHold {
  /** Lets go of all but these; call it once. */
  keepOnly(ids: readonly number[]): void
  release(): void
}

export class Storage implements Scanner {
  readonly #options: StorageOptions
  readonly #tables = new Map<string, TableState>()
  readonly #staged = new Map<Memtable, Map<string, StagedTable>>()
  readonly #cache: ColumnCache<CachedPiece>
  readonly #fileReader: FileReader
  /** By file id: the registry's copy of an entry pins the same file. */
  readonly #filePins = new Pins<number>()
  readonly #stagedPins = new Pins<StagedTable>()
  /** Files whose SHA-256 has been checked since they were found or written. */
  readonly #verified = new Map<number, Promise<void>>()
  #removalHolds = 0
  #heldRemovals: FileEntry[] = []
  #current: Memtable
  #frozen: Memtable[] = []
  #nextGeneration = 0
  #nextFileId = 1
  #nextTableNumber = 0
  #lastPauseMs: number

  constructor(options: StorageOptions, files: readonly FileEntry[]) {
    this.#options = options
    this.#lastPauseMs = options.monotonicMs()
    this.#cache = new ColumnCache(options.columnCacheBytesMax)
    this.#fileReader = new FileReader(options.duckdb, this.#cache, (file) => this.#absolute(file))
    this.#current = this.#newMemtable()
    const byTable = groupBy(files, (file) => tableKey(file.table))
    for (const [key, tableFiles] of byTable) this.#tables.set(key, new TableState(tableFiles[0].table, key, tableFiles))
    for (const { id } of files) this.#nextFileId = Math.max(this.#nextFileId, id + 1)
  }

  get current(): Memtable {
    return this.#current
  }

  get cacheByteCount(): number {
    return this.#cache.byteCount
  }

  get frozenCount(): number {
    return this.#frozen.length
  }

  get memoryByteCount(): number {
    return this.#frozen.reduce((sum, { byteCount }) => sum + byteCount, this.#current.byteCount)
  }

  get memoryRowCount(): number {
    return this.#frozen.reduce((sum, { rowCount }) => sum + rowCount, this.#current.rowCount)
  }

  tables(): IterableIterator<TableState> {
    return this.#tables.values()
  }

  files(): FileEntry[] {
    return [...this.#tables.values()].flatMap(({ files }) => files)
  }

  /** Rows that the log has under `sequence`; sequences come in order. */
  append(database: string, retentionPolicy: string, batch: MeasurementBatch, sequence: bigint): void {
    assert(sequence >= this.#current.lastSequence, 'rows come in the order of the log')
    const table = this.#openTable({ database, retentionPolicy, measurement: batch.measurement })
    this.#current.append(table.key, table.newest, batch, sequence)
  }

  /** The current memtable stops taking rows and waits to be flushed. False when it is empty. */
  freeze(): boolean {
    if (this.#current.rowCount === 0) return false
    this.#frozen.push(this.#current)
    this.#current = this.#newMemtable()
    return true
  }

  /** Begins the age of an empty memtable anew. */
  renewEmpty(): void {
    if (this.#current.rowCount === 0) this.#current = this.#newMemtable()
  }

  /** Writes the oldest frozen memtable into files; null when there is none. */
  async flushOldest(): Promise<FlushResult | null> {
    const memtable = this.#frozen[0]
    if (memtable === undefined) return null
    const added: FileEntry[] = []
    try {
      for (const [key, rows] of [...memtable.tables]) {
        const table = this.#tables.get(key)
        if (table === undefined || !memtable.tables.has(key)) continue
        const { database, retentionPolicy } = table.name
        const files = await flushTable(this.#writeContext(), {
          table: table.name,
          rows,
          seriesTable: this.#options.seriesTableOf(database),
          shardGroupDurationNs: this.#options.shardGroupDurationOf(database, retentionPolicy),
          minSequence: memtable.firstSequence,
          maxSequence: memtable.lastSequence,
          olderFiles: table.files,
        })
        added.push(...files)
      }
    } catch (error) {
      await this.#removeFiles(added)
      throw error
    }
    // A table dropped meanwhile leaves no files behind.
    const alive = added.filter((file) => memtable.tables.has(tableKey(file.table)))
    await this.#removeFiles(added.filter((file) => !alive.includes(file)))
    return {
      tables: [...memtable.tables.keys()],
      flushedSequence: memtable.lastSequence,
      added: alive,
      removed: [],
      finish: () => this.#finishFlush(memtable, alive),
    }
  }

  /**
   * Merges one group of files; null when every bucket is within its bounds. `isAtRest` tells whether a bucket is no
   * longer written to.
   */
  async compactOnce(isAtRest: (table: TableState, bucketStartNs: bigint) => boolean): Promise<FileChange | null> {
    for (const table of this.#tables.values()) {
      for (const [bucketStartNs, files] of groupBy(table.files, (file) => file.bucketStartNs)) {
        const plan = planCompaction(files, isAtRest(table, bucketStartNs), COMPACTION_LIMITS)
        if (plan === null) continue
        await this.#verify(plan)
        const older = files.filter((file) => !plan.includes(file) && file.maxSequence < plan[0].maxSequence)
        const merged = await mergeFiles(this.#writeContext(), plan, older)
        this.#verified.set(merged.id, Promise.resolve())
        return { added: [merged], removed: plan, finish: () => this.#finishMerge(table, plan, merged) }
      }
    }
    return null
  }

  /** Drops the files of a table whose bucket ended before `expiryNs`. */
  expire(table: TableState, expiryNs: bigint, shardGroupDurationNs: bigint): FileChange {
    const removed = table.files.filter(({ bucketStartNs }) => bucketStartNs + shardGroupDurationNs <= expiryNs)
    table.replaceFiles(removed, [])
    const finish = (): readonly FileEntry[] => {
      this.#retireFiles(removed)
      return []
    }
    return { added: [], removed, finish }
  }

  /** Forgets tables and hands back their files, whose removal the registry must record before `finish`. */
  drop(isDropped: (table: TableName) => boolean): FileChange {
    const dropped = [...this.#tables.values()].filter(({ name }) => isDropped(name))
    const removed = dropped.flatMap(({ files }) => files)
    for (const table of dropped) {
      this.#tables.delete(table.key)
      for (const memtable of [...this.#frozen, this.#current]) {
        memtable.drop(table.key)
        this.#dropStaged(memtable, table.key)
      }
    }
    const finish = (): readonly FileEntry[] => {
      this.#retireFiles(removed)
      return []
    }
    return { added: [], removed, finish }
  }

  /** No file that is registered now, or is about to be, is removed until the hold is released. */
  holdFiles(): FileHold {
    this.#removalHolds++
    let pinned: readonly number[] = []
    let isHolding = true
    const stopHolding = (): void => {
      if (!isHolding) return
      isHolding = false
      if (--this.#removalHolds > 0) return
      for (const file of this.#heldRemovals.splice(0)) this.#retireFile(file)
    }
    return {
      keepOnly: (ids) => {
        pinned = ids
        this.#filePins.pin(pinned)
        stopHolding()
      },
      release: () => {
        stopHolding()
        this.#filePins.unpin(pinned)
        pinned = []
      },
    }
  }

  async *scan(request: ScanRequest, signal: AbortSignal): AsyncGenerator<GroupRows> {
    const { set, release } = await this.#open(request.table, request.range)
    try {
      if (set.sources.length === 0 || request.groups.length === 0) return
      const context = this.#scanContext(request.table.database)
      const rowCountMax = this.#options.narrowRowCountMax
      const narrow = await openNarrowScan(this.#fileReader, set, request, context.seriesTable, rowCountMax)
      if (narrow !== null) {
        yield* narrow.run()
        return
      }
      await stageSources(set)
      yield* scanBySql(context, set, request, signal)
    } finally {
      release()
    }
  }

  aggregate(request: AggregateRequest, signal: AbortSignal): AsyncIterable<GroupAggregates> | null {
    if (request.groups.length === 0 || !isPushable(request)) return null
    // Of few rows, handing them out costs less than planning SQL.
    const isNarrow = this.#estimateRowCount(request) < this.#options.narrowRowCountMax
    return isNarrow ? null : this.#aggregate(request, signal)
  }

  /** Rows that the request touches if series were alike and rows even in time. */
  #estimateRowCount({ table: name, range, groups }: AggregateRequest): number {
    const table = this.#tables.get(tableKey(name))
    if (table === undefined) return 0
    const allSeriesCount = Math.max(1, this.#options.seriesCountOf(name.database, name.measurement))
    const share = Math.min(1, countSeries(groups) / allSeriesCount)
    let rowCount = 0
    for (const source of this.#sourcesOf(table)) rowCount += rowCountOf(source) * coveredShare(source, range)
    return rowCount * share
  }

  /** What a scan of the table would look at: whole files and memtables that the range touches. */
  sourceCounts(name: TableName, range: TimeRange): SourceCounts {
    const table = this.#tables.get(tableKey(name))
    const counts = { memoryRowCount: 0, fileCount: 0, fileRowCount: 0, rowGroupCount: 0, fileByteCount: 0 }
    if (table === undefined) return counts
    for (const source of selectSources(this.#sourcesOf(table), range).sources) {
      if (source.kind === 'memtable') counts.memoryRowCount += source.rowCount
      else {
        counts.fileCount++
        counts.fileRowCount += source.file.rowCount
        counts.rowGroupCount += Math.ceil(source.file.rowCount / ROW_GROUP_ROWS)
        counts.fileByteCount += source.file.byteCount
      }
    }
    return counts
  }

  async *#aggregate(request: AggregateRequest, signal: AbortSignal): AsyncGenerator<GroupAggregates> {
    const { set, release } = await this.#open(request.table, request.range)
    try {
      if (set.sources.length === 0) return
      const { database, measurement } = request.table
      await stageSources(set)
      const allSeriesCount = this.#options.seriesCountOf(database, measurement)
      yield* aggregateBySql(this.#scanContext(database), set, request, allSeriesCount, signal)
    } finally {
      release()
    }
  }

  /** The sources of a table, pinned and checked. Throws `corrupt` for a damaged file. */
  async #open(name: TableName, range: TimeRange): Promise<{ set: SourceSet; release: () => void }> {
    const table = this.#tables.get(tableKey(name))
    if (table === undefined) return { set: EMPTY_SOURCE_SET, release: () => {} }
    const set = selectSources(this.#sourcesOf(table), range)
    const files = set.sources.flatMap((source) => (source.kind === 'file' ? [source.file] : []))
    const memtables = set.sources.filter((source) => source.kind === 'memtable')
    const fileIds = files.map(({ id }) => id)
    this.#filePins.pin(fileIds)
    this.#stagedPins.pin(memtables.map(({ staged }) => staged))
    const release = (): void => {
      this.#filePins.unpin(fileIds)
      this.#stagedPins.unpin(memtables.map(({ staged }) => staged))
    }
    try {
      await this.#verify(files)
    } catch (error) {
      release()
      throw error
    }
    return { set, release }
  }

  /** Oldest first. */
  #sourcesOf(table: TableState): Source[] {
    const sources: Source[] = table.files.map((file) => ({ kind: 'file', file, path: this.#absolute(file) }))
    for (const memtable of [...this.#frozen, this.#current]) {
      const rows = memtable.tables.get(table.key)
      if (rows === undefined) continue
      const source: MemtableSource = {
        kind: 'memtable',
        rows,
        staged: this.#stagedTable(memtable, table.key),
        rowCount: rows.rowCount,
      }
      sources.push(source)
    }
    return sources
  }

  #finishFlush(memtable: Memtable, added: readonly FileEntry[]): readonly FileEntry[] {
    assert(this.#frozen[0] === memtable, 'memtables are flushed in order')
    this.#frozen = this.#frozen.slice(1)
    const lost: FileEntry[] = []
    for (const [key, files] of groupBy(added, (file) => tableKey(file.table))) {
      // A dropped table took its rows out of the memtable.
      if (!memtable.tables.has(key)) {
        lost.push(...files)
        continue
      }
      this.#tables.get(key)?.replaceFiles([], files)
      for (const { id } of files) this.#verified.set(id, Promise.resolve())
    }
    for (const key of memtable.tables.keys()) this.#dropStaged(memtable, key)
    this.#staged.delete(memtable)
    this.#retireFiles(lost)
    return lost
  }

  #finishMerge(table: TableState, plan: readonly FileEntry[], merged: FileEntry): readonly FileEntry[] {
    // Dropped or expired while they were merged: the merge must not bring them back.
    const isAlive = this.#tables.get(table.key) === table && plan.every((file) => table.files.includes(file))
    if (isAlive) table.replaceFiles(plan, [merged])
    this.#retireFiles(isAlive ? plan : [merged])
    return isAlive ? [] : [merged]
  }

  #retireFiles(files: readonly FileEntry[]): void {
    for (const file of files) {
      this.#verified.delete(file.id)
      this.#cache.forget(`${file.id}/`)
      if (this.#removalHolds > 0) this.#heldRemovals.push(file)
      else this.#retireFile(file)
    }
  }

  #retireFile(file: FileEntry): void {
    this.#filePins.retire(file.id, () => void this.#removeFiles([file]))
  }

  #dropStaged(memtable: Memtable, key: string): void {
    const staged = this.#staged.get(memtable)?.get(key)
    if (staged === undefined) return
    this.#staged.get(memtable)?.delete(key)
    this.#stagedPins.retire(
      staged,
      () => void staged.drop().catch((error) => this.#logFault('drop a staged table', error)),
    )
  }

  #stagedTable(memtable: Memtable, key: string): StagedTable {
    let tables = this.#staged.get(memtable)
    if (tables === undefined) this.#staged.set(memtable, (tables = new Map()))
    let staged = tables.get(key)
    if (staged === undefined) {
      const table = this.#tables.get(key)
      const rows = memtable.tables.get(key)
      assert(table !== undefined && rows !== undefined, 'a staged table has rows')
      const seriesTable = this.#options.seriesTableOf(table.name.database)
      staged = new StagedTable(this.#nextTableName(), this.#options.duckdb, rows, seriesTable, this.#pause)
      tables.set(key, staged)
    }
    return staged
  }

  /** A flipped bit in a Parquet file can change an answer without any error, so files are checked before first use. */
  async #verify(files: readonly FileEntry[]): Promise<void> {
    for (const file of files) {
      let check = this.#verified.get(file.id)
      if (check === undefined) this.#verified.set(file.id, (check = this.#verifyFile(file)))
      await check
    }
  }

  async #verifyFile(file: FileEntry): Promise<void> {
    let found: string
    try {
      found = await sha256OfFile(this.#absolute(file))
    } catch (cause) {
      throw new HyperbyteError('corrupt', `cannot read the Parquet file ${file.path}`, { cause })
    }
    if (found === file.sha256) return
    this.#options.log.error('a Parquet file is damaged; queries that need it fail until it is restored or removed', {
      file: file.path,
      expectedSha256: file.sha256,
      foundSha256: found,
    })
    throw new HyperbyteError('corrupt', `the Parquet file ${file.path} is damaged: its SHA-256 is not what was written`)
  }

  #openTable(name: TableName): TableState {
    const key = tableKey(name)
    let table = this.#tables.get(key)
    if (table === undefined) {
      table = new TableState(name, key, [])
      this.#tables.set(key, table)
    }
    return table
  }

  #newMemtable(): Memtable {
    return new Memtable(this.#nextGeneration++, this.#options.monotonicMs())
  }

  #scanContext(database: string): SqlScanContext {
    return {
      duckdb: this.#options.duckdb,
      seriesTable: this.#options.seriesTableOf(database),
      nextTableName: this.#nextTableName,
      pause: this.#pause,
    }
  }

  #writeContext(): FlushContext {
    return {
      duckdb: this.#options.writer,
      dataDir: this.#options.dataDir,
      nextTableName: this.#nextTableName,
      nextFileId: () => this.#nextFileId++,
      pause: this.#pause,
    }
  }

  readonly #nextTableName = (): string => `t${this.#nextTableNumber++}`

  /** Lets the event loop run when the last time was more than a few milliseconds ago. */
  readonly #pause = async (): Promise<void> => {
    if (this.#options.monotonicMs() - this.#lastPauseMs < PAUSE_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#lastPauseMs = this.#options.monotonicMs()
  }

  #absolute(file: FileEntry): string {
    return path.join(this.#options.dataDir, file.path)
  }

  async #removeFiles(files: readonly FileEntry[]): Promise<void> {
    for (const file of files) {
      await rm(this.#absolute(file), { force: true }).catch((error) => this.#logFault('remove a Parquet file', error))
    }
  }

  #logFault(action: string, error: unknown): void {
    this.#options.log.error(`could not ${action}`, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** Memtable rows come to DuckDB only for the queries that need them there. */
async function stageSources({ sources }: SourceSet): Promise<void> {
  for (const source of sources) if (source.kind === 'memtable') await source.staged.stage(source.rowCount)
}
