/**
 * What `GET /api/v1/debug/NAME` answers, and what a data directory is asked for in the same words: one shape, whether a
 * server answers or a stopped one's directory is read. Sizes are bytes, times RFC 3339, numbers beyond 2^53 strings.
 */

import type { EngineStats } from '../engine/index.js'
import type { SnakeNames } from './read-shape.js'

export interface DebugTable {
  readonly database: string
  readonly retention_policy: string
  readonly measurement: string
}

export interface DebugFile extends DebugTable {
  readonly id: number
  readonly path: string
  /** Start of the shard group. */
  readonly bucket: string
  readonly level: number
  readonly rows: number
  readonly bytes: number
  readonly min_time: string
  readonly max_time: string
  readonly min_sequence: string
  readonly max_sequence: string
  /** The node that took the writes; 0 on a single node. */
  readonly origin: number
  readonly sha256: string
  /** It may repeat points of older files. */
  readonly late: boolean
  /** Deletes whose rows are still in it. */
  readonly hidden: number
}

export interface DebugMerge extends DebugTable {
  readonly bucket: string
  readonly files: readonly string[]
  readonly rows: number
  readonly bytes: number
  readonly reason: 'level' | 'rest' | 'hidden'
}

/** A merge that is done; `bytes` is what it read. */
export interface DebugDoneMerge extends DebugMerge {
  /** Null when deletes had hidden every row. */
  readonly written_file: string | null
  readonly written_bytes: number
  readonly elapsed_s: number
}

export interface DebugRunningMerge extends DebugMerge {
  readonly elapsed_s: number
}

/** Merges that somebody asked for. */
export interface DebugMergeJob {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** Merges at the same time. */
  readonly jobs: number
  readonly started: string
  readonly ended: string | null
  readonly merge_count: number
  readonly read_bytes: number
  readonly written_bytes: number
  /** In order of their end. */
  readonly merges: readonly DebugDoneMerge[]
  readonly failures: readonly {
    /** All four are null for what concerns no merge alone. */
    readonly database: string | null
    readonly retention_policy: string | null
    readonly measurement: string | null
    readonly bucket: string | null
    readonly code: string
    readonly error: string
  }[]
}

/** The files of a shard group, and why they are to be merged or not. */
export interface DebugBucket extends DebugTable {
  readonly bucket: string
  readonly files: number
  readonly rows: number
  readonly bytes: number
  readonly levels: readonly { readonly level: number; readonly files: number; readonly bytes: number }[]
  /** Files with rows that deletes have hidden. */
  readonly hidden_files: number
  readonly at_rest: boolean
  /** Since the last flush to it; null = not since the start. */
  readonly idle_s: number | null
  /** `idle_s` after which it is at rest. */
  readonly rest_s: number
  /** A merge has failed: until it is tried again. */
  readonly retry_s: number | null
  readonly merging: boolean
  /**
   * `due`: done without being asked for; `early`: done once the bucket is at rest, or when asked for; `single`: one file; `large`:
   * any two neighbours are more than a file may hold.
   */
  readonly verdict: 'due' | 'early' | 'single' | 'large'
  /** Of the next merge; 0 and null when there is none. */
  readonly merge_files: number
  readonly merge_bytes: number
  readonly reason: DebugMerge['reason'] | null
}

export interface DebugCardinality {
  readonly database: string
  readonly measurement: string
  readonly series: number
  readonly tags: readonly { readonly key: string; readonly values: number }[]
  /** Series that were new since `since`; null when nobody has counted. */
  readonly created: number | null
  /** Those that made most series since the server started first; '' is the server itself, for SELECT … INTO. */
  readonly writers: readonly { readonly client: string; readonly created: number; readonly rows: number }[]
  /** Tag values with most series, for as many measurements as were asked for, the largest first; null for others. */
  readonly top_values: readonly { readonly key: string; readonly value: string; readonly series: number }[] | null
}

export interface DebugFieldType extends DebugTable {
  readonly field: string
  readonly type: string
  readonly start: string
  readonly end: string
}

export interface DebugLogRecord {
  readonly sequence: string
  readonly type: 'points' | 'delete' | 'drop' | 'unknown'
  readonly bytes: number
  readonly time: string | null
  readonly database: string
  readonly retention_policy: string
  readonly flushed: boolean
}

