/**
 * A SELECT's plan as a list of what is read from which table: one entry for each function and table, or for each table
 * when rows are read as they are. It is what EXPLAIN prints.
 */

import { compareBytewise } from '../../domain/compare-bytewise.js'
import type { TimeRange } from '../../domain/time-range.js'
import { printDecimal, quoteIdent } from '../../influxql/print-expr.js'
import type { TableFacts } from '../catalog.js'
import type { TableName } from '../scan.js'
import type { SelectContext } from '../select-context.js'
import type { PlanCall, PlanRef, SelectPlan } from '../select-plan.js'
import { planTableScan, type TableScan } from '../table-scan.js'

export interface PlannedIterator {
  /** `mean(v::float)`, or null when rows are read as they are. */
  readonly expression: string | null
  /** Columns that come along. */
  readonly auxiliary: readonly string[]
  readonly table: TableName
  readonly range: TimeRange
  readonly seriesCount: number
  readonly fieldCount: number
  readonly facts: TableFacts
}

/** By expression, then by table in the order of the answer; those of subqueries in place of the select around them. */
export function planIterators(plan: SelectPlan, context: SelectContext): PlannedIterator[] {
  if (plan.refs.length === 0) return []
  const scans = plan.tables
    .flat()
    .flatMap((table) => planTableScan(plan, table, context.catalog, context.request.limits) ?? [])
  const own = readingsOf(plan).flatMap(({ expression, auxiliary }) =>
    scans.map((scan) => iteratorOf(scan, expression, auxiliary, context)),
  )
  return [...own, ...plan.subqueries.flatMap((inner) => planIterators(inner, context))]
}

interface Reading {
  readonly expression: string | null
  readonly auxiliary: readonly string[]
}

function readingsOf(plan: SelectPlan): readonly Reading[] {
  const names = (refs: readonly PlanRef[]): string[] => refs.map(printRef).sort(compareBytewise)
  const reduced = plan.calls.filter(({ input }) => input.kind === 'reduce')
  if (reduced.length === 0) return [{ expression: null, auxiliary: names(plan.refs) }]
  const auxiliary = names(plan.auxiliary.map((index) => plan.refs[index]))
  const expressions = new Set(reduced.map((call) => printCall(plan, call)))
  return [...expressions].sort(compareBytewise).map((expression) => ({ expression, auxiliary }))
}

function printCall(plan: SelectPlan, { input }: PlanCall): string {
  const ref = printRef(plan.refs[input.ref])
  if (input.kind === 'points') return ref
  if (input.function === 'count-distinct') return `count(distinct(${ref}))`
  const needsNumber = ['percentile', 'top', 'bottom', 'sample'].includes(input.function)
  const keys = (input.distinctBy ?? []).map((index) => `, ${printRef(plan.refs[index])}`).join('')
  return `${input.function}(${ref}${keys}${needsNumber ? `, ${printDecimal(input.argument)}` : ''})`
}

function printRef(ref: PlanRef): string {
  return `${quoteIdent(ref.name)}::${ref.kind === 'tag' ? 'tag' : ref.type}`
}

function iteratorOf(
  { request }: TableScan,
  expression: string | null,
  auxiliary: readonly string[],
  { catalog }: SelectContext,
): PlannedIterator {
  let seriesCount = 0
  for (const { parts } of request.groups) for (const { series } of parts) seriesCount += series.length
  const { table, range, fields } = request
  return {
    expression,
    auxiliary,
    table,
    range,
    seriesCount,
    fieldCount: fields.length,
    facts: catalog.tableFacts(table, range),
  }
}
