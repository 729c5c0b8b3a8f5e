/**
 * `GET /api/v1/continuous-queries`: what each continuous query did when it ran last. Times are RFC 3339; numbers that
 * have no meaning yet are null.
 */

import { type ContinuousQueryInfo, formatTime } from '../../../engine/index.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

export function serveContinuousQueries({ engine }: ServerContext, exchange: Exchange): void {
  const queries = engine.continuousQueries.list().map(toJson)
  exchange.body(200, 'application/json', `${JSON.stringify({ continuousQueries: queries })}\n`)
}

function toJson({ database, name, text, run }: ContinuousQueryInfo): Record<string, unknown> {
  const last = run?.last ?? null
  return {
    database,
    name,
    query: text,
    lastRun: run === null ? null : formatTime(run.lastRunNs),
    lastRangeStart: last === null ? null : formatTime(last.startNs),
    lastRangeEnd: last === null ? null : formatTime(last.endNs),
    lastDurationMs: last?.durationMs ?? null,
    lastPointsWritten: last?.writtenCount ?? null,
    lastError: run?.error ?? null,
    okCount: run?.okCount ?? 0,
    failCount: run?.failCount ?? 0,
  }
}
