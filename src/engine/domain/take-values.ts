/** Some rows of a column, in the order given; no bitmap when all of them have a value. */

import { type Column, isValid, setValid, validityWordCount } from './column.js'
import { emptyColumn } from './empty-column.js'

export function takeValues(column: Column, rows: ArrayLike<number>): Column {
  const out = emptyColumn(column.type, rows.length)
  for (let i = 0; i < rows.length; i++) out.values[i] = column.values[rows[i]]
  return { ...out, validity: takeValidity(column.validity, rows) } as Column
}

function takeValidity(validity: Uint32Array | null, rows: ArrayLike<number>): Uint32Array | null {
  if (validity === null) return null
  const taken = new Uint32Array(validityWordCount(rows.length))
  let validCount = 0
  for (let i = 0; i < rows.length; i++) {
    if (!isValid(validity, rows[i])) continue
    setValid(taken, i)
    validCount++
  }
  return validCount === rows.length ? null : taken
}
