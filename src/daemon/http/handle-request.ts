/** One request from the first line to the last byte: route, credentials, the route's own work, counts. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultBoard } from '../faults/fault-board.js'
import type { Identity } from './auth/authenticator.js'
import { Exchange } from './exchange.js'
import { parseTarget } from './parse-target.js'
import { refuseUnread } from './refuse-unread.js'
import { findRoute, type Route } from './route-table.js'
import type { ServerContext } from './server-context.js'

export function handleRequest(
  context: ServerContext,
  req: IncomingMessage,
  res: ServerResponse,
  isClosing: boolean,
): void {
  const { path, params } = parseTarget(req.url ?? '/')
  const exchange = new Exchange(req, res, path, params)
  exchange.isLastOnConnection = isClosing
  const route = findRoute(path)
  const method = req.method ?? ''
  if (route === undefined) exchange.plain(404, '404 page not found\n')
  else if (!route.methods.includes(method)) {
    exchange.plain(405, 'Method Not Allowed\n', 'Allow', route.methods.join(', '))
  } else if (method === 'OPTIONS') answerPreflight(exchange)
  else void serveCounted(context, exchange, route)
}

function answerPreflight(exchange: Exchange): void {
  exchange.res.writeHead(200, [...exchange.headers(), 'Content-Length', '0'])
  exchange.res.end()
}

async function serveCounted(context: ServerContext, exchange: Exchange, route: Route): Promise<void> {
  const { metrics } = context
  const startMs = performance.now()
  metrics.requestCount++
  metrics.activeCount++
  const isQuery = route.kind === 'query'
  const isWrite = route.kind === 'write' || route.kind === 'throttled-write'
  if (isQuery) metrics.activeQueryCount++
  if (isWrite) metrics.activeWriteCount++
  try {
    await serveRoute(context, exchange, route)
  } catch (error) {
    const path = exchange.req.url?.split('?', 1)[0]
    context.log.error('request failed', { error, path, request: exchange.requestId })
    if (exchange.res.headersSent) exchange.res.destroy()
    else exchange.error(500, 'internal error')
  } finally {
    metrics.activeCount--
    const { statusCode } = exchange.res
    if (statusCode >= 500) metrics.serverErrorCount++
    else if (statusCode >= 400) metrics.clientErrorCount++
    const elapsedMs = performance.now() - startMs
    metrics.requestDurationMs += elapsedMs
    if (isQuery) {
      metrics.activeQueryCount--
      metrics.finishQuery(elapsedMs)
    } else if (isWrite) {
      metrics.activeWriteCount--
      metrics.finishWrite(elapsedMs)
    }
  }
}

async function serveRoute(context: ServerContext, exchange: Exchange, route: Route): Promise<void> {
  const { writeThrottle, faults } = context
  if (faults !== null && (await isDropped(faults, route))) return void exchange.req.socket.destroy()
  if (route.kind !== 'throttled-write' || !writeThrottle.isOn) return await serveIdentified(context, exchange, route)
  const refusal = await writeThrottle.enter()
  if (refusal !== null) return exchange.plain(503, `${refusal}\n`, 'Retry-After', '1')
  try {
    await serveIdentified(context, exchange, route)
  } finally {
    writeThrottle.leave()
  }
}

async function isDropped(faults: FaultBoard, { kind }: Route): Promise<boolean> {
  const isWrite = kind === 'write' || kind === 'throttled-write'
  if (!isWrite && kind !== 'query') return false
  return (await faults.onRequest(isWrite ? 'writes' : 'queries')) === 'drop'
}

async function serveIdentified(context: ServerContext, exchange: Exchange, route: Route): Promise<void> {
  if (!isIdentityNeeded(context, route)) {
    countClient(context, exchange, route, UNRESTRICTED)
    return await route.serve(context, exchange, UNRESTRICTED)
  }
  const identity = await identify(context, exchange)
  if (identity.kind === 'refused') {
    context.metrics.authFailureCount++
    return refuseUnread(exchange, 401, identity.text)
  }
  countClient(context, exchange, route, identity)
  await route.serve(context, exchange, identity)
}

const UNRESTRICTED: Identity = { kind: 'unrestricted' }

function countClient({ clientProfiles }: ServerContext, { req }: Exchange, { kind }: Route, identity: Identity): void {
  if (!clientProfiles.isAnyOpen || kind === 'ping' || kind === 'other') return
  const address = req.socket.remoteAddress ?? ''
  const client = identity.kind === 'user' ? `${identity.user.name}:${address}` : address
  clientProfiles.count(client, kind === 'query' ? 'queries' : 'writes')
}

function isIdentityNeeded({ settings }: ServerContext, { access }: Route): boolean {
  if (!settings.isAuthEnabled || access === 'public') return false
  return access === 'credentials' || settings.isMonitoringAuthenticated
}

function identify(context: ServerContext, { req, params }: Exchange): Identity | Promise<Identity> {
  return context.authenticator.authenticate({
    authorization: req.headers.authorization,
    params,
    address: req.socket.remoteAddress ?? '',
  })
}
