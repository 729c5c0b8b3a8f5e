/**
 * A column as another type: numbers become other numbers as Go converts them on amd64, everything else reads as missing.
 * `compile-relation.ts` says the same in SQL.
 */

import type { Column, ColumnType } from './column.js'
import { emptyColumn, missingColumn } from './empty-column.js'

/** `rowCount` counts when the arrays are longer than the rows. */
export function castColumn(column: Column, type: ColumnType, rowCount = column.values.length): Column {
  if (column.type === type) return column
  if (!isNumber(column.type) || !isNumber(type)) return missingColumn(type, rowCount)
  const out = emptyColumn(type, rowCount)
  const cast = type === 'float' ? Number : type === 'integer' ? toInteger : toUnsigned
  for (let row = 0; row < rowCount; row++) out.values[row] = cast(column.values[row] as number | bigint)
  return { ...out, validity: column.validity } as Column
}

const INTEGER_MIN = -(2n ** 63n)
const HALF_RANGE = 2 ** 63

/** Towards zero; what int64 cannot hold, NaN too, becomes its least value. */
export function toInteger(value: number | bigint): bigint {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value)
  return value >= -HALF_RANGE && value < HALF_RANGE ? BigInt(Math.trunc(value)) : INTEGER_MIN
}

/** As the signed integer's bits below 2^63; 0 for what uint64 cannot hold above. */
function toUnsigned(value: number | bigint): bigint {
  if (typeof value === 'bigint' || value < HALF_RANGE) return BigInt.asUintN(64, toInteger(value))
  return value < 2 * HALF_RANGE ? BigInt(value) : 0n
}

function isNumber(type: ColumnType): boolean {
  return type === 'float' || type === 'integer' || type === 'unsigned'
}
