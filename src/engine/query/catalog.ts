/**
 * What the query stage may know and change outside the rows themselves. The conductor implements it over metadata,
 * series indexes and storage; queries never reach around it.
 */

import type { FieldType } from '../domain/field-type.js'
import type { TimeRange } from '../domain/time-range.js'
import type { Statement } from '../influxql/ast.js'
import type { BindValues } from '../influxql/bind-value.js'
import type { Database, MetaCommand, MetaState } from '../metadata/meta-state.js'
import type { SeriesIndex } from '../metadata/series-index.js'
import type { SeriesTable, Tag } from '../metadata/series-table.js'
import type { ShardGroup } from '../metadata/shard-groups.js'
import type { ResultColumn } from './result.js'
import type { Scanner, TableName } from './scan.js'

export interface Catalog {
  readonly meta: MetaState
  database(name: string): Database | undefined
  /** Of an existing database. */
  seriesTable(database: string): SeriesTable
  seriesIndex(database: string): SeriesIndex
  /** Measurements with a shard in this policy, sorted. */
  measurementsOf(database: string, retentionPolicy: string): readonly string[]
  /** Every type each field has in the shards that `range` touches. Empty when the table does not exist. */
  fieldTypes(table: TableName, range: TimeRange): ReadonlyMap<string, ReadonlySet<FieldType>>
  /** Where the rows of a table are that a scan of `range` would look at; for EXPLAIN. */
  tableFacts(table: TableName, range: TimeRange): TableFacts
  /** Ascending by time. */
  shardGroups(database: string, retentionPolicy: string): readonly ShardGroup[]
  readonly scanner: Scanner
}

export interface TableFacts {
  readonly shardGroupCount: number
  /** Of whole memtables and files that the range touches. */
  readonly memoryRowCount: number
  readonly fileCount: number
  readonly fileRowCount: number
  readonly rowGroupCount: number
  readonly fileByteCount: number
}

/** Rows of one series as a query made them, to be stored. Rows whose columns are all without a value are passed over. */
export interface SeriesRows {
  readonly measurement: string
  /** Unique keys in any order; a tag without a value is left out. */
  readonly tags: readonly Tag[]
  readonly rowCount: number
  /** Nanoseconds, at least `rowCount` long. */
  readonly timestamps: BigInt64Array
  /** Unique names. A `time` column is stored as integer. */
  readonly fields: readonly ResultColumn[]
}

export interface WriteTarget {
  readonly database: string
  /** '' = the database's default. */
  readonly retentionPolicy: string
}

/** Rows to take away. */
export interface RowDeletion {
  readonly database: string
  /** '' = in every policy. */
  readonly retentionPolicy: string
  readonly measurement: string
  readonly range: TimeRange
  /** Ordinals; null = every series. */
  readonly series: Uint32Array | null
}

/** Changes take effect before the promise resolves, and survive a crash from then on. */
export interface CatalogWriter {
  /**
   * Stores rows the way a write request does and returns how many. Rows that may not be stored are refused with
   * `invalid` and a write request's words after the others have been stored; throws `database-not-found`,
   * `retention-policy-not-found`, `unavailable` and `no-space` as a write does.
   */
  writeRows(target: WriteTarget, rows: readonly SeriesRows[], nowNs: bigint): Promise<number>
  applyMeta(command: MetaCommand): Promise<void>
  dropMeasurement(database: string, measurement: string): Promise<void>
  /** Series without a row left are gone from the index afterwards; field types stay. */
  deleteRows(deletion: RowDeletion): Promise<void>
  /** Rows and field types of the shard are gone afterwards; of an unknown number nothing is. */
  dropShard(id: bigint): Promise<void>
}

/** Limits as InfluxDB names them in `[coordinator]` and `[http]`; 0 = none. */
export interface QueryLimits {
  readonly maxSelectPoint: number
  readonly maxSelectSeries: number
  readonly maxSelectBuckets: number
  readonly maxRowLimit: number
  readonly timeoutMs: number
}

/** Who asks, as the query stage sees it. The daemon implements it over users and grants. */
export interface QueryAuthorizer {
  /**
   * Called once, after parsing and before the first statement runs. Throws `forbidden` when any statement is not
   * allowed: then none runs. `database` is the request's default.
   */
  checkStatements(statements: readonly Statement[], database: string): void
  /** Whether SHOW DATABASES lists it. */
  isDatabaseVisible(database: string): boolean
}

export interface QueryRequest {
  readonly text: string
  /** Defaults for the statements; '' = none. */
  readonly database: string
  readonly retentionPolicy: string
  /** Values for `$name`, from the request's `params`. */
  readonly params: BindValues | null
  /** A GET: statements that change something run, with InfluxDB's deprecation message. */
  readonly isReadOnlyContext: boolean
  readonly nowNs: bigint
  readonly limits: QueryLimits
  /** null: everything is allowed (authentication is off, or the caller is the server itself). */
  readonly authorizer: QueryAuthorizer | null
  /** Who asks, for the list of running queries. */
  readonly user?: string
  /** Told each SQL statement that DuckDB begins for this query; what it returns, the number of rows when that ends. */
  readonly onSql?: (sql: string) => (rowCount: number) => void
  /** Aborted when the client goes away and on shutdown. */
  readonly signal: AbortSignal
}
