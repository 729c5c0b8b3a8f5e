/**
 * What a server says about itself at one moment: the document of `GET /api/v1/top`, and of the details that a view asks
 * for when it is opened. Counters count from the start of the process; whoever wants rates takes two samples. A single
 * node is a cluster of one: `nodes` has one entry, `replication` none, and `raft` is null.
 */

import { count, flag, listOf, object, oneOf, optional, type Shape, text } from './read-shape.js'

export const SAMPLE_SCHEMA = 'hyperbyte.sample/1'

/** Observations by upper bound in seconds; one count more than bounds, for what is above the last. */
const histogram = object({ boundsSeconds: listOf(count), counts: listOf(count) })

const http = object({
  requestCount: count,
  activeCount: count,
  writeCount: count,
  activeWriteCount: count,
  writeBytes: count,
  pointCount: count,
  rejectedPointCount: count,
  failedWriteCount: count,
  queryCount: count,
  activeQueryCount: count,
  queryBytes: count,
  authFailureCount: count,
  clientErrorCount: count,
  serverErrorCount: count,
  writeLatency: histogram,
  queryLatency: histogram,
})

const disk = object({
  totalBytes: count,
  freeBytes: count,
  /** At the rate of the last hours; null = not filling up, or not known yet. */
  fullInSeconds: optional(count),
})

const probe = object({ name: text, isPassing: flag, message: text })

const node = object({
  id: text,
  address: text,
  state: oneOf('active', 'lagging', 'down', 'joining', 'draining', 'read-only'),
  role: oneOf('single', 'leader', 'follower'),
  version: text,
  startedAt: text,
  uptimeSeconds: count,
  processId: count,
  platform: text,
  runtimeVersion: text,
  dataDir: text,
  configDigest: text,
  cpuSeconds: count,
  cpuCount: count,
  rssBytes: count,
  heapUsedBytes: count,
  heapTotalBytes: count,
  externalBytes: count,
  eventLoopDelaySeconds: count,
  openFileCount: optional(count),
  /** Behind the leader; null on a single node and on the leader. */
  lagSeconds: optional(count),
  walBytes: count,
  walSyncCount: count,
  memtableBytes: count,
  memtableRowCount: count,
  frozenMemtableCount: count,
  columnCacheBytes: count,
  fileCount: count,
  fileBytes: count,
  seriesCount: count,
  flushCount: count,
  flushErrorCount: count,
  compactionCount: count,
  isReadOnly: flag,
  http,
  disk,
  probes: listOf(probe),
})

const policy = object({
  name: text,
  isDefault: flag,
  /** 0 = for ever. */
  durationSeconds: count,
  shardGroupSeconds: count,
  fileCount: count,
  fileBytes: count,
  rowCount: count,
  oldestTime: text,
  newestTime: text,
})

const database = object({
  name: text,
  pointCount: count,
  seriesCount: count,
  measurementCount: count,
  fileCount: count,
  fileBytes: count,
  rowCount: count,
  oldestTime: text,
  newestTime: text,
  /** Change of `fileBytes` over the last 24 hours, or since the start when that is later; null = not known yet. */
  growthBytes: optional(count),
  growthSeconds: count,
  policies: listOf(policy),
})

const mergeGroup = object({
  database: text,
  retentionPolicy: text,
  measurement: text,
  bucketStart: text,
  fileCount: count,
  byteCount: count,
})

const expiry = object({
  database: text,
  retentionPolicy: text,
  nextExpiry: text,
  fileCount: count,
  byteCount: count,
})

const storage = object({
  sizeClasses: listOf(object({ upToBytes: optional(count), fileCount: count, byteCount: count })),
  /** Share of files that are below 1 MiB. */
  smallFileShare: count,
  isFlushing: flag,
  isCompacting: flag,
  mergeQueue: listOf(mergeGroup),
  mergeQueueCount: count,
  mergeQueueBytes: count,
  expiries: listOf(expiry),
})

const runningQuery = object({
  id: text,
  text,
  database: text,
  user: text,
  client: text,
  status: text,
  ageSeconds: count,
  rowCount: optional(count),
  memoryBytes: optional(count),
})

const statement = object({
  fingerprint: text,
  database: text,
  callCount: count,
  errorCount: count,
  rowCount: count,
  totalSeconds: count,
  p99Seconds: count,
  maxSeconds: count,
  lastAt: text,
})

const job = object({
  id: text,
  kind: text,
  title: text,
  state: oneOf('running', 'waiting', 'done', 'failed', 'cancelled'),
  /** 0…1; null = not known. */
  progress: optional(count),
  doneBytes: count,
  totalBytes: count,
  startedAt: text,
  endedAt: text,
  etaSeconds: optional(count),
  message: text,
})

const event = object({
  sequence: count,
  time: text,
  level: oneOf('info', 'warn', 'error'),
  kind: text,
  node: text,
  text,
})

const link = object({
  from: text,
  to: text,
  lagSeconds: count,
  entryCount: count,
  byteCount: count,
  hintCount: count,
  oldestHintSeconds: count,
})

const raft = object({
  term: count,
  leader: text,
  commitIndex: count,
  snapshotIndex: count,
  pendingChange: text,
  members: listOf(object({ id: text, vote: text, lastIndex: count, appliedIndex: count })),
  elections: listOf(object({ time: text, term: count, leader: text })),
})

const backup = object({
  /** Of the last one of everything, or when there is none of a part; '' = none that the server knows of. */
  time: text,
  isWhole: flag,
  isVerified: flag,
  /** Older is overdue; null = never. */
  ageSecondsMax: optional(count),
})

const sample = object({
  schema: text,
  time: text,
  product: oneOf('hyperbyte', 'influxdb'),
  version: text,
  clusterName: text,
  nodes: listOf(node),
  replication: listOf(link),
  raft: optional(raft),
  databases: listOf(database),
  /** Databases of which `databases` shows the largest. */
  databaseCount: count,
  storage,
  queries: listOf(runningQuery),
  statements: listOf(statement),
  jobs: listOf(job),
  events: listOf(event),
  /** Null where nobody keeps count of backups. */
  backup: optional(backup),
})

const measurement = object({
  name: text,
  seriesCount: count,
  fileCount: count,
  fileBytes: count,
  rowCount: count,
  oldestTime: text,
  newestTime: text,
})

const measurementList = object({ measurements: listOf(measurement), measurementCount: count })

const columnList = object({
  fields: listOf(object({ name: text, types: listOf(text) })),
  tags: listOf(object({ name: text, valueCount: count, values: listOf(object({ value: text, seriesCount: count })) })),
})

export type ServerSample = Shape<typeof sample>
export type NodeSample = Shape<typeof node>
export type HttpSample = Shape<typeof http>
export type HistogramSample = Shape<typeof histogram>
export type DatabaseSample = Shape<typeof database>
export type PolicySample = Shape<typeof policy>
export type StorageSample = Shape<typeof storage>
export type MergeGroupSample = Shape<typeof mergeGroup>
export type RunningQuerySample = Shape<typeof runningQuery>
export type StatementSample = Shape<typeof statement>
export type JobSample = Shape<typeof job>
export type EventSample = Shape<typeof event>
export type LinkSample = Shape<typeof link>
export type RaftSample = Shape<typeof raft>
export type MeasurementSample = Shape<typeof measurement>
export type MeasurementList = Shape<typeof measurementList>
export type ColumnList = Shape<typeof columnList>

export const readServerSample = sample
export const readMeasurementList = measurementList
export const readColumnList = columnList
