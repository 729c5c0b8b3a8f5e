/**
 * /metrics: every number as one row of a table, read when Prometheus asks. No labels from users, so the number of
 * time series never grows. Process and Node metrics come from prom-client.
 */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { EngineStats } from '../../engine/index.js'
import type { RequestMetrics } from './request-metrics.js'

export interface MetricSources {
  readonly requests: RequestMetrics
  readonly engine: () => EngineStats
}

interface MetricRow<Source> {
  readonly kind: 'counter' | 'gauge'
  readonly name: string
  readonly help: string
  readonly read: (source: Source) => number
}

function counter<S>(name: string, help: string, read: (source: S) => number): MetricRow<S> {
  return { kind: 'counter', name: `hyperbyte_${name}`, help, read }
}

function gauge<S>(name: string, help: string, read: (source: S) => number): MetricRow<S> {
  return { kind: 'gauge', name: `hyperbyte_${name}`, help, read }
}

const REQUEST_ROWS: readonly MetricRow<RequestMetrics>[] = [
  counter('http_requests_total', 'Requests with a known path.', (r) => r.requestCount),
  gauge('http_requests_active', 'Requests in progress.', (r) => r.activeCount),
  counter('http_write_requests_total', 'Writes answered.', (r) => r.writeCount),
  gauge('http_write_requests_active', 'Writes in progress.', (r) => r.activeWriteCount),
  counter('http_write_bytes_total', 'Bytes of write bodies, unpacked.', (r) => r.writeBytes),
  counter('http_points_written_total', 'Points written by requests.', (r) => r.pointsWrittenCount),
  counter('http_points_rejected_total', 'Points that requests had rejected.', (r) => r.pointsDroppedCount),
  counter('http_query_requests_total', 'Queries answered.', (r) => r.queryCount),
  gauge('http_query_requests_active', 'Queries in progress.', (r) => r.activeQueryCount),
  counter('http_query_bytes_total', 'Bytes of query answers before packing.', (r) => r.queryBytes),
  counter('http_auth_failures_total', 'Requests refused with 401.', (r) => r.authFailureCount),
  counter('http_client_errors_total', 'Answers with a 4xx status.', (r) => r.clientErrorCount),
  counter('http_server_errors_total', 'Answers with a 5xx status.', (r) => r.serverErrorCount),
]

const ENGINE_ROWS: readonly MetricRow<EngineStats>[] = [
  counter('rows_written_total', 'Rows acknowledged.', (s) => s.writtenRowCount),
  counter('rows_rejected_total', 'Rows refused: type conflicts, retention, limits.', (s) => s.rejectedRowCount),
  gauge('wal_bytes', 'Write-ahead log not yet in files.', (s) => s.walBytes),
  counter('wal_fsyncs_total', 'Syncs of the write-ahead log.', (s) => s.walFsyncCount),
  gauge('memtable_bytes', 'Rows in memory, in bytes.', (s) => s.memtableBytes),
  gauge('memtable_rows', 'Rows in memory.', (s) => s.memtableRowCount),
  counter('flushes_total', 'Flushes of memory into files.', (s) => s.flushCount),
  counter(
    'flush_errors_total',
    'Flushes that failed; their rows stay in memory and in the log.',
    (s) => s.flushErrorCount,
  ),
  counter('compactions_total', 'Merges of files.', (s) => s.compactionCount),
  gauge('parquet_files', 'Live Parquet files.', (s) => s.parquetFileCount),
  gauge('parquet_bytes', 'Size of the live Parquet files.', (s) => s.parquetBytes),
  gauge('series', 'Series in all databases.', (s) => s.seriesCount),
  gauge('read_only', '1 while writes are refused because the disk failed or is full.', (s) => (s.isReadOnly ? 1 : 0)),
  gauge('column_cache_bytes', 'Decoded columns kept for narrow queries.', (s) => s.columnCacheBytes),
]

export function createMetricsRegistry({ requests, engine }: MetricSources): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  registry.registerMetric(requests.writeLatency)
  registry.registerMetric(requests.queryLatency)
  for (const row of REQUEST_ROWS) registerRow(registry, row, () => requests)
  for (const row of ENGINE_ROWS) registerRow(registry, row, engine)
  return registry
}

function registerRow<S>(registry: Registry, { kind, name, help, read }: MetricRow<S>, source: () => S): void {
  if (kind === 'gauge') {
    const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => metric.set(read(source())) })
    return
  }
  const metric: Counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      metric.reset()
      metric.inc(read(source()))
    },
  })
}
