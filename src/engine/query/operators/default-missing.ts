/**
 * What a missing value of a plain field becomes: fill(number) puts its number and fill(previous) the value of the row
 * before, beside a selector and in selects without functions (answers of influxd 1.6.7). Rows of one series only.
 */

import { type Column, isValid, setValid } from '../../domain/column.js'
import type { FillMode } from '../../influxql/ast.js'
import { castNumber } from './fill.js'
import type { Value } from './series-builder.js'

/** The last value of each column of the series so far, for frames that continue a series. */
export type CarriedValues = (Value | null)[]

export function defaultMissing(
  columns: readonly Column[],
  rowCount: number,
  fill: FillMode,
  carried: CarriedValues,
): readonly Column[] {
  if (fill.kind === 'number') return columns.map((column) => withNumber(column, rowCount, fill.value))
  if (fill.kind === 'previous') {
    return columns.map((column, i) => {
      const filled = withPrevious(column, rowCount, carried[i] ?? null)
      if (rowCount > 0) carried[i] = isValid(filled.validity, rowCount - 1) ? filled.values[rowCount - 1] : null
      return filled
    })
  }
  return columns
}

function withNumber(column: Column, rowCount: number, number: number | bigint): Column {
  if (column.validity === null || column.type === 'string' || column.type === 'boolean') return column
  const out = copyOf(column)
  const value = castNumber(number, column.type)
  for (let row = 0; row < rowCount; row++) if (!isValid(column.validity, row)) out.values[row] = value
  return { ...out, validity: null } as Column
}

function withPrevious(column: Column, rowCount: number, carried: Value | null): Column {
  if (column.validity === null) return column
  const out = copyOf(column)
  const validity = column.validity.slice()
  let previous = carried
  for (let row = 0; row < rowCount; row++) {
    if (isValid(column.validity, row)) {
      previous = column.values[row]
    } else if (previous !== null) {
      out.values[row] = previous
      setValid(validity, row)
    }
  }
  return { ...out, validity } as Column
}

function copyOf(column: Column): Column {
  return { ...column, values: column.values.slice() } as Column
}
