/** A field read as another type than it was stored with: numbers are cast, everything else reads as missing. */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import { isNumeric } from '../domain/field-type.js'
import { emptyValues } from './series-segment.js'

const INT64_MAX = 0x7fff_ffff_ffff_ffffn

export function missingColumn(type: ColumnType, rowCount: number): Column {
  return { type, values: emptyValues(type, rowCount), validity: new Uint32Array(validityWordCount(rowCount)) } as Column
}

export function castColumn(column: Column, to: FieldType): Column {
  if (column.type === to) return column
  const from = column.type as FieldType
  const rowCount = column.values.length
  if (!isNumeric(from) || !isNumeric(to)) return missingColumn(to, rowCount)
  const cast = missingColumn(to, rowCount)
  const values = cast.values as unknown[]
  for (let row = 0; row < rowCount; row++) {
    if (!isValid(column.validity, row)) continue
    const value = castNumber(column.values[row] as number | bigint, to)
    if (value === null) continue
    values[row] = value
    setValid(cast.validity!, row)
  }
  return cast
}

/** null where the value does not fit. */
function castNumber(value: number | bigint, to: FieldType): number | bigint | null {
  if (to === 'float') return Number(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
  if (to === 'unsigned') return whole >= 0n && whole <= 2n * INT64_MAX + 1n ? whole : null
  return whole >= -INT64_MAX - 1n && whole <= INT64_MAX ? whole : null
}
