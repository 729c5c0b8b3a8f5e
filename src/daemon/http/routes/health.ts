/** `/health`, InfluxDB's shape; `/health/ready` for load balancers: 503 while writes are refused. */

import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'
import { INFLUXDB_VERSION } from '../versions.js'

export function serveHealth(context: ServerContext, exchange: Exchange): void {
  const isWritable = !context.engine.stats().isReadOnly
  const body = {
    checks: [],
    message: isWritable
      ? 'ready for queries and writes'
      : 'ready for queries; writes are refused until the disk recovers',
    name: 'influxdb',
    status: isWritable ? 'pass' : 'fail',
    version: INFLUXDB_VERSION,
  }
  exchange.json(isWritable ? 200 : 503, JSON.stringify(body))
}

export function serveReady(context: ServerContext, exchange: Exchange): void {
  const isReady = !context.engine.stats().isReadOnly
  exchange.json(isReady ? 200 : 503, `{"status":"${isReady ? 'ready' : 'not ready'}"}\n`)
}
