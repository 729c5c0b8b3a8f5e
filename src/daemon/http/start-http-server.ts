/**
 * The HTTP server: listens, hands requests to routes, and closes without losing one. Plain `node:http`: real clients
 * send content types, empty bodies and long URLs that frameworks refuse.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Engine, type EngineLog, verifyPassword } from '../../engine/index.js'
import { ServerActivity } from '../activity/server-activity.js'
import { type MergeJob, MergeJobs } from '../debug/merge-jobs.js'
import type { FaultBoard } from '../faults/fault-board.js'
import { createMetricsRegistry } from '../metrics/metrics-registry.js'
import { RequestMetrics } from '../metrics/request-metrics.js'
import { serverStatistics } from '../metrics/server-statistics.js'
import { ServerStatus } from '../status/server-status.js'
import { createSystemClock } from '../system-clock.js'
import { Authenticator } from './auth/authenticator.js'
import { CheckpointSessions } from './checkpoint-sessions.js'
import { ClientProfiles } from './client-profiles.js'
import { handleRequest } from './handle-request.js'
import type { HttpSettings } from './http-settings.js'
import { BodyBudget, BodyBuffers } from './read-body.js'
import type { ServerContext } from './server-context.js'
import { PROGRAM_VERSION } from './versions.js'
import { WriteThrottle } from './write-throttle.js'

export interface RunningHttpServer {
  /** With the port that was really bound. */
  readonly url: string
  readonly address: AddressInfo
  /** Stops accepting, lets requests in progress finish (up to `closeTimeoutMs`), closes every connection. Idempotent. */
  close(): Promise<void>
}

/** Clients send whole query texts in the URL; the default of 16 KiB refuses them. */
const HEADER_BYTES_MAX = 1024 * 1024

const SWEEP_INTERVAL_MS = 50

/** A query notices in a fraction of it that it has been ended. */
const UNWATCHED_MS_MAX = 2000

/** Time to read why a connection ends. */
const REFUSED_LINGER_MS = 500

/** Resolves once it listens; rejects when the address cannot be bound. */
export async function startHttpServer(
  engine: Engine,
  settings: HttpSettings,
  log: EngineLog,
  activity: ServerActivity = new ServerActivity(),
  faults: FaultBoard | null = null,
): Promise<RunningHttpServer> {
  const context = createContext(engine, settings, log, activity, faults)
  let closing: Promise<void> | null = null
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      // How late a timeout may be noticed.
      connectionsCheckingInterval: Math.max(50, Math.min(5000, settings.headersTimeoutMs / 4)),
      noDelay: true,
    },
    (req, res) => {
      // Sent before the answer to an earlier request of its connection: begins after it, as in Go. Until then nothing would
      // say that its client has gone.
      if (res.socket === null) res.once('socket', () => handleRequest(context, req, res, closing !== null))
      else handleRequest(context, req, res, closing !== null)
    },
  )
  server.maxRequestsPerSocket = 0
  if (settings.connectionCountMax > 0) server.maxConnections = settings.connectionCountMax
  server.on('clientError', answerClientError)
  await listen(server, settings)
  const address = server.address() as AddressInfo
  const bindAddress = hostOf(address)
  const unreport = engine.reports.add({
    statistics: () => serverStatistics({ engine, requests: context.metrics, bindAddress }),
  })
  return {
    url: urlOf(address),
    address,
    close: () => {
      closing ??= closeServer(server, context).finally(unreport)
      return closing
    },
  }
}

function createContext(
  engine: Engine,
  settings: HttpSettings,
  log: EngineLog,
  activity: ServerActivity,
  faults: FaultBoard | null,
): ServerContext {
  const metrics = new RequestMetrics()
  const startedAtMs = Date.now()
  return {
    engine,
    settings,
    log,
    authenticator: new Authenticator({
      isEnabled: settings.isAuthEnabled,
      sharedSecret: settings.sharedSecret,
      meta: () => engine.catalog.meta,
      verify: verifyPassword,
    }),
    bodyBudget: new BodyBudget(settings.bodiesInFlightBytesMax),
    bodyBuffers: new BodyBuffers(),
    writeThrottle: new WriteThrottle({
      concurrentCountMax: settings.concurrentWriteCountMax,
      enqueuedCountMax: settings.enqueuedWriteCountMax,
      timeoutMs: settings.enqueuedWriteTimeoutMs,
    }),
    metrics,
    registry: createMetricsRegistry({ requests: metrics, engine: () => engine.stats() }),
    checkpoints: new CheckpointSessions(engine, log),
    clientProfiles: new ClientProfiles(),
    activity,
    mergeJobs: new MergeJobs({
      engine,
      registry: activity.jobs,
      nowMs: Date.now,
      onEnd: (title, job) => tellMergeJob(title, job, activity, log),
    }),
    status: new ServerStatus({
      engine,
      requests: metrics,
      activity,
      version: PROGRAM_VERSION,
      dataDir: settings.dataDir,
      backupAgeMsMax: settings.backupAgeMsMax,
      startedAtMs,
      nowMs: Date.now,
    }),
    faults,
    startedAtMs,
    nowNs: createSystemClock(),
    runningQueries: new Set(),
  }
}

function tellMergeJob(title: string, job: MergeJob, { events }: ServerActivity, log: EngineLog): void {
  const { state, done, failures } = job
  const text = `compaction of ${title}: ${state}, ${done.length} merges`
  events.add(failures.length === 0 ? 'info' : 'error', 'job', text)
  for (const failure of failures) log.error('merge failed', { error: failure.text })
}

function listen(server: Server, { bindHost, bindPort }: HttpSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: bindHost, port: bindPort, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function urlOf(address: AddressInfo): string {
  return `http://${hostOf(address)}`
}

function hostOf({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Closes idle connections at once; those with a request get their answer first. */
async function closeServer(server: Server, context: ServerContext): Promise<void> {
  const { settings, runningQueries, checkpoints, status, mergeJobs } = context
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection whose request was under way is kept alive by its answer; it has no further use.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS)
  const timer = setTimeout(() => {
    for (const query of runningQueries) query.abort(new Error('server is shutting down'))
    server.closeAllConnections()
  }, settings.closeTimeoutMs)
  mergeJobs.cancelAll()
  await closed
  status.close()
  clearInterval(sweep)
  clearTimeout(timer)
  await endUnwatched(context)
  await checkpoints.releaseAll()
}

/** What was answered before it was done (`async=true`) or cut off is still at work, and the engine is about to close. */
async function endUnwatched({ runningQueries, metrics }: ServerContext): Promise<void> {
  for (const query of runningQueries) query.abort(new Error('server is shutting down'))
  const endMs = performance.now() + UNWATCHED_MS_MAX
  while (metrics.activeCount > 0 && performance.now() < endMs) await sleep(SWEEP_INTERVAL_MS)
}

/**
 * What is no HTTP. A client that was too slow gets no answer at all: Telegraf throws its batch away on a 408 and keeps
 * it when the connection ends.
 */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  // A client that keeps its side open would keep the connection, and a closing server waiting.
  socket.setTimeout(REFUSED_LINGER_MS, () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${status}`)
}
