/**
 * The rows of all databases: memtables, Parquet files, and how both are read together. Writes come in after the log has
 * them; reads see every row written before they began. The set of files changes only together with the registry. Deletes
 * hide rows at once; flushes and merges then leave them out.
 */

import { COMPACTION_LIMITS, type CompactionPlan, planCompaction } from '../compaction/plan-compaction.js'
import { assert, HyperbyteError } from '../domain/errors.js'
import { groupBy } from '../domain/group-by.js'
import type { MeasurementBatch } from '../domain/point-batch.js'
import { type TableName, tableKey } from '../domain/table-name.js'
import type { TimeRange } from '../domain/time-range.js'
import { coversSpan, type Tombstone, touchesSpan } from '../domain/tombstone.js'
import type { Memtable } from '../memtable/memtable.js'
import type { HiddenRows } from '../memtable/memtable-table.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { ROW_GROUP_ROWS } from '../parquet/write-parquet-file.js'
import type { AggregateRequest, GroupAggregates, GroupRows, Scanner, ScanRequest } from '../query/scan.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'
import { type Duckdb, isOutOfMemory } from '../sql/duckdb.js'
import { aggregateBySql, isPushable } from './aggregate-by-sql.js'
import { ColumnCache } from './column-cache.js'
import { type CachedPiece, FileReader } from './file-reader.js'
import { findDisorder } from './find-disorder.js'
import { type FlushContext, flushTable } from './flush-table.js'
import { Generations } from './generations.js'
import { mergeFiles } from './merge-files.js'
import { moveTombstones } from './move-tombstones.js'
import { type SqlScanContext, scanBySql } from './scan-by-sql.js'
import { openNarrowScan } from './scan-narrow.js'
import { countSeries } from './series-selection.js'
import {
  coveredShare,
  EMPTY_SOURCE_SET,
  type FileSource,
  rowCountOf,
  type Source,
  type SourceSet,
  selectSources,
} from './source-set.js'
import { type FileHold, StoredFiles } from './stored-files.js'
import { TableState } from './table-state.js'
import { findVisibleSeries, hasVisibleRows } from './visible-series.js'

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
  /** Ascending. */
  readonly shardGroupsOf: (database: string, retentionPolicy: string) => readonly TimeRange[]
  readonly log: { error(message: string, fields?: Record<string, unknown>): void }
}

export interface SourceCounts {
  readonly memoryRowCount: number
  readonly fileCount: number
  readonly fileRowCount: number
  readonly rowGroupCount: number
  readonly fileByteCount: number
}

/**
 * A change of the set of files that the registry must record before `finish` makes it visible. From `begin` to `finish` no
 * delete may hide rows: the caller takes turns.
 */
export interface FileChange {
  readonly added: readonly FileEntry[]
  readonly removed: readonly FileEntry[]
  /** What becomes of tombstones, for the registry; null when the change has lost its ground and nothing may be recorded. */
  begin(): readonly TombstoneChange[] | null
  /**
   * Makes the change visible to queries; call it once the registry has it. Hands back added files that nobody wants any
   * more, because their table was dropped meanwhile: the registry must forget them.
   */
  finish(): readonly FileEntry[]
}

/** A file change that one merge has made, and what it was made of. */
export interface MergeChange {
  readonly merge: BucketMerge
  readonly change: FileChange
}

export type IsBucketAtRest = (table: TableState, bucketStartNs: bigint) => boolean

export interface BucketMerge {
  readonly table: TableState
  readonly bucketStartNs: bigint
  /** All of the bucket. */
  readonly files: readonly FileEntry[]
  readonly plan: CompactionPlan
}

/** What a delete takes away: rows of these series (null = all) in this range, in every table that is meant. */
export interface RowsToHide extends Pick<Tombstone, 'range' | 'seriesIds'> {
  readonly isMeant: (table: TableName) => boolean
}

/** A frozen memtable's files; `tables` are the keys of its tables, `flushedSequence` the log position it reaches. */
export interface FlushResult extends FileChange {
  readonly tables: readonly string[]
  readonly flushedSequence: bigint
}

