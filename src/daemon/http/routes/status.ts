/**
 * `/api/v1/…`: what dashboards ask, in JSON of our own. For admins only when authentication is on; what changes something
 * is a POST.
 */

import { toSnakeNames } from '../../../client/read-shape.js'
import { statementOf, storedOf } from '../../status/build-sample.js'
import type { Identity } from '../auth/authenticator.js'
import type { Exchange } from '../exchange.js'
import type { ServerContext } from '../server-context.js'

type Serve = (context: ServerContext, exchange: Exchange) => void | Promise<void>

const MEASUREMENT_COUNT_MAX = 1000
const STATEMENT_COUNT_MAX = 500
const EVENT_COUNT_MAX = 500

/** The route for those who may see everything. */
export function forAdmins(serve: Serve) {
  return (context: ServerContext, exchange: Exchange, identity: Identity): void | Promise<void> => {
    const isAllowed = identity.kind === 'unrestricted' || (identity.kind === 'user' && identity.user.isAdmin)
    if (!isAllowed) return exchange.error(403, 'admin privilege required')
    return serve(context, exchange)
  }
}

export async function serveSample({ status }: ServerContext, exchange: Exchange): Promise<void> {
  const { localAddress, localPort } = exchange.req.socket
  exchange.json(200, await status.sample(`${localAddress}:${localPort}`))
}

/** `?after=SEQUENCE`: only what happened since. */
export function serveEvents({ activity }: ServerContext, exchange: Exchange) {
  const after = Number(exchange.param('after') || '0')
  if (!Number.isInteger(after) || after < 0) return exchange.error(400, 'after is the sequence of an event')
  answer(exchange, { events: activity.events.list(EVENT_COUNT_MAX, after) })
}

export function serveJobs({ activity }: ServerContext, exchange: Exchange) {
  answer(exchange, { jobs: activity.jobs.list() })
}

export function serveStatements({ engine }: ServerContext, exchange: Exchange) {
  answer(exchange, { statements: engine.insight.statements(STATEMENT_COUNT_MAX).map(statementOf) })
}

/** From now on they are counted anew. */
export function serveForgetStatements({ engine }: ServerContext, exchange: Exchange) {
  engine.forgetStatements()
  answer(exchange, { forgotten: true })
}

/** `?db=&rp=`; '' = the default policy. */
export function serveMeasurements({ engine }: ServerContext, exchange: Exchange) {
  const database = engine.catalog.database(exchange.param('db'))
  if (database === undefined) return exchange.error(404, `database not found: ${exchange.param('db')}`)
  const policy = exchange.param('rp') || database.defaultRetentionPolicy
  const measurements = engine.insight.measurements(database.name, policy)
  const shown = [...measurements].sort((a, b) => b.byteCount - a.byteCount).slice(0, MEASUREMENT_COUNT_MAX)
  answer(exchange, {
    measurements: shown.map(({ name, seriesCount, ...stored }) => ({ name, seriesCount, ...storedOf(stored) })),
    measurementCount: measurements.length,
  })
}

/** `?db=&measurement=` */
export function serveColumns({ engine }: ServerContext, exchange: Exchange) {
  const database = exchange.param('db')
  if (engine.catalog.database(database) === undefined) {
    return exchange.error(404, `database not found: ${database}`)
  }
  answer(exchange, engine.insight.columns(database, exchange.param('measurement')))
}

/** Answers at once; the work is a job. */
export function serveCompact({ activity, mergeJobs }: ServerContext, exchange: Exchange) {
  if (activity.jobs.isRunning('compaction')) return exchange.error(409, 'a compaction is running')
  mergeJobs.start({ title: 'all databases', isWanted: () => true, jobCount: 1, isFlushed: true })
  answer(exchange, { started: true })
}

/** `?id=` */
export function serveCancelJob({ activity }: ServerContext, exchange: Exchange) {
  const refusal = activity.jobs.cancel(exchange.param('id'))
  if (refusal !== null) return exchange.error(409, refusal)
  answer(exchange, { cancelled: true })
}

function answer(exchange: Exchange, document: unknown): void {
  exchange.json(200, JSON.stringify(toSnakeNames(document)))
}
