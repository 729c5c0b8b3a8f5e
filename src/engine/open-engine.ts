/**
 * One data directory as a database:
 *
 *   {dataDir}/wal    write-ahead log          {dataDir}/meta   metadata, registry, series
 *   {dataDir}/data   Parquet files            {dataDir}/tmp    what DuckDB spills
 *
 * Opening takes the lock, loads metadata, replays the log and leaves the database ready; closing flushes and goes the
 * same way back. Changes of the set of files (flush, compaction, drop, retention) happen one at a time.
 */

import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseRuntime } from './database-runtime.js'
import { HyperbyteError } from './domain/errors.js'
import { groupBy } from './domain/group-by.js'
import type { PointBatch } from './domain/point-batch.js'
import { type TableName, tableKey } from './domain/table-name.js'
import type { TimeRange } from './domain/time-range.js'
import type { Engine, EngineOptions, EngineStats, WriteOutcome, WriteRequest } from './engine.js'
import { checkBatch } from './metadata/check-batch.js'
import { type FieldTypeEntry, FieldTypes } from './metadata/field-types.js'
import { applyMetaCommand, EMPTY_META_STATE, type MetaCommand, type MetaState } from './metadata/meta-state.js'
import type { Catalog, QueryRequest } from './query/catalog.js'
import type { QueryEvent } from './query/result.js'
import type { FileEntry } from './registry/file-entry.js'
import { type MetaChange, MetaStore } from './registry/meta-store.js'
import { removeOrphans } from './remove-orphans.js'
import { runQuery } from './run-query.js'
import { SerialQueue } from './serial-queue.js'
import { Duckdb } from './sql/duckdb.js'
import { type FileChange, Storage } from './storage/storage.js'
import type { TableState } from './storage/table-state.js'
import { databaseOfTypesKey, forgetDatabase, forgetSeries, forgetTypes, rememberMeasurements } from './stored-facts.js'
import { Wal } from './wal/wal.js'
import { type DropScope, decodeRecord, encodeRecord, type SeriesKeys, type WalRecord } from './wal/wal-record.js'
import { type WritePath, writePoints } from './write-points.js'

/**
 * One thread, so that parsing and logging keep a core to themselves: on two cores, ingest with flushes ran at 430 k rows/s
 * instead of 220 k, with less processor time in all. Sorts of a flush and merges spill beyond this memory: 256 MiB
 * costs no more processor time than 512 MiB did, and 230 MB less.
 */
const WRITER_MEMORY_BYTES = 256 * 2 ** 20
/** How often the reasons for a flush that are not about size are looked at. */
const TICK_MS = 1000
/** A write waits this long for memory before it is refused: below the 5 s after which Telegraf gives up. */
const ROOM_WAIT_MS_MAX = 4000
/** A failed flush is tried again after this time. */
const FLUSH_RETRY_MS = 5000
/** A bucket that got no flush for this long, or for two flush ages, is at rest. */
const REST_MS_MIN = 30_000
const RETENTION_CHECK_MS = 10 * 60_000
/** Younger unregistered files are left alone. */
const ORPHAN_AGE_MS = 10 * 60_000
/** Records between two lines about the progress of a replay. */
const REPLAY_LOG_MS = 2000

