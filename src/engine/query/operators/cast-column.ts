/** Numbers as other numbers, for `field::type`. Values that are no numbers become missing. */

import type { Column, ColumnType } from '../../domain/column.js'
import { emptyColumn, missingColumn } from './column-slice.js'

export function castColumn(column: Column, type: ColumnType, rowCount: number): Column {
  if (column.type === type) return column
  if (!isNumber(column.type) || !isNumber(type)) return missingColumn(type, rowCount)
  const out = emptyColumn(type, rowCount)
  for (let row = 0; row < rowCount; row++) {
    const value = column.values[row] as number | bigint
    out.values[row] = type === 'float' ? Number(value) : toInteger(value)
  }
  return { ...out, validity: column.validity } as Column
}

const INTEGER_MIN = -(2n ** 63n)

/** Towards zero; what int64 cannot hold, NaN too, becomes its least value, as in Go on amd64. */
export function toInteger(value: number | bigint): bigint {
  if (typeof value === 'bigint') return value
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : INTEGER_MIN
}

function isNumber(type: ColumnType): boolean {
  return type === 'float' || type === 'integer' || type === 'unsigned'
}