export class Storage implements Scanner {
  readonly #options: StorageOptions
  readonly #tables = new Map<string, TableState>()
  readonly #generations: Generations
  readonly #cache: ColumnCache<CachedPiece>
  readonly #fileReader: FileReader
  readonly #files: StoredFiles
  #nextFileId = 1
  #nextTombstoneId = 1
  #nextTableNumber = 0
  #lastPauseMs: number

  constructor(options: StorageOptions, files: readonly FileEntry[], tombstones: readonly TombstoneEntry[]) {
    this.#options = options
    this.#lastPauseMs = options.monotonicMs()
    this.#cache = new ColumnCache(options.columnCacheBytesMax)
    this.#files = new StoredFiles(options)
    this.#fileReader = new FileReader(options.duckdb, this.#cache, (file) => this.#files.absolute(file))
    const { duckdb, monotonicMs, seriesTableOf } = options
    const [nextTableName, pause] = [this.#nextTableName, this.#pause]
    const logFault = (action: string, error: unknown): void => this.#logFault(action, error)
    this.#generations = new Generations({ duckdb, monotonicMs, seriesTableOf, nextTableName, pause, logFault })
    const byTable = groupBy(files, (file) => tableKey(file.table))
    const hidden = groupBy(tombstones, (tombstone) => tableKey(tombstone.table))
    for (const [key, tableFiles] of byTable) {
      this.#tables.set(key, new TableState(tableFiles[0].table, key, tableFiles, hidden.get(key)))
    }
    const ids = [...files.map(({ id }) => id), ...tombstones.flatMap(({ fileIds }) => [...fileIds])]
    for (const id of ids) this.#nextFileId = Math.max(this.#nextFileId, id + 1)
    for (const { id } of tombstones) this.#nextTombstoneId = Math.max(this.#nextTombstoneId, id + 1)
  }

  get current(): Memtable {
    return this.#generations.current
  }

  get cacheByteCount(): number {
    return this.#cache.byteCount
  }

  get frozenCount(): number {
    return this.#generations.frozenCount
  }

  get memoryByteCount(): number {
    return this.#generations.byteCount
  }

  get memoryRowCount(): number {
    return this.#generations.rowCount
  }

  tables(): IterableIterator<TableState> {
    return this.#tables.values()
  }

  files(): FileEntry[] {
    return [...this.#tables.values()].flatMap(({ files }) => files)
  }

  /** Rows that the log has under `sequence`; sequences come in order. */
  append(database: string, retentionPolicy: string, batch: MeasurementBatch, sequence: bigint): void {
    const { current } = this.#generations
    assert(sequence >= current.lastSequence, 'rows come in the order of the log')
    const table = this.#openTable({ database, retentionPolicy, measurement: batch.measurement })
    current.append(table.key, table.newest, batch, sequence)
  }

  /** The current memtable stops taking rows and waits to be flushed. False when it is empty. */
  freeze(): boolean {
    return this.#generations.freeze()
  }

  /** Begins the age of an empty memtable anew. */
  renewEmpty(): void {
    this.#generations.renewEmpty()
  }

  /** Writes the oldest frozen memtable into files; null when there is none. */
  async flushOldest(): Promise<FlushResult | null> {
    const memtable = this.#generations.oldestFrozen
    if (memtable === undefined) return null
    const added: FileEntry[] = []
    /** By table key: what was hidden when its files were begun. */
    const left = new Map<string, readonly HiddenRows[]>()
    try {
      for (const [key, rows] of [...memtable.tables]) {
        const table = this.#tables.get(key)
        if (table === undefined || !memtable.tables.has(key)) continue
        const { database, retentionPolicy } = table.name
        left.set(key, rows.hidden)
        const task = {
          table: table.name,
          rows,
          hidden: rows.hidden,
          seriesTable: this.#options.seriesTableOf(database),
          shardGroups: this.#options.shardGroupsOf(database, retentionPolicy),
          minSequence: memtable.firstSequence,
          maxSequence: memtable.lastSequence,
          olderFiles: table.files,
        }
        const files = await this.#writeFiles((context) => flushTable(context, task))
        added.push(...files)
      }
    } catch (error) {
      await this.#files.remove(added)
      throw error
    }
    // A table dropped meanwhile leaves no files behind.
    const alive = added.filter((file) => memtable.tables.has(tableKey(file.table)))
    await this.#files.remove(added.filter((file) => !alive.includes(file)))
    return {
      tables: [...memtable.tables.keys()],
      flushedSequence: memtable.lastSequence,
      added: alive,
      removed: [],
      begin: () => this.#lateTombstones(memtable, alive, left).map(putTombstone),
      finish: () => this.#finishFlush(memtable, alive, this.#lateTombstones(memtable, alive, left)),
    }
  }

  /**
   * Merges one group of files; null when every bucket is within its bounds. `isAtRest` tells whether a bucket is no
   * longer written to, `isWanted` which merges are meant.
   */
  async compactOnce(
    isAtRest: IsBucketAtRest,
    isWanted: (merge: BucketMerge) => boolean = () => true,
  ): Promise<MergeChange | null> {
    for (const merge of this.plannedMerges(isAtRest)) {
      if (!isWanted(merge)) continue
      const { table, files, plan } = merge
      const unpin = this.#files.pin(plan)
      try {
        return { merge, change: await this.#merge(table, files, plan) }
      } finally {
        unpin()
      }
    }
    return null
  }

  /** The next merge of each bucket that needs one. */
  *plannedMerges(isAtRest: IsBucketAtRest): Generator<BucketMerge> {
    for (const table of this.#tables.values()) {
      for (const [bucketStartNs, files] of groupBy(table.files, (file) => file.bucketStartNs)) {
        const hiddenCount = ({ id }: FileEntry): number => table.hiddenIn(id).length
        const plan = planCompaction(files, isAtRest(table, bucketStartNs), COMPACTION_LIMITS, hiddenCount)
        if (plan !== null) yield { table, bucketStartNs, files, plan }
      }
    }
  }

  /** `plan`: neighbours among `files`, which are those of one bucket. */
  async #merge(table: TableState, files: readonly FileEntry[], plan: CompactionPlan): Promise<FileChange> {
    await this.#files.verify(plan)
    const older = files.filter((file) => !plan.includes(file) && file.maxSequence < plan[0].maxSequence)
    const { tombstones } = table
    const hiddenIn = ({ id }: FileEntry) => table.hiddenIn(id)
    const merged = await this.#writeFiles((context) => mergeFiles(context, plan, hiddenIn, older))
    if (merged !== null) this.#files.trust([merged])
    return this.#mergeChange(table, plan, merged, tombstones)
  }

  /** Forgets tables and hands back their files, whose removal the registry must record before `finish`. */
  drop(isDropped: (table: TableName) => boolean): FileChange {
    const dropped = [...this.#tables.values()].filter(({ name }) => isDropped(name))
    for (const table of dropped) {
      this.#tables.delete(table.key)
      this.#generations.drop(table.key)
    }
    const changes = dropped.flatMap(({ tombstones }) =>
      tombstones.map((tombstone): TombstoneChange => ({ kind: 'remove-tombstone', tombstone })),
    )
    const removed = dropped.flatMap(({ files }) => files)
    return this.#removal(removed, () => changes)
  }

  /**
   * Hides rows that are stored now, from the next read on. Memtable parts and files in which no row remains go at once.
   * The change is to be recorded before anything else changes files.
   */
  hide(rows: RowsToHide): FileChange {
    const removed: FileEntry[] = []
    const changes: TombstoneChange[] = []
    for (const table of this.#tables.values()) {
      if (!rows.isMeant(table.name)) continue
      const { range, seriesIds } = rows
      const tombstone: Tombstone = { id: this.#nextTombstoneId++, table: table.name, range, seriesIds }
      this.#generations.hide(table.key, tombstone)
      const touched = table.files.filter((file) => touchesSpan(tombstone, file))
      const covered = touched.filter((file) => tombstone.seriesIds === null && coversSpan(tombstone, file))
      table.replaceFiles(covered, [])
      changes.push(...table.dropTombstones(covered))
      removed.push(...covered)
      const fileIds = new Set(touched.filter((file) => !covered.includes(file)).map(({ id }) => id))
      if (fileIds.size > 0) changes.push(...table.addTombstone({ ...tombstone, fileIds }))
    }
    return this.#removal(removed, () => changes)
  }

  /** Of `candidates`, the series that still have rows in the table's files. */
  async seriesInFiles(name: TableName, candidates: ReadonlySet<bigint>): Promise<Set<bigint>> {
    const table = this.#tables.get(tableKey(name))
    const found = new Set<bigint>()
    if (table === undefined) return found
    const { files } = table
    const sources = files.map((file) => this.#fileSource(table, file))
    const unpin = this.#files.pin(files)
    try {
      await this.#files.verify(files)
      // The newest first: series that are written to are found there.
      for (const source of sources.reverse()) {
        if (found.size === candidates.size) break
        await findVisibleSeries(this.#fileReader, this.#options.duckdb, source, candidates, found)
      }
    } finally {
      unpin()
    }
    return found
  }

  /** Whether the table's files of a shard group have any row left. */
  async hasRowsInFiles(name: TableName, bucketStartNs: bigint): Promise<boolean> {
    const table = this.#tables.get(tableKey(name))
    const files = table?.files.filter((file) => file.bucketStartNs === bucketStartNs) ?? []
    if (table === undefined || files.length === 0) return false
    const unpin = this.#files.pin(files)
    try {
      await this.#files.verify(files)
      for (const file of files) {
        if (await hasVisibleRows(this.#fileReader, this.#options.duckdb, this.#fileSource(table, file))) return true
      }
      return false
    } finally {
      unpin()
    }
  }

  /** Whether memory has any row of the table in the range. */
  hasRowsInMemory(name: TableName, range: TimeRange): boolean {
    const seriesTable = this.#options.seriesTableOf(name.database)
    return this.#generations.hasRows(tableKey(name), range, (series) => seriesTable.idOf(series))
  }

  /** Whether a series has rows of the table in memory. */
  isSeriesInMemory(name: TableName, series: number, seriesId: bigint): boolean {
    return this.#generations.hasSeries(tableKey(name), series, seriesId)
  }

  /** No file that is registered now, or is about to be, is removed until the hold is released. */
  holdFiles(): FileHold {
    return this.#files.hold()
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

  /** Files of a table that the range touches, oldest first. */
  filesIn(name: TableName, range: TimeRange): FileEntry[] {
    const table = this.#tables.get(tableKey(name))
    if (table === undefined) return []
    const sources = table.files.map((file) => this.#fileSource(table, file))
    return selectSources(sources, range).sources.flatMap((source) => (source.kind === 'file' ? [source.file] : []))
  }

  /**
   * Reads a file from beginning to end, whatever was read of it before; null when its bytes are those that were written and
   * its rows are in order, else what is wrong. Throws `invalid` for a file that is not registered.
   */
  async checkFile(id: number): Promise<string | null> {
    const file = this.files().find((each) => each.id === id)
    if (file === undefined) throw new HyperbyteError('invalid', `there is no file ${id}`)
    const unpin = this.#files.pin([file])
    try {
      await this.#files.readAndVerify(file)
      return await findDisorder(this.#options.duckdb, file, this.#files.absolute(file))
    } catch (error) {
      return (error as Error).message
    } finally {
      unpin()
    }
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
    const unpinFiles = this.#files.pin(files)
    const unpinMemtables = this.#generations.pin(memtables)
    const release = (): void => {
      unpinFiles()
      unpinMemtables()
    }
    try {
      await this.#files.verify(files)
    } catch (error) {
      release()
      throw error
    }
    return { set, release }
  }

  /** Oldest first. */
  #sourcesOf(table: TableState): Source[] {
    return [...table.files.map((file) => this.#fileSource(table, file)), ...this.#generations.sourcesOf(table)]
  }

  #fileSource(table: TableState, file: FileEntry): FileSource {
    return { kind: 'file', file, path: this.#files.absolute(file), hidden: table.hiddenIn(file.id) }
  }

  #removal(removed: readonly FileEntry[], begin: () => readonly TombstoneChange[]): FileChange {
    const finish = (): readonly FileEntry[] => {
      this.#retireFiles(removed)
      return []
    }
    return { added: [], removed, begin, finish }
  }

  #finishFlush(memtable: Memtable, added: readonly FileEntry[], late: readonly TombstoneEntry[]): readonly FileEntry[] {
    const lost: FileEntry[] = []
    for (const [key, files] of groupBy(added, (file) => tableKey(file.table))) {
      // A dropped table took its rows out of the memtable.
      if (!memtable.tables.has(key)) {
        lost.push(...files)
        continue
      }
      this.#tables.get(key)?.replaceFiles([], files)
      this.#files.trust(files)
    }
    for (const [key, ofTable] of groupBy(late, ({ table }) => tableKey(table))) {
      this.#tables.get(key)?.putTombstones(ofTable)
    }
    this.#generations.forgetOldest(memtable)
    this.#retireFiles(lost)
    return lost
  }

  /** What was hidden in the memtable after its files had been begun (`left`: before) is still in them. */
  #lateTombstones(
    memtable: Memtable,
    added: readonly FileEntry[],
    left: ReadonlyMap<string, readonly HiddenRows[]>,
  ): TombstoneEntry[] {
    const late: TombstoneEntry[] = []
    for (const [key, files] of groupBy(added, (file) => tableKey(file.table))) {
      const hidden = memtable.tables.get(key)?.hidden ?? []
      const leftOut = left.get(key) ?? []
      for (const { tombstone } of hidden.filter((rows) => !leftOut.includes(rows))) {
        const ids = files.filter((file) => touchesSpan(tombstone, file)).map(({ id }) => id)
        if (ids.length === 0) continue
        const known = this.#tables.get(key)?.tombstones.find(({ id }) => id === tombstone.id)
        late.push({ ...tombstone, fileIds: new Set([...(known?.fileIds ?? []), ...ids]) })
      }
    }
    return late
  }

  /** `left`: the tombstones whose rows the merge has left out. */
  #mergeChange(
    table: TableState,
    plan: readonly FileEntry[],
    merged: FileEntry | null,
    left: readonly TombstoneEntry[],
  ): FileChange {
    const added = merged === null ? [] : [merged]
    const removedIds = new Set(plan.map(({ id }) => id))
    const leftIds = new Set(left.map(({ id }) => id))
    const carriedTo = (tombstone: TombstoneEntry): number[] =>
      leftIds.has(tombstone.id) ? [] : added.map(({ id }) => id)
    // Dropped or expired while they were merged: the merge must not bring them back.
    const isAlive = (): boolean =>
      this.#tables.get(table.key) === table && plan.every((file) => table.files.includes(file))
    const begin = (): readonly TombstoneChange[] | null => {
      if (isAlive()) return moveTombstones(table.tombstones, removedIds, carriedTo).changes
      this.#retireFiles(added)
      return null
    }
    const finish = (): readonly FileEntry[] => {
      const isStillAlive = isAlive()
      if (isStillAlive) {
        table.replaceFiles(plan, added)
        table.tombstones = moveTombstones(table.tombstones, removedIds, carriedTo).tombstones
      }
      this.#retireFiles(isStillAlive ? plan : added)
      return isStillAlive ? [] : added
    }
    return { added, removed: plan, begin, finish }
  }

  #retireFiles(files: readonly FileEntry[]): void {
    for (const file of files) {
      this.#cache.forget(`${file.id}/`)
      this.#files.retire(file)
    }
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

  #scanContext(database: string): SqlScanContext {
    return {
      duckdb: this.#options.duckdb,
      seriesTable: this.#options.seriesTableOf(database),
      nextTableName: this.#nextTableName,
      pause: this.#pause,
    }
  }

  /** Rows with long texts can need more memory than the writer has; the queries' share is larger. */
  async #writeFiles<T>(write: (context: FlushContext) => Promise<T>): Promise<T> {
    const { writer, duckdb } = this.#options
    try {
      return await write(this.#writeContext(writer))
    } catch (error) {
      if (!isOutOfMemory(error)) throw error
      return await write(this.#writeContext(duckdb))
    }
  }

  #writeContext(duckdb: Duckdb): FlushContext {
    return {
      duckdb,
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

  #logFault(action: string, error: unknown): void {
    this.#options.log.error(`could not ${action}`, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** Memtable rows come to DuckDB only for the queries that need them there. */
async function stageSources({ sources }: SourceSet): Promise<void> {
  for (const source of sources) if (source.kind === 'memtable') await source.staged.stage(source.rowCount)
}

function putTombstone(tombstone: TombstoneEntry): TombstoneChange {
  return { kind: 'put-tombstone', tombstone }
}
