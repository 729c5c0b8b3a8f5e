/** Pieces of columns → one column: how chunks in flight become the rows of a group. */

import { type Column, setValid, validityWordCount } from '../domain/column.js'

/** Rows `[from, to)` of some columns. */
export interface ColumnPiece {
  readonly columns: readonly Column[]
  readonly from: number
  readonly to: number
}

type NumericValues = Float64Array | BigInt64Array | BigUint64Array | Uint8Array

/** Column `index` of all pieces, which together have `rowCount` rows of one type. */
export function concatColumns(pieces: readonly ColumnPiece[], index: number, rowCount: number): Column {
  const { type } = pieces[0].columns[index]
  const validity = concatValidity(pieces, index, rowCount)
  if (type === 'string') {
    const values = pieces.flatMap(({ columns, from, to }) => (columns[index].values as string[]).slice(from, to))
    return { type, values, validity }
  }
  const first = pieces[0].columns[index].values as NumericValues
  const values = new (first.constructor as new (length: number) => NumericValues)(rowCount)
  let at = 0
  for (const { columns, from, to } of pieces) {
    values.set((columns[index].values as Float64Array).subarray(from, to) as never, at)
    at += to - from
  }
  return { type, values, validity } as Column
}

function concatValidity(pieces: readonly ColumnPiece[], index: number, rowCount: number): Uint32Array | null {
  if (pieces.every(({ columns }) => columns[index].validity === null)) return null
  const validity = new Uint32Array(validityWordCount(rowCount))
  let at = 0
  for (const { columns, from, to } of pieces) {
    const source = columns[index].validity
    for (let row = from; row < to; row++, at++) {
      if (source === null || (source[row >>> 5] & (1 << (row & 31))) !== 0) setValid(validity, at)
    }
  }
  return validity
}
