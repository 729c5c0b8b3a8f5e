/** The document of `GET /api/v1/top`: engine, requests, process and activity put together. Pure. */

import { availableParallelism, hostname } from 'node:os'
import {
  type DatabaseSample,
  type HistogramSample,
  type HttpSample,
  type NodeSample,
  SAMPLE_SCHEMA,
  type ServerSample,
  type StorageSample,
} from '../../client/server-sample.js'
import type {
  BackupNote,
  DatabaseInsight,
  EngineInsight,
  EngineStats,
  QueryInfo,
  StatementInfo,
  StorageInsight,
} from '../../engine/index.js'
import type { ServerActivity } from '../activity/server-activity.js'
import { newestNote } from '../debug/to-debug-backup.js'
import type { RequestMetrics } from '../metrics/request-metrics.js'
import type { GrowthHistory } from './growth-history.js'
import type { SlowFacts } from './process-facts.js'

const DATABASE_COUNT_MAX = 200
const STATEMENT_COUNT_MAX = 50
const QUERY_COUNT_MAX = 100
const MERGE_COUNT_MAX = 50
const EVENT_COUNT_MAX = 100
const EXPIRY_COUNT_MAX = 5
/** A statement of megabytes would be sent each second. */
const TEXT_CHARACTERS_MAX = 4000

export interface SampleFacts {
  readonly nowMs: number
  readonly startedAtMs: number
  readonly version: string
  readonly address: string
  readonly dataDir: string
  readonly stats: EngineStats
  readonly insight: EngineInsight
  readonly queries: readonly QueryInfo[]
  readonly requests: RequestMetrics
  readonly writeLatency: HistogramSample
  readonly queryLatency: HistogramSample
  readonly slow: SlowFacts
  readonly growth: GrowthHistory
  readonly activity: ServerActivity
  /** Newest first. */
  readonly backups: readonly BackupNote[]
  readonly backupAgeMsMax: number | null
}

export function buildSample(facts: SampleFacts): ServerSample {
  const { nowMs, version, insight, activity } = facts
  const id = hostname()
  const storage = insight.storage()
  const databases = [...insight.databases()].sort((a, b) => b.byteCount - a.byteCount)
  return {
    schema: SAMPLE_SCHEMA,
    time: timeText(nowMs),
    product: 'hyperbyte',
    version,
    clusterName: '',
    nodes: [nodeOf(id, facts, storage)],
    replication: [],
    raft: null,
    databases: databases.slice(0, DATABASE_COUNT_MAX).map((database) => databaseOf(database, facts)),
    databaseCount: databases.length,
    storage: storageOf(storage),
    queries: facts.queries.slice(0, QUERY_COUNT_MAX).map(queryOf),
    statements: insight.statements(STATEMENT_COUNT_MAX).map(statementOf),
    jobs: activity.jobs.list(),
    events: activity.events.list(EVENT_COUNT_MAX).map((event) => ({ ...event, node: id })),
    backup: backupOf(facts),
  }
}

function nodeOf(id: string, facts: SampleFacts, storage: StorageInsight): NodeSample {
  const { nowMs, startedAtMs, stats, slow, growth } = facts
  const cpu = process.cpuUsage()
  const memory = process.memoryUsage()
  return {
    id,
    address: facts.address,
    state: stats.isReadOnly ? 'read-only' : 'active',
    role: 'single',
    version: facts.version,
    startedAt: timeText(startedAtMs),
    uptimeSeconds: (nowMs - startedAtMs) / 1000,
    processId: process.pid,
    platform: `${process.platform} ${process.arch}`,
    runtimeVersion: `Node.js ${process.version}`,
    dataDir: facts.dataDir,
    configDigest: '',
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    cpuCount: coreCount,
    rssBytes: memory.rss,
    heapUsedBytes: memory.heapUsed,
    heapTotalBytes: memory.heapTotal,
    externalBytes: memory.external,
    eventLoopDelaySeconds: slow.eventLoopDelaySeconds,
    openFileCount: slow.openFileCount,
    lagSeconds: null,
    walBytes: stats.walBytes,
    walSyncCount: stats.walFsyncCount,
    memtableBytes: stats.memtableBytes,
    memtableRowCount: stats.memtableRowCount,
    frozenMemtableCount: storage.frozenMemtableCount,
    columnCacheBytes: stats.columnCacheBytes,
    fileCount: stats.parquetFileCount,
    fileBytes: stats.parquetBytes,
    seriesCount: stats.seriesCount,
    flushCount: stats.flushCount,
    flushErrorCount: stats.flushErrorCount,
    compactionCount: stats.compactionCount,
    isReadOnly: stats.isReadOnly,
    http: httpOf(facts),
    disk: {
      totalBytes: slow.totalBytes,
      freeBytes: slow.freeBytes,
      fullInSeconds: growth.secondsUntilFull(slow.usedBytes, slow.freeBytes, nowMs),
    },
    probes: [
      {
        name: 'ready',
        isPassing: !stats.isReadOnly,
        message: stats.isReadOnly ? 'the disk refuses writes' : 'takes writes and queries',
      },
    ],
  }
}

