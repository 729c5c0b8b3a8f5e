/**
 * `/write` and `/api/v2/write`: checks in InfluxDB's order, then the body, then the engine. Answers follow what Telegraf
 * does with them: it keeps a batch on 5xx and throws it away on 4xx, so only what can never succeed is a 4xx.
 */

import { HyperbyteError, type Precision, type WriteFormat } from '../../../engine/index.js'
import type { Identity } from '../auth/authenticator.js'
import { checkWrite } from '../auth/check-write.js'
import { createOnWrite } from '../create-on-write.js'
import type { Exchange } from '../exchange.js'
import { type BodyOutcome, readBody } from '../read-body.js'
import { refuseUnread } from '../refuse-unread.js'
import type { ServerContext } from '../server-context.js'
import { STATUS_OF_ERROR } from '../status-of-error.js'

export interface WriteTarget {
  readonly database: string
  readonly retentionPolicy: string
  readonly precision: Precision
}

export type TargetOutcome =
  | { readonly kind: 'target'; readonly target: WriteTarget }
  | { readonly kind: 'refused'; readonly status: number; readonly text: string }

const V1_PRECISIONS: ReadonlyMap<string, Precision> = new Map<string, Precision>([
  ['', 'n'],
  ['n', 'n'],
  ['ns', 'n'],
  ['u', 'u'],
  ['ms', 'ms'],
  ['s', 's'],
  ['m', 'm'],
  ['h', 'h'],
])

const V2_PRECISIONS: ReadonlyMap<string, Precision> = new Map<string, Precision>([
  ['', 'n'],
  ['ns', 'n'],
  ['us', 'u'],
  ['ms', 'ms'],
  ['s', 's'],
])

const CONSISTENCY_LEVELS: ReadonlySet<string> = new Set(['', 'any', 'one', 'quorum', 'all'])

export function readV1Target(exchange: Exchange): TargetOutcome {
  const precisionText = exchange.param('precision')
  const precision = V1_PRECISIONS.get(precisionText)
  if (precision === undefined) {
    return refuse(400, `invalid precision ${JSON.stringify(precisionText)} (use n, u, ms, s, m or h)`)
  }
  const database = exchange.param('db')
  if (database === '') return refuse(400, 'database is required')
  return { kind: 'target', target: { database, retentionPolicy: exchange.param('rp'), precision } }
}

export function readV2Target(exchange: Exchange): TargetOutcome {
  const precisionText = exchange.param('precision')
  const precision = V2_PRECISIONS.get(precisionText)
  if (precision === undefined) {
    return refuse(400, `invalid precision ${JSON.stringify(precisionText)} (use ns, us, ms or s)`)
  }
  const bucket = exchange.param('bucket')
  if (bucket === '') {
    return refuse(404, 'bucket name "" is missing a slash; not in "database/retention-policy" format')
  }
  const slash = bucket.indexOf('/')
  if (slash === 0) {
    return refuse(404, `bucket name ${JSON.stringify(bucket)} is in db/rp form but has an empty database`)
  }
  const database = slash === -1 ? bucket : bucket.slice(0, slash)
  const retentionPolicy = slash === -1 ? '' : bucket.slice(slash + 1)
  return { kind: 'target', target: { database, retentionPolicy, precision } }
}

function refuse(status: number, text: string): TargetOutcome {
  return { kind: 'refused', status, text }
}

export async function serveWrite(
  context: ServerContext,
  exchange: Exchange,
  identity: Identity,
  readTarget: (exchange: Exchange) => TargetOutcome,
): Promise<void> {
  const outcome = readTarget(exchange)
  if (outcome.kind === 'refused') return refuseUnread(exchange, outcome.status, outcome.text)
  const { target } = outcome
  const { database } = target
  const { engine, settings } = context
  const refusal = checkWrite(identity, database)
  if (settings.isDatabaseCreatedOnWrite && refusal === null && engine.catalog.database(database) === undefined) {
    await createOnWrite(engine, database)
  }
  if (engine.catalog.database(database) === undefined) {
    return refuseUnread(exchange, 404, databaseNotFound(database))
  }
  if (refusal !== null) return refuseUnread(exchange, 403, refusal)

  const {
    bodyBudget,
    bodyBuffers,
    settings: { bodyBytesMax },
  } = context
  const body = await readBody(exchange.req, { bytesMax: bodyBytesMax, budget: bodyBudget, buffers: bodyBuffers })
  if (body.kind !== 'body') return refuseBody(exchange, body)
  try {
    await writeBody(context, exchange, { ...target, client: clientOf(exchange, identity) }, body.body)
  } finally {
    context.bodyBudget.give(body.heldBytes)
    context.bodyBuffers.giveBack(body.body)
  }
}

/** `user@address`, as far as it is known. */
function clientOf({ req }: Exchange, identity: Identity): string {
  // IPv4 as it comes through a socket that takes both.
  const address = (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return identity.kind === 'user' ? `${identity.user.name}@${address}` : address
}

async function writeBody(
  context: ServerContext,
  exchange: Exchange,
  target: WriteTarget & { readonly client: string },
  body: Uint8Array,
): Promise<void> {
  const { engine, metrics } = context
  metrics.writeBytes += body.length
  if (body.length === 0) return exchange.noContent()
  if (!CONSISTENCY_LEVELS.has(exchange.param('consistency').toLowerCase())) {
    return exchange.error(400, 'invalid consistency level')
  }
  const format = formatOf(exchange.req.headers['content-type'])
  try {
    const outcome = await engine.write({ ...target, format, body, nowNs: context.nowNs() })
    metrics.pointsWrittenCount += outcome.writtenCount
    metrics.pointsDroppedCount += outcome.rejectedCount
    if (outcome.message === null) exchange.noContent()
    else exchange.error(400, outcome.message)
  } catch (error) {
    metrics.pointsFailedCount++
    answerWriteError(context, exchange, target, error)
  }
}

/** Only our own types select another format: whatever else a client says, the body is line protocol. */
function formatOf(contentType: string | undefined): WriteFormat {
  switch (contentType) {
    case 'application/msgpack':
    case 'application/x-msgpack':
    case 'application/vnd.msgpack':
      return 'msgpack'
    case 'application/vnd.hyperbyte.columnar+msgpack':
      return 'columnar-msgpack'
    default:
      return 'line-protocol'
  }
}

function refuseBody(exchange: Exchange, body: Exclude<BodyOutcome, { kind: 'body' }>): void {
  switch (body.kind) {
    case 'too-large':
      refuseUnread(exchange, 413, 'Request Entity Too Large')
      break
    case 'budget-exhausted':
      refuseUnread(exchange, 503, 'too many request bodies in memory, try again')
      break
    case 'bad-gzip':
      exchange.error(400, body.text)
      break
    case 'gone':
  }
}

function answerWriteError(context: ServerContext, exchange: Exchange, target: WriteTarget, error: unknown): void {
  if (!(error instanceof HyperbyteError)) {
    context.log.error('write failed', { error, request: exchange.requestId })
    exchange.error(500, 'write failed')
    return
  }
  const status = STATUS_OF_ERROR[error.code]
  if (status >= 500) {
    context.log.warn('write refused', { code: error.code, reason: error.message, request: exchange.requestId })
  }
  exchange.error(status, error.code === 'database-not-found' ? databaseNotFound(target.database) : error.message)
}

/** Telegraf creates the database and tries again when it reads these words. */
function databaseNotFound(database: string): string {
  return `database not found: ${JSON.stringify(database)}`
}
