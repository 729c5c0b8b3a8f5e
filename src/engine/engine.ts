/**
 * The database as a library: what the daemon and the offline commands hold. Opens one data directory, takes writes and
 * queries, closes in order. It never reads an environment variable or a clock; both come in with the options.
 */

import type { BackupNotes } from './backup-notes.js'
import type { Checkpoint } from './checkpoint.js'
import type { ContinuousQueryInfo } from './continuous-queries.js'
import type { PointColumns } from './domain/point-columns.js'
import type { Precision } from './domain/precision.js'
import type { EngineEvent } from './engine-event.js'
import type { EngineInsight } from './engine-insight.js'
import type { Inspection } from './inspection.js'
import type { LinePiece } from './line-protocol/print-lines.js'
import type { DoneMerge, PlannedMerge } from './planned-merge.js'
import type { Catalog, CatalogWriter, QueryRequest } from './query/catalog.js'
import type { QueryEvent } from './query/result.js'
import type { QueryInfo } from './query/running-queries.js'
import type { SelfReports } from './query/self-report.js'

/** `every_write`: fsync before the acknowledgement (group commit). `periodic`: fsync at least each second.
 *  `os_default`: written to the log, synced when the system likes. `none`: no log, memory only until a flush. */
export type Durability = 'every_write' | 'periodic' | 'os_default' | 'none'

export interface EngineOptions {
  readonly dataDir: string
  readonly nowNs: () => bigint
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number
  /** Unpredictable bytes, for password salts. */
  readonly randomBytes: (byteCount: number) => Uint8Array
  readonly durability: Durability
  /** Rows in memory above which a flush starts, and the other three reasons for one. */
  readonly flushBytesMax: number
  readonly flushAgeMsMax: number
  readonly walBytesMax: number
  /** Bytes of memtables and queued writes above which writes are refused with `unavailable`. */
  readonly memoryBytesMax: number
  /** Decoded columns kept for narrow queries. */
  readonly columnCacheBytesMax: number
  /** Queries that touch fewer rows are answered without SQL; 0 sends everything through SQL. */
  readonly narrowRowCountMax: number
  readonly duckdbMemoryBytesMax: number
  readonly duckdbThreads: number
  /** For flushes and merges, with memory for each; absent: one, as whoever takes writes needs the other cores. */
  readonly writerThreads?: number
  readonly maxSeriesPerDatabase: number
  readonly maxValuesPerTag: number
  readonly log: EngineLog
  /**
   * Whether files are merged and dropped, and memory flushed by age, while the database is open; absent: yes. Not where the
   * directory only passes through: what its policies no longer keep may be what somebody wants of it.
   */
  readonly hasHousekeeping?: boolean
  /** Trouble on purpose, for drills; absent in any server that matters. */
  readonly faults?: EngineFaults
  /** Called after something has happened; must not throw. */
  readonly onEvent?: (event: EngineEvent) => void
}

/** Asked at the doors of the engine: nothing that is stored is touched. */
export interface EngineFaults {
  readonly isDiskFull: boolean
  /** Whether a write is to be refused as on a full disk. */
  refusesWrite(): boolean
  failsFlush(): boolean
}

export interface EngineLog {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

export type WriteFormat = 'line-protocol' | 'msgpack' | 'columnar-msgpack'

export interface WriteRequest {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
  readonly precision: Precision
  readonly format: WriteFormat
  readonly body: Uint8Array
  /** Timestamp for points that have none. */
  readonly nowNs: bigint
  /** Who writes, for those who ask where series come from. */
  readonly client?: string
}

/** Bulk transfer's way in: no text to make and to parse. */
export interface ColumnWriteRequest {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
  /** Not to be changed until the write has resolved. */
  readonly columns: readonly PointColumns[]
  readonly nowNs: bigint
  readonly client?: string
}

export interface WriteOutcome {
  readonly writtenCount: number
  readonly rejectedCount: number
  /** What InfluxDB would say with a 400 about the rejected part (`partial write: …`, `unable to parse …`); null = all fine. */
  readonly message: string | null
}

/** Numbers for /metrics, /debug/vars and `top`; cheap to take. */
export interface EngineStats {
  readonly writtenRowCount: number
  readonly rejectedRowCount: number
  readonly walBytes: number
  readonly walFsyncCount: number
  readonly memtableBytes: number
  readonly memtableRowCount: number
  readonly flushCount: number
  readonly flushErrorCount: number
  readonly compactionCount: number
  readonly parquetFileCount: number
  readonly parquetBytes: number
  readonly seriesCount: number
  readonly isReadOnly: boolean
  readonly columnCacheBytes: number
}

/** Points that have just become safe and visible. */
export interface StoredPoints {
  readonly database: string
  readonly retentionPolicy: string
  readonly rowCount: number
  /** Estimate of the memory that holding on to them takes. */
  readonly byteCount: number
  /** As line protocol with timestamps in nanoseconds; printed when asked for, each time anew. */
  lines(): Iterable<LinePiece>
}

/** Runs inside the write: it must be quick and must not throw. */
export type StoredListener = (points: StoredPoints) => void

export interface ContinuousQueryRunner {
  /** Runs those that are due; resolves when they are done, and leaves off when `signal` aborts. To be called one at a time. */
  runDue(nowNs: bigint, signal: AbortSignal): Promise<void>
  /** In order of creation. */
  list(): readonly ContinuousQueryInfo[]
}

export interface Engine extends CatalogWriter {
  readonly catalog: Catalog
  /** Throws `database-not-found`, `retention-policy-not-found`, `unavailable`, `no-space`; see `WriteOutcome` for the rest. */
  write(request: WriteRequest): Promise<WriteOutcome>
  /** As `write`; also throws `invalid` for columns that break their contract. The arrays must not be changed afterwards. */
  writeColumns(request: ColumnWriteRequest): Promise<WriteOutcome>
  /** Throws `invalid` with `error parsing query: …` before the first event; statement errors are events. */
  query(request: QueryRequest): AsyncIterable<QueryEvent>
  /** Calls `listener` for what is written from now on, by requests and by queries, until the returned function is called. */
  onStored(listener: StoredListener): () => void
  /** What SHOW STATS and SHOW DIAGNOSTICS answer from; whoever counts something adds to it. */
  readonly reports: SelfReports
  readonly continuousQueries: ContinuousQueryRunner
  /** Those in progress, in order of their start. */
  runningQueries(): readonly QueryInfo[]
  /** What is counted of statements begins anew. */
  forgetStatements(): void
  /** As KILL QUERY: throws `invalid` or `conflict` with InfluxDB's words. */
  killQuery(id: number): void
  /** Everything in memory into Parquet files; resolves when they are registered. */
  flush(): Promise<void>
  /** Merge until every bucket is within its bounds. */
  compact(): Promise<void>
  /**
   * Does one merge of those that are planned and wanted, whether or not its bucket is still written to; null when there is
   * none. Rows in memory stay there.
   */
  mergeNext(isWanted: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null>
  /** Everything as it is now, to be copied while writes go on. */
  checkpoint(): Promise<Checkpoint>
  /** What those who copied it have left word of. */
  readonly backups: Pick<BackupNotes, 'add' | 'list'>
  stats(): EngineStats
  /** For those who look for what is wrong. */
  readonly inspection: Inspection
  /** For dashboards; cheap enough to be asked every second. */
  readonly insight: EngineInsight
  /** Flushes and closes; idempotent. */
  close(): Promise<void>
}
