/** How a statement would be read, and with `analyze` what running it took. */

import type { DebugAnalysis, DebugDocuments, DebugParams, DebugSql } from '../../client/debug-documents.js'
import { toSnakeNames } from '../../client/read-shape.js'
import { formatTime, HyperbyteError } from '../../engine/index.js'
import type { DocumentContext } from './document-context.js'
import { toFile, toTable } from './table-documents.js'

export async function makePlan(context: DocumentContext, params: DebugParams): Promise<DebugDocuments['plan']> {
  const { engine, nowNs } = context
  const startMs = performance.now()
  const request = {
    text: params['q'] ?? '',
    database: params['db'] ?? '',
    retentionPolicy: params['rp'] ?? '',
    nowNs: nowNs(),
  }
  const plans = engine.inspection.planQuery(request).map(({ statement, text, select }) => ({
    statement: toSnakeNames(statement),
    text,
    reads:
      select?.reads.map(({ table, range, expression, auxiliary, seriesCount, memoryRowCount, files }) => ({
        ...toTable(table),
        expression,
        auxiliary,
        start: formatTime(range.startNs),
        end: formatTime(range.endNs),
        series: seriesCount,
        memory_rows: memoryRowCount,
        files: files.map((file) => toFile({ file, hiddenCount: 0 })),
      })) ?? null,
  }))
  const planningMs = performance.now() - startMs
  if (params['analyze'] !== 'true') return { plans, analysis: null }
  if (plans.some(({ reads }) => reads === null)) {
    throw new HyperbyteError('invalid', 'only SELECT statements can be analysed')
  }
  return { plans, analysis: { planning_ms: planningMs, ...(await analyse(context, request)) } }
}

interface AnalysedRequest {
  readonly text: string
  readonly database: string
  readonly retentionPolicy: string
  readonly nowNs: bigint
}

async function analyse(
  { engine, signal }: DocumentContext,
  request: AnalysedRequest,
): Promise<Omit<DebugAnalysis, 'planning_ms'>> {
  const sql: DebugSql[] = []
  const startMs = performance.now()
  let rows = 0
  let series = 0
  let failure: string | null = null
  const events = engine.query({
    ...request,
    params: null,
    isReadOnlyContext: true,
    limits: { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 },
    authorizer: null,
    signal,
    onSql: (text) => {
      const beganMs = performance.now()
      return (rowCount) => sql.push({ text, rows: rowCount, ms: performance.now() - beganMs })
    },
  })
  for await (const event of events) {
    if (event.kind === 'frame') {
      rows += event.frame.rowCount
      if (!event.frame.isPartial) series++
    } else failure ??= event.error
  }
  return { running_ms: performance.now() - startMs, rows, series, sql, error: failure }
}