/** Counted once: reading the list of processors takes longer than all the rest. */
const coreCount = availableParallelism()

function httpOf({ requests, writeLatency, queryLatency }: SampleFacts): HttpSample {
  return {
    requestCount: requests.requestCount,
    activeCount: requests.activeCount,
    writeCount: requests.writeCount,
    activeWriteCount: requests.activeWriteCount,
    writeBytes: requests.writeBytes,
    pointCount: requests.pointsWrittenCount,
    rejectedPointCount: requests.pointsDroppedCount,
    failedWriteCount: requests.pointsFailedCount,
    queryCount: requests.queryCount,
    activeQueryCount: requests.activeQueryCount,
    queryBytes: requests.queryBytes,
    authFailureCount: requests.authFailureCount,
    clientErrorCount: requests.clientErrorCount,
    serverErrorCount: requests.serverErrorCount,
    writeLatency,
    queryLatency,
  }
}

function backupOf({ backups, backupAgeMsMax }: SampleFacts): ServerSample['backup'] {
  const note = newestNote(backups)
  return {
    time: timeOfNs(note?.timeNs ?? null),
    isWhole: note?.covers === 'all',
    isVerified: note !== null && note.verified !== 'none',
    ageSecondsMax: backupAgeMsMax === null ? null : backupAgeMsMax / 1000,
  }
}

function databaseOf(database: DatabaseInsight, { growth, nowMs }: SampleFacts): DatabaseSample {
  const grown = growth.ofDatabase(database.name, database.byteCount, nowMs)
  return {
    name: database.name,
    pointCount: database.writtenRowCount,
    seriesCount: database.seriesCount,
    measurementCount: database.measurementCount,
    ...storedOf(database),
    growthBytes: grown?.bytes ?? null,
    growthSeconds: grown?.seconds ?? 0,
    policies: database.policies.map(({ policy, ...stored }) => ({
      name: policy.name,
      isDefault: policy.name === database.defaultRetentionPolicy,
      durationSeconds: Number(policy.durationNs / 1_000_000_000n),
      shardGroupSeconds: Number(policy.shardGroupDurationNs / 1_000_000_000n),
      ...storedOf(stored),
    })),
  }
}

/** Names of the engine → names of the document. */
export function storedOf({
  fileCount,
  byteCount,
  rowCount,
  minNs,
  maxNs,
}: {
  readonly fileCount: number
  readonly byteCount: number
  readonly rowCount: number
  readonly minNs: bigint | null
  readonly maxNs: bigint | null
}) {
  return { fileCount, fileBytes: byteCount, rowCount, oldestTime: timeOfNs(minNs), newestTime: timeOfNs(maxNs) }
}

function storageOf(storage: StorageInsight): StorageSample {
  const fileCount = storage.sizeClasses.reduce((sum, each) => sum + each.fileCount, 0)
  return {
    sizeClasses: storage.sizeClasses,
    smallFileShare: fileCount === 0 ? 0 : storage.sizeClasses[0].fileCount / fileCount,
    isFlushing: storage.isFlushing,
    isCompacting: storage.isMerging,
    mergeQueue: storage.mergeQueue.slice(0, MERGE_COUNT_MAX).map(({ table, bucketStartNs, ...group }) => ({
      ...table,
      bucketStart: timeOfNs(bucketStartNs),
      ...group,
    })),
    mergeQueueCount: storage.mergeQueue.length,
    mergeQueueBytes: storage.mergeQueue.reduce((sum, { byteCount }) => sum + byteCount, 0),
    expiries: storage.expiries.slice(0, EXPIRY_COUNT_MAX).map(({ atNs, ...expiry }) => ({
      ...expiry,
      nextExpiry: timeOfNs(atNs),
    })),
  }
}

function queryOf(query: QueryInfo): ServerSample['queries'][number] {
  return {
    id: String(query.id),
    text: query.text.slice(0, TEXT_CHARACTERS_MAX),
    database: query.database,
    user: query.user,
    client: '',
    status: query.status,
    ageSeconds: query.elapsedMs / 1000,
    rowCount: query.readRowCount,
    memoryBytes: query.heldBytes,
  }
}

export function statementOf(statement: StatementInfo): ServerSample['statements'][number] {
  return {
    fingerprint: statement.fingerprint,
    database: statement.database,
    callCount: statement.callCount,
    errorCount: statement.errorCount,
    rowCount: statement.rowCount,
    totalSeconds: statement.totalMs / 1000,
    p99Seconds: statement.p99Ms / 1000,
    maxSeconds: statement.maxMs / 1000,
    lastAt: timeText(statement.lastAtMs),
  }
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

/** '' = none; times outside of what a calendar of JavaScript holds do not occur: InfluxDB's end in 2262. */
function timeOfNs(ns: bigint | null): string {
  return ns === null ? '' : timeText(Number(ns / 1_000_000n))
}