export interface DebugLog {
  readonly flushed_sequence: string
  readonly last_sequence: string
  readonly records: number
  readonly bytes: number
  readonly listed: readonly DebugLogRecord[]
  readonly damage: { readonly last_good_sequence: string; readonly reason: string; readonly lost_bytes: number } | null
}

export interface DebugPlan {
  readonly statement: unknown
  readonly text: string
  readonly reads: readonly DebugRead[] | null
}

export interface DebugRead extends DebugTable {
  readonly expression: string | null
  readonly auxiliary: readonly string[]
  readonly start: string
  readonly end: string
  readonly series: number
  readonly memory_rows: number
  readonly files: readonly DebugFile[]
}

export interface DebugSql {
  readonly text: string
  readonly rows: number
  /** From its beginning to its last row, with what was done with the rows meanwhile. */
  readonly ms: number
}

export interface DebugAnalysis {
  readonly planning_ms: number
  readonly running_ms: number
  readonly rows: number
  readonly series: number
  /** Empty when columns were read without SQL. */
  readonly sql: readonly DebugSql[]
  readonly error: string | null
}

export interface DebugBackup {
  readonly id: string
  /** The moment whose data it holds. */
  readonly time: string
  readonly repository: string
  readonly type: 'full' | 'incr'
  /** What was read back and compared. */
  readonly verified: 'none' | 'new' | 'all'
  readonly covers: 'all' | 'part'
  readonly size_bytes: string
  readonly added_bytes: string
}

export interface DebugServer {
  readonly version: string
  /** `v20.18.1`, `linux x64`, `6.1.0`: of the machine that answers. */
  readonly node_version: string
  readonly platform: string
  readonly kernel: string
  readonly pid: number
  readonly uptime_s: number | null
  readonly data_dir: string
  readonly disk_free_bytes: string
  readonly disk_total_bytes: string
  readonly memory_rss_bytes: number
  readonly log_sequence: string
  readonly log_flushed_sequence: string
  readonly durability: string
  /** The newest of everything; when there is none, the newest of a part. */
  readonly last_backup: (DebugBackup & { readonly age_s: number }) | null
  /** What the server is configured to find overdue; null when nothing is. */
  readonly backup_age_max_s: number | null
  readonly stats: SnakeNames<EngineStats>
  readonly databases: readonly {
    readonly name: string
    readonly policies: readonly string[]
    readonly files: number
    readonly bytes: number
  }[]
}

/** Name of a document → what it holds. */
export interface DebugDocuments {
  readonly server: DebugServer
  readonly manifest: { readonly files: readonly DebugFile[] }
  readonly merges: {
    /** The next of each bucket that needs one. */
    readonly merges: readonly DebugMerge[]
    readonly running: readonly DebugRunningMerge[]
    /** Merges that may run at the same time. */
    readonly jobs_max: number
  }
  readonly buckets: { readonly buckets: readonly DebugBucket[] }
  readonly cardinality: {
    /** The start of the server, at most 24 hours ago; null when the engine was opened only to be looked at. */
    readonly since: string | null
    /** Those with most series first. */
    readonly measurements: readonly DebugCardinality[]
  }
  readonly types: { readonly types: readonly DebugFieldType[] }
  readonly log: DebugLog
  /** What the server has logged, oldest first, each line as JSON; empty when there is no server. */
  readonly messages: { readonly lines: readonly string[]; readonly dropped: number }
  /** As `config show` prints it, secrets hidden; null when there is no server. */
  readonly configuration: { readonly text: string | null }
  /** `gone`: it has been merged, or its rows have expired. */
  readonly verify: { readonly id: number; readonly fault: string | null; readonly gone: boolean }
  readonly plan: { readonly plans: readonly DebugPlan[]; readonly analysis: DebugAnalysis | null }
  /** A job that has been begun, or asked to end. */
  readonly compact: { readonly job: DebugMergeJob }
  /** In order of their start. */
  readonly compaction: { readonly jobs: readonly DebugMergeJob[] }
}

export type DebugName = keyof DebugDocuments
export type DebugParams = Readonly<Record<string, string>>
