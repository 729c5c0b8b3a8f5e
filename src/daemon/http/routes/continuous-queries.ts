/**
 * `GET /api/v1/continuous-queries`: what each continuous query did when it ran last. Times are RFC 3339; numbers that
 * have no meaning yet are null. A user sees those of the databases that it may see.
 */

import { type ContinuousQueryInfo, formatTime } from '../../../engine/index.js'
import type { Identity } from '../auth/authenticator.js'
import { authorizerOf } from '../auth/query-authorizer.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

export function serveContinuousQueries({ engine }: ServerContext, exchange: Exchange, identity: Identity) {
  if (identity.kind === 'anonymous') return exchange.error(403, 'create admin user first or disable authentication')
  const authorizer = authorizerOf(identity)
  const queries = engine.continuousQueries
    .list()
    .filter(({ database }) => authorizer?.isDatabaseVisible(database) ?? true)
    .map(toJson)
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
