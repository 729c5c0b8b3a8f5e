/**
 * EXPLAIN and EXPLAIN ANALYZE in the layout of influxd. EXPLAIN's lines have its names; where influxd counts blocks of its
 * own files, row groups of Parquet files are counted. ANALYZE runs the select, gives times and rows as they were, and
 * stores nothing of an INTO.
 */

import type { SelectStatement } from '../../influxql/ast.js'
import { formatGoDuration } from '../../influxql/duration.js'
import { printSelect } from '../../influxql/print-statement.js'
import { qualifySelect } from '../qualify-select.js'
import type { SeriesFrame } from '../result.js'
import { planSelect, runPlan } from '../run-select.js'
import type { QueryProgress } from '../running-queries.js'
import type { SelectContext } from '../select-context.js'
import { listFrame, textColumn } from '../text-frame.js'
import { type PlannedIterator, planIterators } from './plan-iterators.js'
import { printTree, type TreeNode } from './print-tree.js'

export async function* explainSelect(statement: SelectStatement, context: SelectContext): AsyncGenerator<SeriesFrame> {
  const iterators = planIterators(planSelect(statement, context), context)
  const blocks = iterators.map((iterator) => iteratorLines(iterator))
  const lines = blocks.flatMap((block, i) => (i === 0 ? block : ['', ...block]))
  yield listFrame('', [textColumn('QUERY PLAN', lines.length === 0 ? [''] : lines)])
}

function iteratorLines({ expression, auxiliary, seriesCount, fieldCount, facts }: PlannedIterator): string[] {
  return [
    `EXPRESSION: ${expression ?? '<nil>'}`,
    ...(auxiliary.length === 0 ? [] : [`AUXILIARY FIELDS: ${auxiliary.join(', ')}`]),
    `NUMBER OF SHARDS: ${facts.shardGroupCount}`,
    `NUMBER OF SERIES: ${seriesCount}`,
    `CACHED VALUES: ${facts.memoryRowCount * fieldCount}`,
    `NUMBER OF FILES: ${facts.fileCount}`,
    `NUMBER OF BLOCKS: ${facts.rowGroupCount}`,
    `SIZE OF BLOCKS: ${facts.fileByteCount}`,
  ]
}

export interface Measuring {
  /** Monotonic. */
  nowMs(): number
  readonly progress: QueryProgress
}

export async function* explainAnalyze(
  statement: SelectStatement,
  context: SelectContext,
  { nowMs, progress }: Measuring,
): AsyncGenerator<SeriesFrame> {
  const startMs = nowMs()
  const plan = planSelect(statement, context)
  const iterators = planIterators(plan, context)
  const plannedMs = nowMs()
  const readBefore = progress.readRowCount
  let rowCount = 0
  let seriesCount = 0
  for await (const frame of runPlan(plan, context)) {
    rowCount += frame.rowCount
    if (!frame.isPartial) seriesCount++
  }
  const endMs = nowMs()
  const { meta } = context.catalog
  const tree: TreeNode = {
    text: 'select',
    children: [
      leaf('execution_time', printMs(endMs - plannedMs)),
      leaf('planning_time', printMs(plannedMs - startMs)),
      leaf('total_time', printMs(endMs - startMs)),
      leaf('rows_read', progress.readRowCount - readBefore),
      leaf('rows_returned', rowCount),
      leaf('series_returned', seriesCount),
      {
        text: 'build_cursor',
        children: [
          labels([['statement', printSelect(qualifySelect(statement, meta, context.request))]]),
          ...iterators.map(iteratorNode),
        ],
      },
    ],
  }
  yield listFrame('', [textColumn('EXPLAIN ANALYZE', [...printTree({ text: '.', children: [tree] }), ''])])
}

function iteratorNode({ expression, auxiliary, table, seriesCount, facts }: PlannedIterator): TreeNode {
  const read: (readonly [string, string])[] = []
  if (expression !== null) read.push(['expr', expression])
  if (auxiliary.length > 0) read.push(['auxiliary_fields', auxiliary.join(', ')])
  return {
    text: 'iterator_scanner',
    children: [
      labels(read),
      {
        text: 'create_iterator',
        children: [
          labels([
            ['measurement', table.measurement],
            ['retention_policy', table.retentionPolicy],
          ]),
          leaf('shards', facts.shardGroupCount),
          leaf('series', seriesCount),
          leaf('rows_in_memory', facts.memoryRowCount),
          leaf('files', facts.fileCount),
          leaf('rows_in_files', facts.fileRowCount),
          leaf('row_groups', facts.rowGroupCount),
          leaf('file_bytes', facts.fileByteCount),
        ],
      },
    ],
  }
}

function labels(pairs: readonly (readonly [string, string])[]): TreeNode {
  return { text: 'labels', children: pairs.map(([key, value]) => leaf(key, value)) }
}

function leaf(name: string, value: string | number): TreeNode {
  return { text: `${name}: ${value}`, children: [] }
}

function printMs(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms * 1e6)))
}
