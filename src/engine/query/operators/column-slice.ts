/**
 * Cutting and building columns without touching the values where that is possible: slices are views, constants share
 * one string, gathers copy the chosen rows.
 */

import { type Column, isValid, setValid, validityWordCount } from '../../domain/column.js'
import { emptyColumn, missingColumn } from '../../domain/empty-column.js'

/** Rows `[start, end)`. Values are a view; the bitmap is a view when `start` falls on a word, else shifted. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  const validity = column.validity === null ? null : sliceValidity(column.validity, start, end)
  switch (column.type) {
    case 'string':
      return { type: 'string', values: column.values.slice(start, end), validity }
    case 'float':
      return { type: 'float', values: column.values.subarray(start, end), validity }
    case 'boolean':
      return { type: 'boolean', values: column.values.subarray(start, end), validity }
    case 'unsigned':
      return { type: 'unsigned', values: column.values.subarray(start, end), validity }
    default:
      return { type: column.type, values: column.values.subarray(start, end), validity }
  }
}

function sliceValidity(validity: Uint32Array, start: number, end: number): Uint32Array {
  const firstWord = start >>> 5
  const wordCount = validityWordCount(end - start)
  const shift = start & 31
  if (shift === 0) return validity.subarray(firstWord, firstWord + wordCount)
  const out = new Uint32Array(wordCount)
  for (let word = 0; word < wordCount; word++) {
    const low = validity[firstWord + word] >>> shift
    const high = firstWord + word + 1 < validity.length ? validity[firstWord + word + 1] << (32 - shift) : 0
    out[word] = low | high
  }
  return out
}

/** The rows in `rows`, in that order; -1 gives a missing value. */
export function gatherColumn(column: Column, rows: Int32Array): Column {
  const out = emptyColumn(column.type, rows.length)
  const validity = new Uint32Array(validityWordCount(rows.length))
  let validCount = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    if (row < 0 || !isValid(column.validity, row)) continue
    out.values[i] = column.values[row]
    setValid(validity, i)
    validCount++
  }
  return { ...out, validity: validCount === rows.length ? null : validity } as Column
}

/** Columns of one type, one after the other. */
export function concatenateColumns(pieces: readonly { readonly column: Column; readonly rowCount: number }[]): Column {
  const rowCount = pieces.reduce((count, piece) => count + piece.rowCount, 0)
  const out = emptyColumn(pieces[0].column.type, rowCount)
  const validity = new Uint32Array(validityWordCount(rowCount))
  let offset = 0
  for (const piece of pieces) {
    for (let row = 0; row < piece.rowCount; row++) {
      if (!isValid(piece.column.validity, row)) continue
      out.values[offset + row] = piece.column.values[row]
      setValid(validity, offset + row)
    }
    offset += piece.rowCount
  }
  return { ...out, validity } as Column
}

export function constantStrings(value: string | null, rowCount: number): Column {
  if (value === null) return missingColumn('string', rowCount)
  return { type: 'string', values: new Array<string>(rowCount).fill(value), validity: null }
}
