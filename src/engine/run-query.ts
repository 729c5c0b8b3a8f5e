/**
 * Conductor of the query path: text → statements → for each a stream of frames and one end. A statement that fails ends
 * the query; the time limit and the request's signal end whatever runs.
 */

import { setImmediate } from 'node:timers/promises'
import { HyperbyteError } from './domain/errors.js'
import type { Statement } from './influxql/ast.js'
import { parseQuery } from './influxql/parse-query.js'
import { printStatement } from './influxql/print-statement.js'
import type { Catalog, CatalogWriter, QueryRequest } from './query/catalog.js'
import { explainAnalyze, explainSelect } from './query/explain/explain-select.js'
import { Pace, throwIfEnded } from './query/pace.js'
import { qualifyStatement } from './query/qualify-select.js'
import { watchForEnd } from './query/query-ending.js'
import type { FrameDelivery, QueryEvent, ResultMessage, SeriesFrame } from './query/result.js'
import { runInto } from './query/run-into.js'
import { isWritingStatement, type MetaStatementContext, runMetaStatement } from './query/run-meta-statement.js'
import { runSelect } from './query/run-select.js'
import type { QueryProgress, RunningQueries } from './query/running-queries.js'
import type { SelectContext } from './query/select-context.js'
import type { StatementStatistics } from './query/statement-statistics.js'

const STATEMENTS_PER_TURN = 16

/** What queries run on. */
export interface QueryStage {
  readonly catalog: Catalog
  readonly writer: CatalogWriter
  readonly queries: RunningQueries
  /** What the server tells of itself; absent: nothing. */
  readonly self?: MetaStatementContext['self']
  /** From now on, tells the SQL that runs under a query's own signal. */
  readonly watchSql?: (signal: AbortSignal, onSql: NonNullable<QueryRequest['onSql']>) => void
  /** Absent: nobody wants to know. */
  readonly statistics?: StatementStatistics
  /** Unpredictable bytes, for password salts. */
  readonly randomBytes: (byteCount: number) => Uint8Array
}

/** Throws `invalid` with `error parsing query: …` and `forbidden` before the first event; all else is events. */
export async function* runQuery(request: QueryRequest, stage: QueryStage): AsyncGenerator<QueryEvent> {
  const statements = parse(request)
  request.authorizer?.checkStatements(statements, request.database)
  const { database, user = '' } = request
  const query = stage.queries.start({ statements, database, user })
  const ending = watchForEnd([request.signal, query.signal], request.limits.timeoutMs)
  if (request.onSql !== undefined) stage.watchSql?.(ending.signal, request.onSql)
  try {
    for (let statementId = 0; statementId < statements.length; statementId++) {
      const startedMs = stage.queries.nowMs()
      const rowsBefore = query.progress.answeredRowCount
      const error = yield* runStatement(
        statements[statementId],
        statementId,
        { ...request, signal: ending.signal },
        stage,
        query.progress,
      )
      stage.statistics?.record({
        text: printStatement(statements[statementId]),
        database,
        elapsedMs: stage.queries.nowMs() - startedMs,
        rowCount: query.progress.answeredRowCount - rowsBefore,
        isFailed: error !== null,
      })
      yield {
        kind: 'statement-end',
        statementId,
        messages: error === null ? messagesFor(statements[statementId], request, stage.catalog) : [],
        error,
      }
      if (error === null) {
        // A text of a megabyte has 90,000 statements, and none of them may have to wait for anything.
        if (statementId % STATEMENTS_PER_TURN === STATEMENTS_PER_TURN - 1) await setImmediate()
        continue
      }
      yield* notExecuted(statementId, statements.length - 1 - statementId)
      return
    }
  } finally {
    ending.release()
    query.finish()
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
  progress: QueryProgress,
): AsyncGenerator<QueryEvent, string | null> {
  try {
    throwIfEnded(request.signal)
    const delivery = deliveryOf(statement)
    for await (const frame of framesOf(statement, request, stage, progress)) {
      throwIfEnded(request.signal)
      progress.answeredRowCount += frame.rowCount
      yield { kind: 'frame', statementId, frame: { ...frame, delivery } }
    }
    return null
  } catch (error) {
    if (!(error instanceof HyperbyteError) || error.code === 'internal') throw error
    return error.code === 'query-interrupted' ? reasonOfEnd(request.signal) : error.message
  }
}

/** Storage knows only that it was interrupted; the signal knows why. */
function reasonOfEnd({ reason }: AbortSignal): string {
  return reason instanceof HyperbyteError ? reason.message : 'query interrupted'
}

function framesOf(
  statement: Statement,
  request: QueryRequest,
  stage: QueryStage,
  progress: QueryProgress,
): AsyncIterable<SeriesFrame> {
  switch (statement.kind) {
    case 'select': {
      const frames = runSelect(statement, selectContext(request, stage, progress))
      return statement.target === null ? frames : runInto(statement.target, frames, { ...stage, request })
    }
    case 'explain': {
      const context = selectContext(request, stage, progress)
      if (!statement.isAnalyze) return explainSelect(statement.statement, context)
      return explainAnalyze(statement.statement, context, { nowMs: () => stage.queries.nowMs(), progress })
    }
    default: {
      const { database, retentionPolicy, nowNs, authorizer, signal } = request
      return runMetaStatement(statement, { ...stage, database, retentionPolicy, nowNs, authorizer, signal })
    }
  }
}

function selectContext(request: QueryRequest, { catalog }: QueryStage, progress: QueryProgress): SelectContext {
  return { catalog, request, pace: new Pace(request.signal, request.limits.maxSelectPoint, progress) }
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
  const text = printStatement(qualifyStatement(statement, meta, request))
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
