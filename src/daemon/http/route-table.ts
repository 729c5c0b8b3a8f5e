/**
 * Path and method to what serves it. A path that is not here is 404, a method that is not is 405, both in plain text.
 * `access` says when credentials are asked for: never, always, or only when monitoring is protected.
 */

import type { Identity } from './auth/authenticator.js'
import type { Exchange } from './exchange.js'
import { serveBackups } from './routes/backups.js'
import { CHECKPOINTS_PATH, serveCheckpoints } from './routes/checkpoints.js'
import { serveContinuousQueries } from './routes/continuous-queries.js'
import { DEBUG_PATH, serveDebug } from './routes/debug.js'
import { serveFaults } from './routes/faults.js'
import { serveHealth, serveReady } from './routes/health.js'
import { serveDebugRequests, serveDebugVars, serveMetrics } from './routes/monitoring.js'
import { servePing } from './routes/ping.js'
import { serveQuery } from './routes/query.js'
import {
  forAdmins,
  serveCancelJob,
  serveColumns,
  serveCompact,
  serveEvents,
  serveForgetStatements,
  serveJobs,
  serveMeasurements,
  serveSample,
  serveStatements,
} from './routes/status.js'
import { readV1Target, readV2Target, serveWrite } from './routes/write.js'
import type { ServerContext } from './server-context.js'

export interface Route {
  readonly methods: readonly string[]
  readonly access: 'public' | 'credentials' | 'monitoring'
  /** Counts, and for /write the throttle, depend on it. */
  readonly kind: 'write' | 'throttled-write' | 'query' | 'ping' | 'other'
  readonly serve: (context: ServerContext, exchange: Exchange, identity: Identity) => void | Promise<void>
}

const FLUX_DISABLED =
  'Flux query service disabled. Verify flux-enabled=true in the [http] section of the InfluxDB config.\n'

const PING: Route = {
  methods: ['GET', 'HEAD'],
  access: 'public',
  kind: 'ping',
  serve: (context, exchange) => {
    context.metrics.pingCount++
    servePing(exchange)
  },
}

const STATUS: Route = {
  ...PING,
  serve: (context, exchange) => {
    context.metrics.statusCount++
    exchange.noContent()
  },
}

function monitoring(serve: Route['serve']): Route {
  return { methods: ['GET'], access: 'monitoring', kind: 'other', serve }
}

function status(methods: readonly string[], serve: Parameters<typeof forAdmins>[0]): Route {
  return { methods, access: 'credentials', kind: 'other', serve: forAdmins(serve) }
}

const CHECKPOINTS: Route = {
  methods: ['GET', 'POST', 'DELETE'],
  access: 'credentials',
  kind: 'other',
  serve: serveCheckpoints,
}

const DEBUG: Route = { methods: ['GET', 'POST'], access: 'credentials', kind: 'other', serve: serveDebug }

/** undefined = 404. */
export function findRoute(path: string): Route | undefined {
  const route = ROUTES.get(path)
  if (route !== undefined) return route
  if (path.startsWith(DEBUG_PATH)) return DEBUG
  return path === CHECKPOINTS_PATH || path.startsWith(`${CHECKPOINTS_PATH}/`) ? CHECKPOINTS : undefined
}

const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  [
    '/write',
    {
      methods: ['POST', 'OPTIONS'],
      access: 'credentials',
      kind: 'throttled-write',
      serve: (context, exchange, identity) => serveWrite(context, exchange, identity, readV1Target),
    },
  ],
  [
    '/api/v2/write',
    {
      methods: ['POST', 'OPTIONS'],
      access: 'credentials',
      kind: 'write',
      serve: (context, exchange, identity) => serveWrite(context, exchange, identity, readV2Target),
    },
  ],
  ['/query', { methods: ['GET', 'POST', 'OPTIONS'], access: 'credentials', kind: 'query', serve: serveQuery }],
  [
    '/api/v2/query',
    {
      methods: ['POST', 'OPTIONS'],
      access: 'credentials',
      kind: 'other',
      serve: (_context, exchange) => exchange.plain(403, FLUX_DISABLED),
    },
  ],
  ['/ping', PING],
  ['/status', STATUS],
  ['/metrics', monitoring(serveMetrics)],
  ['/debug/vars', monitoring(serveDebugVars)],
  ['/api/v1/continuous-queries', monitoring(serveContinuousQueries)],
  ['/debug/requests', monitoring(serveDebugRequests)],
  ['/api/v1/top', status(['GET'], serveSample)],
  ['/api/v1/backups', status(['GET', 'POST'], serveBackups)],
  ['/api/v1/events', status(['GET'], serveEvents)],
  ['/api/v1/jobs', status(['GET'], serveJobs)],
  ['/api/v1/jobs/cancel', status(['POST'], serveCancelJob)],
  ['/api/v1/statements', status(['GET'], serveStatements)],
  ['/api/v1/statements/forget', status(['POST'], serveForgetStatements)],
  ['/api/v1/measurements', status(['GET'], serveMeasurements)],
  ['/api/v1/columns', status(['GET'], serveColumns)],
  ['/api/v1/faults', status(['GET', 'POST', 'DELETE'], serveFaults)],
  ['/api/v1/compact', status(['POST'], serveCompact)],
  ['/health', { methods: ['GET'], access: 'public', kind: 'other', serve: serveHealth }],
  ['/health/ready', { methods: ['GET', 'HEAD'], access: 'public', kind: 'other', serve: serveReady }],
])