/** Throws `locked` when another process has the directory, `corrupt` when what is in it cannot be trusted. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { dataDir } = options
  await mkdir(path.join(dataDir, 'data'), { recursive: true })
  const metaStore = await MetaStore.open(path.join(dataDir, 'meta'))
  try {
    const flushedSequence = await metaStore.flushedSequence()
    const directory = path.join(dataDir, 'wal')
    const { durability, monotonicMs } = options
    const wal = await Wal.open({ directory, durability, monotonicMs, flushedSequence })
    try {
      await rm(path.join(dataDir, 'tmp'), { recursive: true, force: true })
      const places = { dataDir: path.join(dataDir, 'data'), tempDir: path.join(dataDir, 'tmp') }
      const { duckdbMemoryBytesMax: memoryBytesMax, duckdbThreads: threads } = options
      const duckdb = await Duckdb.open({ ...places, memoryBytesMax, threads })
      const writer = await Duckdb.open({ ...places, memoryBytesMax: WRITER_MEMORY_BYTES, threads: 1 })
      const engine = new LocalEngine(options, metaStore, wal, duckdb, writer)
      await engine.load()
      await engine.recover()
      engine.start()
      return engine
    } catch (error) {
      await wal.close()
      throw error
    }
  } catch (error) {
    await metaStore.close()
    throw error
  }
}

class LocalEngine implements Engine, WritePath {
  readonly catalog: Catalog
  readonly #options: EngineOptions
  readonly #metaStore: MetaStore
  readonly #wal: Wal
  readonly #duckdb: Duckdb
  readonly #writer: Duckdb
  readonly #runtimes = new Map<string, DatabaseRuntime>()
  /** Flushes go in order; merges and removals of files may happen meanwhile, since each checks what is left at its end. */
  readonly #flushes = new SerialQueue()
  readonly #merges = new SerialQueue()
  readonly #metaChanges = new SerialQueue()
  #storage: Storage
  #meta: MetaState = EMPTY_META_STATE
  #flushing: Promise<void> | null = null
  #compacting: Promise<void> | null = null
  #flushRetryAtMs = 0
  #roomWaiters: (() => void)[] = []
  #timer: NodeJS.Timeout | null = null
  #isReopening = false
  #closing: Promise<void> | null = null
  /** When a bucket was last flushed to, by table key and bucket. */
  readonly #flushedAtMs = new Map<string, number>()
  #openedAtMs = 0
  #retentionCheckedAtMs = 0
  #writtenRowCount = 0
  #rejectedRowCount = 0
  #flushCount = 0
  #flushErrorCount = 0
  #compactionCount = 0

  constructor(options: EngineOptions, metaStore: MetaStore, wal: Wal, duckdb: Duckdb, writer: Duckdb) {
    this.#options = options
    this.#metaStore = metaStore
    this.#wal = wal
    this.#duckdb = duckdb
    this.#writer = writer
    this.#storage = this.#makeStorage([])
    this.catalog = this.#makeCatalog()
  }

  /** Metadata, series, field types and files, as they were when the registry last changed. */
  async load(): Promise<void> {
    const state = await this.#metaStore.metaState()
    if (state !== null) this.#meta = state as MetaState
    for (const name of this.#meta.databases.keys()) this.#runtimes.set(name, this.#makeRuntime(name))
    for await (const { database, key } of this.#metaStore.series()) {
      const runtime = this.#runtimes.get(database)
      if (runtime === undefined) continue
      const ordinal = runtime.seriesTable.internKey(key)
      runtime.seriesIndex.add(ordinal)
      runtime.setStored(ordinal, true)
    }
    for await (const { key, types } of this.#metaStore.types()) {
      this.#runtimes.get(databaseOfTypesKey(key))?.fieldTypes.record(types as FieldTypeEntry[])
    }
    this.#storage = this.#makeStorage(await this.#loadFiles())
    this.#openedAtMs = this.#options.monotonicMs()
  }

  /** Replays what the log has beyond the files. */
  async recover(): Promise<void> {
    const { log, monotonicMs } = this.#options
    const startedMs = monotonicMs()
    let loggedMs = startedMs
    let recordCount = 0
    let rowCount = 0
    let last = 0n
    let isSkipped = false
    for await (const { sequence, bytes } of this.#wal.replay()) {
      const record = decodeRecord(bytes, (database) => this.#runtimes.get(database)?.seriesTable ?? NO_SERIES)
      const applied = await this.#replayRecord(record, sequence)
      isSkipped ||= applied === null
      rowCount += applied ?? 0
      recordCount++
      last = sequence
      if (monotonicMs() - loggedMs > REPLAY_LOG_MS) {
        loggedMs = monotonicMs()
        log.info('replaying the write-ahead log', { records: recordCount, rows: rowCount })
      }
      if (this.#storage.current.byteCount > this.#options.flushBytesMax) {
        this.#storage.freeze()
        await this.#flushFrozen()
      }
    }
    if (recordCount === 0) return
    log.info('replayed the write-ahead log', {
      records: recordCount,
      rows: rowCount,
      ms: Math.round(monotonicMs() - startedMs),
    })
    // Records of a database that is gone must not come back with a new one of its name.
    if (isSkipped) {
      this.#storage.freeze()
      await this.#flushFrozen()
      await this.#metaStore.apply([{ kind: 'set-flushed', sequence: last }])
      await this.#wal.truncate(last)
    }
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
    void this.#removeOrphans()
  }

  async write(request: WriteRequest): Promise<WriteOutcome> {
    const outcome = await writePoints(this, request)
    this.#writtenRowCount += outcome.writtenCount
    this.#rejectedRowCount += outcome.rejectedCount
    this.#flushIfDue()
    return outcome
  }

  query(request: QueryRequest): AsyncIterable<QueryEvent> {
    return runQuery(request, { catalog: this.catalog, writer: this, randomBytes: this.#options.randomBytes })
  }

  async flush(): Promise<void> {
    this.#storage.freeze()
    while (this.#storage.frozenCount > 0) await this.#flushFrozen()
  }

  async compact(): Promise<void> {
    await this.flush()
    while (await this.#compactOnce(() => true));
  }

  stats(): EngineStats {
    const files = this.#storage.files()
    let seriesCount = 0
    for (const { seriesTable } of this.#runtimes.values()) seriesCount += seriesTable.count
    return {
      writtenRowCount: this.#writtenRowCount,
      rejectedRowCount: this.#rejectedRowCount,
      walBytes: this.#wal.byteCount,
      walFsyncCount: this.#wal.fsyncCount,
      memtableBytes: this.#storage.memoryByteCount,
      memtableRowCount: this.#storage.memoryRowCount,
      flushCount: this.#flushCount,
      flushErrorCount: this.#flushErrorCount,
      compactionCount: this.#compactionCount,
      parquetFileCount: files.length,
      parquetBytes: files.reduce((sum, { byteCount }) => sum + byteCount, 0),
      seriesCount,
      isReadOnly: this.#wal.isBroken,
      columnCacheBytes: this.#storage.cacheByteCount,
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  // The write path.

  get maxValuesPerTag(): number {
    return this.#options.maxValuesPerTag
  }

  database(name: string): ReturnType<Catalog['database']> {
    return this.#meta.databases.get(name)
  }

  runtime(database: string): DatabaseRuntime {
    const runtime = this.#runtimes.get(database)
    if (runtime === undefined) throw new HyperbyteError('database-not-found', `database not found: ${database}`)
    return runtime
  }

  async waitForRoom(): Promise<void> {
    if (this.#wal.isBroken) {
      throw new HyperbyteError(
        'no-space',
        'the disk refuses writes; the server is read-only until it accepts them again',
      )
    }
    if (!this.#isMemoryFull()) return
    const { monotonicMs } = this.#options
    const giveUpAtMs = monotonicMs() + ROOM_WAIT_MS_MAX
    while (this.#isMemoryFull()) {
      const remainingMs = giveUpAtMs - monotonicMs()
      if (remainingMs <= 0) throw new HyperbyteError('unavailable', 'too many writes in memory, waiting for the disk')
      this.#startFlush()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, remainingMs)
        this.#roomWaiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  append(record: Uint8Array): Promise<bigint> {
    return this.#wal.append(record)
  }

  store(runtime: DatabaseRuntime, retentionPolicy: string, batch: PointBatch, sequence: bigint): void {
    // Dropped, or dropped and made anew, while the log was being written: the points belong to what is gone.
    if (this.#runtimes.get(runtime.name) !== runtime) return
    for (const part of batch.measurements) {
      const { seriesIndex } = runtime
      for (let row = 0; row < part.rowCount; row++)
        if (!seriesIndex.has(part.series[row])) seriesIndex.add(part.series[row])
      this.#storage.append(runtime.name, retentionPolicy, part, sequence)
    }
  }

  // Changes of metadata.

  applyMeta(command: MetaCommand): Promise<void> {
    return this.#metaChanges.run(async () => {
      const state = applyMetaCommand(this.#meta, command)
      // First the metadata, then the log: a crash between them leaves records that replay skips.
      await this.#metaStore.apply([{ kind: 'set-meta', state }])
      this.#meta = state
      if (command.kind === 'create-database') this.#runtimes.set(command.name, this.#makeRuntime(command.name))
      if (command.kind === 'drop-database') await this.#dropDatabase(command.name)
      if (command.kind === 'drop-retention-policy') await this.#dropPolicy(command.database, command.name)
    })
  }

  dropMeasurement(database: string, measurement: string): Promise<void> {
    return this.#metaChanges.run(async () => {
      await this.#logDrop('measurement', database, '', measurement)
      await this.#forgetMeasurement(database, measurement)
    })
  }

  async #dropDatabase(name: string): Promise<void> {
    const runtime = this.#runtimes.get(name)
    this.#runtimes.delete(name)
    await this.#logDrop('database', name, '', '')
    const change = this.#storage.drop((table) => table.database === name)
    await this.#applyChange(change, runtime === undefined ? [] : forgetDatabase(runtime))
  }

  async #dropPolicy(database: string, name: string): Promise<void> {
    await this.#logDrop('retention-policy', database, name, '')
    const runtime = this.runtime(database)
    const lost = [...runtime.fieldTypes.measurementsOf(name)]
    const removals = forgetTypes(runtime, ({ retentionPolicy }) => retentionPolicy === name)
    runtime.fieldTypes.removePolicy(name)
    const change = this.#storage.drop((table) => table.database === database && table.retentionPolicy === name)
    for (const measurement of lost) {
      if (!this.#isStored(database, measurement)) removals.push(...forgetSeries(runtime, measurement))
    }
    await this.#applyChange(change, removals)
  }

  async #forgetMeasurement(database: string, measurement: string): Promise<void> {
    const runtime = this.runtime(database)
    const types = forgetTypes(runtime, (entry) => entry.measurement === measurement)
    runtime.fieldTypes.removeMeasurement(measurement)
    const series = forgetSeries(runtime, measurement)
    const change = this.#storage.drop((table) => table.database === database && table.measurement === measurement)
    await this.#applyChange(change, [...types, ...series])
  }

  async #logDrop(scope: DropScope, database: string, retentionPolicy: string, measurement: string): Promise<void> {
    const record: WalRecord = { kind: 'drop', scope, database, retentionPolicy, measurement }
    await this.#wal.append(encodeRecord(record, NO_SERIES))
  }

  /** Rows stored, or null when the record was not for anything that exists. */
  async #replayRecord(record: WalRecord, sequence: bigint): Promise<number | null> {
    const runtime = this.#runtimes.get(record.database)
    if (record.kind === 'drop') {
      await this.#replayDrop(record)
      return null
    }
    const policy = this.#meta.databases
      .get(record.database)
      ?.retentionPolicies.find(({ name }) => name === record.retentionPolicy)
    if (runtime === undefined || policy === undefined) return null
    const rowCount = record.measurements.reduce((sum, part) => sum + part.rowCount, 0)
    const batch = { measurements: record.measurements, rowCount }
    // The types that the write was accepted with, found again the way it found them.
    runtime.fieldTypes.record(checkBatch(runtime.fieldTypes, { ...policy, durationNs: 0n }, batch, 0n).newTypes)
    this.store(runtime, record.retentionPolicy, batch, sequence)
    return rowCount
  }

  /** Database and policy are gone from the metadata already, or have been made anew: only older rows go. */
  async #replayDrop({
    scope,
    database,
    retentionPolicy,
    measurement,
  }: Extract<WalRecord, { kind: 'drop' }>): Promise<void> {
    if (scope === 'measurement' && this.#runtimes.has(database)) {
      await this.#forgetMeasurement(database, measurement)
      return
    }
    const change = this.#storage.drop(
      (table) => table.database === database && (scope === 'database' || table.retentionPolicy === retentionPolicy),
    )
    const runtime = this.#runtimes.get(database)
    if (scope === 'database' && runtime !== undefined) {
      this.#runtimes.set(database, this.#makeRuntime(database))
      await this.#applyChange(change, forgetDatabase(runtime))
    } else await this.#applyChange(change, [])
  }

  // Flush, compaction, retention.

  #isMemoryFull(): boolean {
    return this.#storage.memoryByteCount + this.#wal.pendingByteCount > this.#options.memoryBytesMax
  }

  #tick(): void {
    this.#flushIfDue()
    if (this.#wal.isBroken) void this.#reopenWal()
    if (this.#options.monotonicMs() - this.#retentionCheckedAtMs > RETENTION_CHECK_MS) {
      this.#retentionCheckedAtMs = this.#options.monotonicMs()
      void this.#enforceRetention().catch((error) => this.#logFault('enforce retention', error))
    }
    this.#startCompaction()
  }

  #flushIfDue(): void {
    const { current } = this.#storage
    const { flushBytesMax, flushAgeMsMax, walBytesMax, monotonicMs } = this.#options
    const isOld = monotonicMs() - current.createdMs > flushAgeMsMax
    if (current.rowCount === 0) {
      if (isOld) this.#storage.renewEmpty()
      return
    }
    const isDue = current.byteCount >= flushBytesMax || isOld || this.#wal.byteCount >= walBytesMax
    if (isDue && this.#storage.frozenCount === 0) this.#startFlush()
  }

  #startFlush(): void {
    if (this.#flushing !== null || this.#options.monotonicMs() < this.#flushRetryAtMs) return
    if (this.#storage.frozenCount === 0) this.#storage.freeze()
    this.#flushing = this.#flushFrozen()
      .catch((error) => {
        this.#flushErrorCount++
        this.#flushRetryAtMs = this.#options.monotonicMs() + FLUSH_RETRY_MS
        this.#logFault('flush to Parquet', error)
      })
      .finally(() => {
        this.#flushing = null
        for (const wake of this.#roomWaiters.splice(0)) wake()
        this.#flushIfDue()
      })
  }

  #flushFrozen(): Promise<void> {
    return this.#flushes.run(async () => {
      const flushed = await this.#storage.flushOldest()
      if (flushed === null) return
      const changes = this.#describeFlush(flushed.added)
      await this.#metaStore.apply([...changes, { kind: 'set-flushed', sequence: flushed.flushedSequence }])
      await this.#forgetLost(flushed.finish())
      this.#flushCount++
      const nowMs = this.#options.monotonicMs()
      for (const file of flushed.added) this.#flushedAtMs.set(bucketKey(file), nowMs)
      await this.#wal.truncate(flushed.flushedSequence)
    })
  }

  /** New files, and the series and field types that they are the first to hold. */
  #describeFlush(files: readonly FileEntry[]): MetaChange[] {
    const changes: MetaChange[] = files.map((file) => ({ kind: 'put-file', file }))
    for (const [database, ofDatabase] of groupBy(files, ({ table }) => table.database)) {
      const runtime = this.#runtimes.get(database)
      if (runtime === undefined) continue
      changes.push(...rememberMeasurements(runtime, new Set(ofDatabase.map(({ table }) => table.measurement))))
    }
    return changes
  }

  #startCompaction(): void {
    if (this.#compacting !== null || this.#flushing !== null || this.#storage.frozenCount > 0) return
    this.#compacting = this.#compactOnce((table, bucketStartNs) => this.#isAtRest(table, bucketStartNs))
      .then(() => {})
      .catch((error) => this.#logFault('compact', error))
      .finally(() => {
        this.#compacting = null
      })
  }

  #isAtRest(table: TableState, bucketStartNs: bigint): boolean {
    const { flushAgeMsMax, monotonicMs } = this.#options
    const nowMs = monotonicMs()
    const flushedAtMs = this.#flushedAtMs.get(bucketKey({ table: table.name, bucketStartNs }))
    if (flushedAtMs === undefined) return nowMs - this.#openedAtMs > REST_MS_MIN
    return nowMs - flushedAtMs > Math.max(REST_MS_MIN, 2 * flushAgeMsMax)
  }

  #compactOnce(isAtRest: (table: TableState, bucketStartNs: bigint) => boolean): Promise<boolean> {
    return this.#merges.run(async () => {
      const change = await this.#storage.compactOnce(isAtRest)
      if (change === null) return false
      await this.#applyChange(change, [])
      this.#compactionCount++
      return true
    })
  }

  async #enforceRetention(): Promise<void> {
    for (const table of [...this.#storage.tables()]) {
      const policy = this.#meta.databases
        .get(table.name.database)
        ?.retentionPolicies.find(({ name }) => name === table.name.retentionPolicy)
      if (policy === undefined || policy.durationNs === 0n) continue
      const expiryNs = this.#options.nowNs() - policy.durationNs
      const change = this.#storage.expire(table, expiryNs, policy.shardGroupDurationNs)
      const runtime = this.runtime(table.name.database)
      const types = forgetTypes(runtime, (entry) => entry.retentionPolicy === policy.name && entry.endNs <= expiryNs)
      runtime.fieldTypes.removeBefore(policy.name, expiryNs)
      await this.#applyChange(change, types)
    }
  }

  async #applyChange(change: FileChange, more: readonly MetaChange[]): Promise<void> {
    const changes: MetaChange[] = [
      ...change.added.map((file): MetaChange => ({ kind: 'put-file', file })),
      ...change.removed.map(({ id }): MetaChange => ({ kind: 'remove-file', id })),
      ...more,
    ]
    if (changes.length > 0) await this.#metaStore.apply(changes)
    await this.#forgetLost(change.finish())
  }

  async #forgetLost(files: readonly FileEntry[]): Promise<void> {
    if (files.length > 0) await this.#metaStore.apply(files.map(({ id }) => ({ kind: 'remove-file', id })))
  }

  async #reopenWal(): Promise<void> {
    if (this.#isReopening) return
    this.#isReopening = true
    if (await this.#wal.reopen()) this.#options.log.info('the disk accepts writes again')
    this.#isReopening = false
  }

  // Opening and closing.

  async #loadFiles(): Promise<FileEntry[]> {
    const files: FileEntry[] = []
    const missing: FileEntry[] = []
    for await (const file of this.#metaStore.files()) {
      const isKnown = this.#meta.databases
        .get(file.table.database)
        ?.retentionPolicies.some(({ name }) => name === file.table.retentionPolicy)
      const found = await stat(path.join(this.#options.dataDir, 'data', file.path)).catch(() => null)
      if (isKnown && found !== null) files.push(file)
      else missing.push(file)
      if (isKnown && found === null) {
        this.#options.log.error('a Parquet file is missing; its rows are lost unless it is restored', {
          file: file.path,
          rows: file.rowCount,
        })
      }
    }
    const gone = missing.filter(({ table }) => !this.#meta.databases.has(table.database))
    await this.#forgetLost(gone)
    return files
  }

  async #removeOrphans(): Promise<void> {
    const registered = new Set(this.#storage.files().map((file) => file.path))
    const newestMs = Number(this.#options.nowNs() / 1_000_000n) - ORPHAN_AGE_MS
    try {
      const removed = await removeOrphans(
        path.join(this.#options.dataDir, 'data'),
        (name) => registered.has(name),
        newestMs,
      )
      if (removed.length > 0)
        this.#options.log.info('removed files that were never registered', { files: removed.length })
    } catch (error) {
      this.#logFault('remove orphaned files', error)
    }
  }

  async #close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#flushing
    await this.#compacting
    try {
      await this.flush()
    } catch (error) {
      this.#logFault('flush at the end; the write-ahead log has the rows', error)
    }
    await this.#duckdb.close()
    await this.#writer.close()
    await this.#wal.close()
    await this.#metaStore.close()
  }

  #makeStorage(files: readonly FileEntry[]): Storage {
    return new Storage(
      {
        dataDir: path.join(this.#options.dataDir, 'data'),
        duckdb: this.#duckdb,
        writer: this.#writer,
        columnCacheBytesMax: this.#options.columnCacheBytesMax,
        narrowRowCountMax: this.#options.narrowRowCountMax,
        monotonicMs: this.#options.monotonicMs,
        seriesTableOf: (database) => this.runtime(database).seriesTable,
        seriesCountOf: (database, measurement) => this.runtime(database).seriesIndex.seriesCount(measurement),
        shardGroupDurationOf: (database, retentionPolicy) => this.#shardGroupDuration(database, retentionPolicy),
        log: this.#options.log,
      },
      files,
    )
  }

  #makeRuntime(name: string): DatabaseRuntime {
    return new DatabaseRuntime(name, this.#options.maxSeriesPerDatabase, new FieldTypes())
  }

  #makeCatalog(): Catalog {
    const engine = this
    return {
      get meta() {
        return engine.#meta
      },
      database: (name) => engine.#meta.databases.get(name),
      seriesTable: (database) => engine.runtime(database).seriesTable,
      seriesIndex: (database) => engine.runtime(database).seriesIndex,
      measurementsOf: (database, retentionPolicy) =>
        [...engine.runtime(database).fieldTypes.measurementsOf(retentionPolicy)].sort(),
      fieldTypes: (table: TableName, range: TimeRange) =>
        engine.runtime(table.database).fieldTypes.typesIn(table.retentionPolicy, table.measurement, range),
      get scanner() {
        return engine.#storage
      },
    }
  }

  #shardGroupDuration(database: string, retentionPolicy: string): bigint {
    const policy = this.#meta.databases.get(database)?.retentionPolicies.find(({ name }) => name === retentionPolicy)
    if (policy === undefined)
      throw new HyperbyteError('retention-policy-not-found', `retention policy not found: ${retentionPolicy}`)
    return policy.shardGroupDurationNs
  }

  #isStored(database: string, measurement: string): boolean {
    for (const { name } of this.#storage.tables()) {
      if (name.database === database && name.measurement === measurement) return true
    }
    return false
  }

  #logFault(action: string, error: unknown): void {
    this.#options.log.error(`could not ${action}`, { error: error instanceof Error ? error.message : String(error) })
  }
}

/** For records that name no series. */
const NO_SERIES: SeriesKeys = {
  keyOf: () => {
    throw new Error('a drop names no series')
  },
  internKey: () => 0,
}

function bucketKey({ table, bucketStartNs }: Pick<FileEntry, 'table' | 'bucketStartNs'>): string {
  return `${tableKey(table)} ${bucketStartNs}`
}
