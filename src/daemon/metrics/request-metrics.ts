/**
 * What the HTTP server counts: plain numbers, because every write touches several. /metrics and /debug/vars read them;
 * the names follow InfluxDB's `httpd` statistics. Durations also go into histograms.
 */

import { Histogram } from 'prom-client'

/** From a small write to a query that runs for a minute. */
const LATENCY_BOUNDS_SECONDS = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

export class RequestMetrics {
  requestCount = 0
  activeCount = 0
  requestDurationMs = 0
  writeCount = 0
  activeWriteCount = 0
  writeDurationMs = 0
  writeBytes = 0
  pointsWrittenCount = 0
  pointsDroppedCount = 0
  pointsFailedCount = 0
  queryCount = 0
  activeQueryCount = 0
  queryDurationMs = 0
  queryBytes = 0
  pingCount = 0
  statusCount = 0
  authFailureCount = 0
  clientErrorCount = 0
  serverErrorCount = 0
  readonly writeLatency = latency('write', 'Time from the header of a write to its answer.')
  readonly queryLatency = latency('query', 'Time from the header of a query to the last byte of its answer.')

  finishWrite(elapsedMs: number): void {
    this.writeCount++
    this.writeDurationMs += elapsedMs
    this.writeLatency.observe(elapsedMs / 1000)
  }

  finishQuery(elapsedMs: number): void {
    this.queryCount++
    this.queryDurationMs += elapsedMs
    this.queryLatency.observe(elapsedMs / 1000)
  }
}

function latency(kind: string, help: string): Histogram {
  const name = `hyperbyte_http_${kind}_duration_seconds`
  return new Histogram({ name, help, buckets: LATENCY_BOUNDS_SECONDS, registers: [] })
}
