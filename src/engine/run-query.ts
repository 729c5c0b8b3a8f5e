/**
 * Conductor of the query path: text → statements → for each a stream of frames and one end. A statement that fails ends
 * the query; the time limit and the request's signal end whatever runs.
 */

import { HyperbyteError } from './domain/errors.js'
import type { Statement } from './influxql/ast.js'
import { parseQuery } from './influxql/parse-query.js'
import { printStatement } from './influxql/print-statement.js'
import type { Catalog, CatalogWriter, QueryRequest } from './query/catalog.js'
import { Pace, throwIfEnded } from './query/pace.js'
import { qualifySelect } from './query/qualify-select.js'
import type { FrameDelivery, QueryEvent, ResultMessage, SeriesFrame } from './query/result.js'
import { runInto } from './query/run-into.js'
import { isWritingStatement, runMetaStatement } from './query/run-meta-statement.js'
import { runSelect } from './query/run-select.js'

/** What queries run on. */
export interface QueryStage {
  readonly catalog: Catalog
  readonly writer: CatalogWriter
  /** Unpredictable bytes, for password salts. */
  readonly randomBytes: (byteCount: number) => Uint8Array
}

/** Throws `invalid` with `error parsing query: …` and `forbidden` before the first event; all else is events. */
export async function* runQuery(request: QueryRequest, stage: QueryStage): AsyncGenerator<QueryEvent> {
  const statements = parse(request)
  request.authorizer?.checkStatements(statements, request.database)
  const limit = timeLimit(request)
  try {
    for (let statementId = 0; statementId < statements.length; statementId++) {
      const error = yield* runStatement(
        statements[statementId],
        statementId,
        { ...request, signal: limit.signal },
        stage,
      )
      yield {
        kind: 'statement-end',
        statementId,
        messages: error === null ? messagesFor(statements[statementId], request, stage.catalog) : [],
        error,
      }
      if (error === null) continue
      yield* notExecuted(statementId, statements.length - 1 - statementId)
      return
    }
  } finally {
    limit.stop()
  }
}

function parse(request: QueryRequest): readonly Statement[] {
  try {
    return parseQuery(request.text, request.params)
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    throw new HyperbyteError('invalid', `error parsing query: ${error.message}`, { cause: error })
  }
}

/** Yields the statement's frames; returns the text of what went wrong, or null. */
async function* runStatement(
  statement: Statement,
  statementId: number,
  request: QueryRequest,
  stage: QueryStage,
): AsyncGenerator<QueryEvent, string | null> {
  try {
    throwIfEnded(request.signal)
    const delivery = deliveryOf(statement)
    for await (const frame of framesOf(statement, request, stage)) {
      yield { kind: 'frame', statementId, frame: { ...frame, delivery } }
    }
    return null
  } catch (error) {
    if (error instanceof HyperbyteError && error.code !== 'internal') return error.message
    throw error
  }
}

function framesOf(statement: Statement, request: QueryRequest, stage: QueryStage): AsyncIterable<SeriesFrame> {
  const { catalog } = stage
  switch (statement.kind) {
    case 'select': {
      const pace = new Pace(request.signal, request.limits.maxSelectPoint)
      const frames = runSelect(statement, { catalog, request, pace })
      return statement.target === null ? frames : runInto(statement.target, frames, { ...stage, request })
    }
    case 'explain':
      throw new HyperbyteError('unsupported', 'EXPLAIN is not implemented yet')
    default: {
      const { database, retentionPolicy, nowNs, authorizer, signal } = request
      return runMetaStatement(statement, { ...stage, database, retentionPolicy, nowNs, authorizer, signal })
    }
  }
}

/** How influxd groups a statement's series in a chunked answer: those it runs as a SELECT are cut, others are not. */
function deliveryOf({ kind }: Statement): FrameDelivery {
  switch (kind) {
    case 'select':
    case 'show-field-keys':
    case 'show-series':
      return 'rows'
    case 'show-tag-keys':
    case 'show-tag-values':
      return 'apart'
    default:
      return 'whole'
  }
}

/** A GET of a statement that writes runs it, and says that it should have been a POST. DELETE is let off. */
function messagesFor(statement: Statement, request: QueryRequest, { meta }: Catalog): readonly ResultMessage[] {
  if (!request.isReadOnlyContext || !isWriting(statement)) return []
  const text = printStatement(statement.kind === 'select' ? qualifySelect(statement, meta, request) : statement)
  return [
    {
      level: 'warning',
      text: `deprecated use of '${text}' in a read only context, please use a POST request instead`,
    },
  ]
}

function isWriting(statement: Statement): boolean {
  switch (statement.kind) {
    case 'select':
      return statement.target !== null
    case 'explain':
    case 'delete':
      return false
    default:
      return isWritingStatement(statement)
  }
}

/**
 * The statements after a failed one. InfluxDB 1.x reports them under the number of the failed one (influxd 1.6.7), so
 * that an unchunked answer shows them in its place.
 */
function* notExecuted(statementId: number, count: number): Generator<QueryEvent> {
  for (let i = 0; i < count; i++) {
    yield { kind: 'statement-end', statementId, messages: [], error: 'not executed' }
  }
}

interface TimeLimit {
  /** Aborts with the request's signal, or with `query-timeout` when the time is over. */
  readonly signal: AbortSignal
  stop(): void
}

function timeLimit({ limits, signal }: QueryRequest): TimeLimit {
  if (limits.timeoutMs === 0 || signal.aborted) return { signal, stop: () => {} }
  const controller = new AbortController()
  const forward = (): void => controller.abort(signal.reason)
  signal.addEventListener('abort', forward)
  const timer = setTimeout(() => {
    controller.abort(new HyperbyteError('query-timeout', 'query-timeout limit exceeded'))
  }, limits.timeoutMs)
  timer.unref()
  return {
    signal: controller.signal,
    stop: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', forward)
    },
  }
}
