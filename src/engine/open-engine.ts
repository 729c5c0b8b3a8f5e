/**
 * One data directory as a database:
 *
 *   {dataDir}/wal    write-ahead log          {dataDir}/meta   metadata, registry, series
 *   {dataDir}/data   Parquet files            {dataDir}/tmp    what DuckDB spills
 *
 * Opening takes the lock, loads metadata, replays the log and leaves the database ready; closing flushes and goes the
 * same way back.
 */

import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { BackupNotes } from './backup-notes.js'
import { type Checkpoint, openCheckpoint } from './checkpoint.js'
import { ContinuousQueries } from './continuous-queries.js'
import type { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import { EventLoopTurns } from './domain/event-loop-turns.js'
import type { PointBatch } from './domain/point-batch.js'
import type {
  ColumnWriteRequest,
  Engine,
  EngineOptions,
  EngineStats,
  StoredListener,
  StoredPoints,
  WriteOutcome,
  WriteRequest,
} from './engine.js'
import { type EngineInsight, LocalInsight } from './engine-insight.js'
import { EngineState } from './engine-state.js'
import { Flusher } from './flusher.js'
import { Housekeeping } from './housekeeping.js'
import { EngineInspection } from './inspection.js'
import { printLines } from './line-protocol/print-lines.js'
import type { Database, MetaCommand } from './metadata/meta-state.js'
import type { ShardGroups } from './metadata/shard-groups.js'
import { MetadataChanges } from './metadata-changes.js'
import type { DoneMerge, PlannedMerge } from './planned-merge.js'
import type { Catalog, QueryRequest, RowDeletion, SeriesRows, WriteTarget } from './query/catalog.js'
import type { QueryEvent } from './query/result.js'
import { type QueryInfo, RunningQueries } from './query/running-queries.js'
import { SelfReports } from './query/self-report.js'
import { StatementStatistics } from './query/statement-statistics.js'
import { MetaStore } from './registry/meta-store.js'
import { replayLog } from './replay-log.js'
import { RowDeletions } from './row-deletions.js'
import { runQuery } from './run-query.js'
import { Duckdb } from './sql/duckdb.js'
import type { WritePath } from './store-points.js'
import { Wal } from './wal/wal.js'
import { writeColumns } from './write-columns.js'
import { writePoints } from './write-points.js'
import { writeSeriesRows } from './write-series-rows.js'

/**
 * A server has one thread, so that parsing and logging keep a core to themselves: on two cores, ingest with flushes ran at
 * 430 k rows/s instead of 220 k, with less processor time in all. Sorts of a flush and merges spill beyond this memory: 256 MiB
 * costs no more processor time than 512 MiB did, and 230 MB less.
 */
const WRITER_MEMORY_BYTES_PER_THREAD = 256 * 2 ** 20
const INSTANCE_ID_BYTES = 16

/** Throws `locked` when another process has the directory, `corrupt` when what is in it cannot be trusted. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir } = options
  await mkdir(path.join(dataDir, 'data'), { recursive: true })
  const opened: { close(): Promise<void> }[] = []
  try {
    const metaStore = await MetaStore.open(path.join(dataDir, 'meta'))
    opened.push(metaStore)
    const flushedSequence = await metaStore.flushedSequence()
    const { durability, monotonicMs, nowNs } = options
    const walDirectory = path.join(dataDir, 'wal')
    const wal = await Wal.open({ directory: walDirectory, durability, monotonicMs, nowNs, flushedSequence })
    opened.push(wal)
    await rm(path.join(dataDir, 'tmp'), { recursive: true, force: true })
    const places = { dataDir: path.join(dataDir, 'data'), tempDir: path.join(dataDir, 'tmp') }
    const { duckdbMemoryBytesMax, duckdbThreads, writerThreads = 1 } = options
    const duckdb = await Duckdb.open({ ...places, memoryBytesMax: duckdbMemoryBytesMax, threads: duckdbThreads })
    opened.push(duckdb)
    const writerBytesMax = writerThreads * WRITER_MEMORY_BYTES_PER_THREAD
    const writer = await Duckdb.open({ ...places, memoryBytesMax: writerBytesMax, threads: writerThreads })
    opened.push(writer)
    const instanceId = await metaStore.instanceId(() => options.randomBytes(INSTANCE_ID_BYTES))
    const engine = new LocalEngine(instanceId, new EngineState(options, { metaStore, wal, duckdb, writer }))
    await engine.start()
    return engine
  } catch (error) {
    for (const part of opened.reverse()) await part.close()
    throw error
  }
}

class LocalEngine implements Engine, WritePath {
  readonly turns = new EventLoopTurns()
  readonly #instanceId: string
  readonly #state: EngineState
  readonly #changes: MetadataChanges
  readonly #deletions: RowDeletions
  readonly #flusher: Flusher
  readonly #housekeeping: Housekeeping
  readonly #storedListeners = new Set<StoredListener>()
  readonly #queries: RunningQueries
  readonly #statistics: StatementStatistics
  readonly insight: EngineInsight
  readonly continuousQueries: ContinuousQueries
  readonly backups: BackupNotes
  readonly inspection: EngineInspection
  readonly reports = new SelfReports()
  #closing: Promise<void> | null = null
  #writtenRowCount = 0
  #rejectedRowCount = 0

  constructor(instanceId: string, state: EngineState) {
    this.#instanceId = instanceId
    this.#state = state
    this.#changes = new MetadataChanges(state)
    this.#deletions = new RowDeletions(state)
    this.#flusher = new Flusher(state)
    this.#housekeeping = new Housekeeping(state, this.#flusher, this.#deletions)
    const { monotonicMs, log } = state.options
    this.#queries = new RunningQueries(monotonicMs)
    this.inspection = new EngineInspection(state, this.#housekeeping)
    this.#statistics = new StatementStatistics(() => Number(state.options.nowNs() / 1_000_000n))
    this.insight = new LocalInsight({
      state,
      statistics: this.#statistics,
      isFlushing: () => this.#flusher.isBusy,
      isMerging: () => this.#housekeeping.merges.running.length > 0,
      planMerges: () => this.#housekeeping.planMerges(),
    })
    this.backups = new BackupNotes(state.stores.metaStore)
    this.continuousQueries = new ContinuousQueries({
      meta: () => state.meta,
      store: state.stores.metaStore,
      query: (request) => this.query(request),
      monotonicMs,
      log,
    })
  }

  async start(): Promise<void> {
    await this.#state.load()
    await replayLog(this.#state, this.#changes, this.#deletions, this.#flusher)
    await this.#state.saveShardGroups()
    await this.continuousQueries.load()
    await this.backups.load()
    if (this.#state.options.hasHousekeeping !== false) this.#housekeeping.start()
  }

  get catalog(): Catalog {
    return this.#state.catalog
  }

  async write(request: WriteRequest): Promise<WriteOutcome> {
    return this.#count(await writePoints(this, request))
  }

  async writeColumns(request: ColumnWriteRequest): Promise<WriteOutcome> {
    return this.#count(await writeColumns(this, request))
  }

  #count(outcome: WriteOutcome): WriteOutcome {
    this.#writtenRowCount += outcome.writtenCount
    this.#rejectedRowCount += outcome.rejectedCount
    this.#flusher.flushIfDue()
    return outcome
  }

  async writeRows(target: WriteTarget, rows: readonly SeriesRows[], nowNs: bigint): Promise<number> {
    const outcome = await writeSeriesRows(this, target, rows, nowNs)
    this.#writtenRowCount += outcome.writtenCount
    this.#rejectedRowCount += outcome.rejectedCount
    this.#flusher.flushIfDue()
    if (outcome.message !== null) throw new HyperbyteError('invalid', outcome.message)
    return outcome.writtenCount
  }

  query(request: QueryRequest): AsyncIterable<QueryEvent> {
    const { catalog, options, stores } = this.#state
    return runQuery(request, {
      catalog,
      writer: this,
      queries: this.#queries,
      statistics: this.#statistics,
      watchSql: (signal, onSql) => stores.duckdb.onStatement(signal, onSql),
      randomBytes: options.randomBytes,
      self: { reports: this.reports, indexBytes: () => this.#indexBytes() },
    })
  }

  onStored(listener: StoredListener): () => void {
    this.#storedListeners.add(listener)
    return () => void this.#storedListeners.delete(listener)
  }

  #indexBytes(): number {
    let sum = 0
    for (const { seriesTable } of this.#state.runtimes.values()) sum += seriesTable.byteCount
    return sum
  }

  runningQueries(): readonly QueryInfo[] {
    return this.#queries.list()
  }

  forgetStatements(): void {
    this.#statistics.clear()
  }

  killQuery(id: number): void {
    this.#queries.kill(BigInt(id))
  }

  applyMeta(command: MetaCommand): Promise<void> {
    return this.#changes.apply(command)
  }

  dropMeasurement(database: string, measurement: string): Promise<void> {
    return this.#changes.dropMeasurement(database, measurement)
  }

  deleteRows(deletion: RowDeletion): Promise<void> {
    return this.#deletions.run(deletion)
  }

  dropShard(id: bigint): Promise<void> {
    return this.#deletions.dropShardGroup(Number(id))
  }

  flush(): Promise<void> {
    return this.#flusher.flushAll()
  }

  async compact(): Promise<void> {
    await this.flush()
    await this.#housekeeping.compactAll()
  }

  mergeNext(isWanted: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null> {
    return this.#housekeeping.mergeNext(isWanted)
  }

  async checkpoint(): Promise<Checkpoint> {
    // Without a log, rows are safe nowhere but in files.
    if (this.#state.options.durability === 'none') await this.flush()
    return await openCheckpoint(this.#state, this.#instanceId)
  }

  stats(): EngineStats {
    const { storage, stores, runtimes, options } = this.#state
    let seriesCount = 0
    for (const { seriesTable } of runtimes.values()) seriesCount += seriesTable.count
    let parquetFileCount = 0
    let parquetBytes = 0
    for (const { totals } of storage.tables()) {
      parquetFileCount += totals.fileCount
      parquetBytes += totals.byteCount
    }
    return {
      writtenRowCount: this.#writtenRowCount,
      rejectedRowCount: this.#rejectedRowCount,
      walBytes: stores.wal.byteCount,
      walFsyncCount: stores.wal.fsyncCount,
      memtableBytes: storage.memoryByteCount,
      memtableRowCount: storage.memoryRowCount,
      flushCount: this.#flusher.flushCount,
      flushErrorCount: this.#flusher.errorCount,
      compactionCount: this.#housekeeping.merges.compactionCount,
      parquetFileCount,
      parquetBytes,
      seriesCount,
      isReadOnly: stores.wal.isBroken || options.faults?.isDiskFull === true,
      columnCacheBytes: storage.cacheByteCount,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#housekeeping.stop()
    try {
      await this.flush()
    } catch (error) {
      this.#state.logFault('flush at the end; the write-ahead log has the rows', error)
    }
    const { duckdb, writer, wal, metaStore } = this.#state.stores
    for (const store of [writer, duckdb, wal, metaStore]) await store.close()
  }

  // What the write path asks of the engine.

  get maxValuesPerTag(): number {
    return this.#state.options.maxValuesPerTag
  }

  get shardGroups(): ShardGroups {
    return this.#state.shardGroups
  }

  saveShardGroups(): Promise<void> {
    return this.#state.saveShardGroups()
  }

  database(name: string): Database | undefined {
    return this.#state.database(name)
  }

  runtime(database: string): DatabaseRuntime {
    return this.#state.runtime(database)
  }

  waitForRoom(): Promise<void> {
    return this.#flusher.waitForRoom()
  }

  append(encode: () => Uint8Array): Promise<bigint> {
    const { wal } = this.#state.stores
    return wal.isKept ? wal.append(encode()) : wal.skip()
  }

  tellStored(runtime: DatabaseRuntime, retentionPolicy: string, batch: PointBatch): void {
    if (this.#storedListeners.size === 0) return
    const points: StoredPoints = {
      database: runtime.name,
      retentionPolicy,
      rowCount: batch.rowCount,
      // Times, series and values, eight bytes each; short texts are no larger.
      byteCount: batch.measurements.reduce((sum, { rowCount, fields }) => sum + rowCount * (fields.length + 2) * 8, 0),
      lines: () => printLines(batch.measurements, (series) => runtime.seriesTable.keyOf(series)),
    }
    for (const listener of this.#storedListeners) listener(points)
  }

  store(runtime: DatabaseRuntime, retentionPolicy: string, batch: PointBatch, sequence: bigint, client: string): void {
    const isStored = this.#state.store(runtime, retentionPolicy, batch, sequence, client)
    if (isStored) runtime.writtenRowCount += batch.rowCount
  }
}
