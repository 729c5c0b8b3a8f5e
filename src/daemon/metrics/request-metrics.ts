/**
 * What the HTTP server counts: plain numbers, because a counter is touched by every write. /metrics and /debug/vars read
 * them; the names follow InfluxDB's `httpd` statistics.
 */

import { LatencyHistogram } from './latency-histogram.js'

export class RequestMetrics {
  requestCount = 0
  activeCount = 0
  writeCount = 0
  activeWriteCount = 0
  writeBytes = 0
  pointsWrittenCount = 0
  pointsDroppedCount = 0
  pointsFailedCount = 0
  queryCount = 0
  activeQueryCount = 0
  queryBytes = 0
  pingCount = 0
  statusCount = 0
  authFailureCount = 0
  clientErrorCount = 0
  serverErrorCount = 0
  readonly writeLatency = new LatencyHistogram()
  readonly queryLatency = new LatencyHistogram()
}
