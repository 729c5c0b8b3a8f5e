/** Rows of a group → the rows that pass their series' residual filter. */

import type { Column } from '../domain/column.js'
import { takeValues } from '../domain/take-values.js'
import type { Expr } from '../influxql/ast.js'
import type { VarRef } from '../influxql/walk-expr.js'
import { compileRowCondition } from '../query/operators/row-condition.js'
import { type GroupRows, referredField, type ScanGroup, type ScanRequest } from '../query/scan.js'

/** `rows.columns` are all fields of the request, in its order. */
export function filterRows(rows: GroupRows, group: ScanGroup, request: ScanRequest): GroupRows {
  const columnOf = (reference: VarRef): Column | null => {
    const index = referredField(request.fields, reference)
    return index < 0 ? null : rows.columns[index]
  }
  const passes = compilePartFilters(group, columnOf)
  const kept: number[] = []
  for (let row = 0; row < rows.rowCount; row++) if (passes(rows.series[row], row)) kept.push(row)
  return kept.length === rows.rowCount ? rows : takeRows(rows, kept)
}

export function takeRows(rows: GroupRows, kept: readonly number[]): GroupRows {
  return {
    group: rows.group,
    rowCount: kept.length,
    timestamps: BigInt64Array.from(kept, (row) => rows.timestamps[row]),
    series: Uint32Array.from(kept, (row) => rows.series[row]),
    columns: rows.columns.map((column) => takeValues(column, kept)),
  }
}

function compilePartFilters(
  group: ScanGroup,
  columnOf: (reference: VarRef) => Column | null,
): (series: number, row: number) => boolean {
  const compiled = new Map<Expr, (row: number) => boolean>()
  const always = (): boolean => true
  const compileOnce = (filter: Expr | null): ((row: number) => boolean) => {
    if (filter === null) return always
    let passes = compiled.get(filter)
    if (passes === undefined) compiled.set(filter, (passes = compileRowCondition(filter, columnOf, 'missing')))
    return passes
  }
  if (group.parts.length === 1) {
    const passes = compileOnce(group.parts[0].filter)
    return (_series, row) => passes(row)
  }
  const bySeries = new Map<number, (row: number) => boolean>()
  for (const { series, filter } of group.parts) for (const ordinal of series) bySeries.set(ordinal, compileOnce(filter))
  return (series, row) => bySeries.get(series)?.(row) ?? false
}
