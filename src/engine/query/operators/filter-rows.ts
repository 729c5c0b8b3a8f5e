/** A condition over the rows of a subquery → which rows pass. */

import type { Expr } from '../../influxql/ast.js'
import { type ColumnLookup, compileRowCondition } from './row-condition.js'

export function filterRows(condition: Expr, rowCount: number, columnOf: ColumnLookup): Int32Array {
  const passes = compileRowCondition(condition, columnOf, 'false')
  const rows: number[] = []
  for (let row = 0; row < rowCount; row++) if (passes(row)) rows.push(row)
  return Int32Array.from(rows)
}
