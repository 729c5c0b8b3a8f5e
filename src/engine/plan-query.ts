/** How statements would be run: the tree, what is read of which table, and the files that hold it. Nothing is read. */

import { HyperbyteError } from './domain/errors.js'
import type { TimeRange } from './domain/time-range.js'
import type { EngineState } from './engine-state.js'
import type { SelectStatement, Statement } from './influxql/ast.js'
import { parseQuery } from './influxql/parse-query.js'
import { printStatement } from './influxql/print-statement.js'
import type { PlanRequest, QueryPlanFacts } from './inspection.js'
import type { QueryRequest } from './query/catalog.js'
import { planIterators } from './query/explain/plan-iterators.js'
import { Pace } from './query/pace.js'
import { planSelect } from './query/run-select.js'
import type { TableName } from './query/scan.js'
import type { FileEntry } from './registry/file-entry.js'

export interface PlannedRead {
  /** `mean(v::float)`, or null when rows are read as they are. */
  readonly expression: string | null
  readonly auxiliary: readonly string[]
  readonly table: TableName
  readonly range: TimeRange
  readonly seriesCount: number
  readonly memoryRowCount: number
  /** Oldest first. */
  readonly files: readonly FileEntry[]
}

export interface PlannedSelect {
  readonly reads: readonly PlannedRead[]
}

export function planQuery(request: PlanRequest, state: EngineState): QueryPlanFacts[] {
  return parse(request.text).map((statement) => ({
    statement,
    text: printStatement(statement),
    select: planned(statement, request, state),
  }))
}

function parse(text: string): readonly Statement[] {
  try {
    return parseQuery(text, null)
  } catch (error) {
    if (!(error instanceof HyperbyteError)) throw error
    throw new HyperbyteError('invalid', `error parsing query: ${error.message}`, { cause: error })
  }
}

function planned(statement: Statement, request: PlanRequest, state: EngineState): PlannedSelect | null {
  if (statement.kind === 'select') return planReads(statement, request, state)
  return statement.kind === 'explain' ? planReads(statement.statement, request, state) : null
}

function planReads(statement: SelectStatement, request: PlanRequest, state: EngineState): PlannedSelect {
  const asked: QueryRequest = {
    ...request,
    params: null,
    isReadOnlyContext: true,
    limits: NO_LIMITS,
    authorizer: null,
    signal: new AbortController().signal,
  }
  const pace = new Pace(asked.signal, 0, { readRowCount: 0, answeredRowCount: 0, heldBytes: 0 })
  const context = { catalog: state.catalog, request: asked, pace }
  const reads = planIterators(planSelect(statement, context), context).map((iterator) => ({
    expression: iterator.expression,
    auxiliary: iterator.auxiliary,
    table: iterator.table,
    range: iterator.range,
    seriesCount: iterator.seriesCount,
    memoryRowCount: iterator.facts.memoryRowCount,
    files: state.storage.reader.filesIn(iterator.table, iterator.range),
  }))
  return { reads }
}

const NO_LIMITS = { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 }
