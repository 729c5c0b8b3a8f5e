/** A field read as another type than it was stored with: numbers are cast, everything else reads as missing. */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import { isNumeric } from '../domain/field-type.js'
import { toInteger } from '../query/operators/cast-column.js'
import { emptyValues } from './series-segment.js'

const UINT64_MAX = 0xffff_ffff_ffff_ffffn

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

/** Floats become integers as in Go on amd64: towards zero, and what does not fit is the least integer. */
function castNumber(value: number | bigint, to: FieldType): number | bigint | null {
  if (to === 'float') return Number(value)
  if (to === 'integer') return typeof value === 'bigint' ? BigInt.asIntN(64, value) : toInteger(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  const whole = typeof value === 'bigint' ? value : BigInt(Math.trunc(value))
  return whole >= 0n && whole <= UINT64_MAX ? whole : null
}
