/**
 * `/query`: parameters, then the engine's events through an encoder to the client. The status is known with the first
 * event: a statement that cannot be parsed or is not allowed refuses the whole request; later errors are inside a 200.
 * A client that goes away ends its query.
 */

import { HyperbyteError, type QueryEvent, type QueryRequest } from '../../../engine/index.js'
import { type AnswerFormat, answerFormatOf } from '../answer-format.js'
import type { Identity } from '../auth/authenticator.js'
import { authorizerOf } from '../auth/query-authorizer.js'
import { encoderOf } from '../encode/encoder-of.js'
import type { Exchange } from '../exchange.js'
import { limitRows } from '../limit-rows.js'
import { readBody } from '../read-body.js'
import { refuseUnread } from '../refuse-unread.js'
import { sendPieces } from '../send-pieces.js'
import type { ServerContext } from '../server-context.js'
import { STATUS_OF_ERROR } from '../status-of-error.js'
import { type QueryParameters, readQueryParameters } from './query-parameters.js'

const EMPTY_BODY = new Uint8Array(0)

export async function serveQuery(context: ServerContext, exchange: Exchange, identity: Identity): Promise<void> {
  const body = await readQueryBody(context, exchange)
  if (body === null) return
  const parameters = parametersOrRefuse(exchange, body)
  if (parameters === null) return
  if (parameters.text === '') return exchange.error(400, 'missing required parameter "q"')
  const { concurrentQueryCountMax } = context.settings
  if (concurrentQueryCountMax > 0 && context.runningQueries.size >= concurrentQueryCountMax) {
    const text = `max-concurrent-queries limit exceeded(${context.runningQueries.size}, ${concurrentQueryCountMax})`
    return await sendEvents(context, exchange, parameters, refusedEvents(text), new AbortController())
  }
  await runQuery(context, exchange, parameters, identity)
}

async function readQueryBody(context: ServerContext, exchange: Exchange): Promise<Uint8Array | null> {
  if (exchange.req.method !== 'POST') return EMPTY_BODY
  const { bodyBudget, bodyBuffers, settings } = context
  const limits = { bytesMax: settings.bodyBytesMax, budget: bodyBudget, buffers: bodyBuffers }
  const body = await readBody(exchange.req, limits)
  switch (body.kind) {
    case 'body':
      // Query texts are short-lived and small; they are not counted while the query runs.
      context.bodyBudget.give(body.heldBytes)
      return body.body
    case 'too-large':
      refuseUnread(exchange, 413, 'Request Entity Too Large')
      return null
    case 'budget-exhausted':
      refuseUnread(exchange, 503, 'too many request bodies in memory, try again')
      return null
    case 'bad-gzip':
      // python-influxdb labels empty bodies as gzip: the parameters are in the URL.
      return EMPTY_BODY
    case 'gone':
      return null
  }
}

function parametersOrRefuse(exchange: Exchange, body: Uint8Array): QueryParameters | null {
  try {
    return readQueryParameters(exchange, body)
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    exchange.error(STATUS_OF_ERROR[error.code], error.message)
    return null
  }
}

/** Refused before anything ran: as influxd does it, inside the answer to the first statement. */
async function* refusedEvents(text: string): AsyncIterable<QueryEvent> {
  yield { kind: 'statement-end', statementId: 0, messages: [], error: text }
}

async function runQuery(
  context: ServerContext,
  exchange: Exchange,
  parameters: QueryParameters,
  identity: Identity,
): Promise<void> {
  const { engine, settings, runningQueries } = context
  const controller = new AbortController()
  const request: QueryRequest = {
    text: parameters.text,
    database: parameters.database,
    retentionPolicy: parameters.retentionPolicy,
    params: parameters.params,
    isReadOnlyContext: exchange.req.method === 'GET',
    nowNs: context.nowNs(),
    limits: settings.limits,
    authorizer: authorizerOf(identity),
    user: identity.kind === 'user' ? identity.user.name : '',
    signal: controller.signal,
  }
  runningQueries.add(controller)
  try {
    const events = engine.query(request)
    if (parameters.isAsync) await runDetached(context, exchange, events)
    else await sendEvents(context, exchange, parameters, events, controller)
  } finally {
    runningQueries.delete(controller)
  }
}

/** `async=true`: the answer is out as soon as the statements are known to be valid; results go nowhere, errors to the log. */
async function runDetached(
  context: ServerContext,
  exchange: Exchange,
  events: AsyncIterable<QueryEvent>,
): Promise<void> {
  let isAnswered = false
  try {
    for await (const event of events) {
      if (!isAnswered) exchange.noContent()
      isAnswered = true
      if (event.kind === 'statement-end' && event.error !== null) {
        context.log.warn('async query failed', { reason: event.error })
      }
    }
    if (!isAnswered) exchange.noContent()
  } catch (error) {
    if (isAnswered) context.log.warn('async query failed', { error })
    else refuseQuery(context, exchange, error)
  }
}

async function sendEvents(
  context: ServerContext,
  exchange: Exchange,
  parameters: QueryParameters,
  events: AsyncIterable<QueryEvent>,
  controller: AbortController,
): Promise<void> {
  const { res } = exchange
  // Went away before the query began, and so will not be heard to go.
  if (res.closed) return
  const { maxRowLimit } = context.settings.limits
  const isLimited = maxRowLimit > 0 && !parameters.isChunked
  const iterator = (isLimited ? limitRows(events, maxRowLimit) : events)[Symbol.asyncIterator]()
  const abort = () => controller.abort(new Error('client went away'))
  res.once('close', abort)
  try {
    let first: IteratorResult<QueryEvent>
    try {
      first = await iterator.next()
    } catch (error) {
      return refuseQuery(context, exchange, error)
    }
    const encoder = encoderOf(formatFor(exchange, first), parameters)
    // Not in one line: that would add to what the count was when the answer began.
    const byteCount = await sendPieces(exchange, encoder, first, iterator)
    context.metrics.queryBytes += byteCount
  } catch (error) {
    if (!res.headersSent && !res.closed) refuseQuery(context, exchange, error)
    else {
      // The head is out: only a cut connection can still say that the answer is not whole.
      if (!res.closed) context.log.error('answer cut off', { error, request: exchange.requestId })
      res.destroy()
    }
  } finally {
    res.off('close', abort)
    await iterator.return?.()
  }
}

/** Arrow has no place for a failed statement: when the first thing to say is an error, it is said in JSON. */
function formatFor(exchange: Exchange, first: IteratorResult<QueryEvent>): AnswerFormat {
  const format = answerFormatOf(exchange.req.headers.accept)
  if (format !== 'application/vnd.apache.arrow.stream' || first.done) return format
  return first.value.kind === 'statement-end' && first.value.error !== null ? 'application/json' : format
}

function refuseQuery(context: ServerContext, exchange: Exchange, error: unknown): void {
  if (error instanceof HyperbyteError) {
    exchange.error(STATUS_OF_ERROR[error.code], error.message)
    return
  }
  context.log.error('query failed', { error, request: exchange.requestId })
  exchange.error(500, 'internal error')
}
