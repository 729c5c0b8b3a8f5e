/** `/metrics`, `/debug/vars`, `/debug/requests`: the server seen from inside. */

import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { printDebugVars } from '../../metrics/debug-vars.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** InfluxDB's default, and a bound so that nobody holds connections for a day. */
const PROFILE_SECONDS_DEFAULT = 10
const PROFILE_SECONDS_MAX = 3600

export async function serveMetrics(context: ServerContext, exchange: Exchange): Promise<void> {
  exchange.body(200, context.registry.contentType, await context.registry.metrics())
}

export function serveDebugVars(context: ServerContext, exchange: Exchange): void {
  const { engine, startedAtMs } = context
  const text = printDebugVars({ statistics: engine.reports.statistics(), startedAtMs }, Date.now())
  exchange.body(200, JSON_TYPE, text)
}

export async function serveDebugRequests(context: ServerContext, exchange: Exchange): Promise<void> {
  const secondsText = exchange.param('seconds')
  const seconds = secondsText === '' ? PROFILE_SECONDS_DEFAULT : Number(secondsText)
  if (!Number.isInteger(seconds)) {
    exchange.error(400, `strconv.ParseInt: parsing ${JSON.stringify(secondsText)}: invalid syntax`)
    return
  }
  const stop = context.clientProfiles.start()
  if (stop === null) return exchange.error(503, 'too many profiles of requests are being made')
  const gone = once(exchange.res, 'close')
  await Promise.race([sleep(Math.min(seconds, PROFILE_SECONDS_MAX) * 1000, undefined, { ref: false }), gone])
  exchange.body(200, JSON_TYPE, stop())
}
