/** Columns to be filled in, and columns in which every value is missing. */

import { type Column, type ColumnType, type ColumnValues, validityWordCount } from './column.js'

/** `rowCount` zero values, all valid. */
export function emptyColumn(type: ColumnType, rowCount: number): Column {
  return { type, values: emptyValues(type, rowCount), validity: null } as Column
}

export function missingColumn(type: ColumnType, rowCount: number): Column {
  return { ...emptyColumn(type, rowCount), validity: new Uint32Array(validityWordCount(rowCount)) } as Column
}

export function emptyValues(type: ColumnType, count: number): ColumnValues[ColumnType] {
  switch (type) {
    case 'float':
      return new Float64Array(count)
    case 'integer':
    case 'time':
      return new BigInt64Array(count)
    case 'unsigned':
      return new BigUint64Array(count)
    case 'boolean':
      return new Uint8Array(count)
    case 'string':
      return new Array<string>(count).fill('')
  }
}
