/** Small frames for answers that are lists of names: columns of texts and numbers, every row with a value. */

import type { ResultColumn, SeriesFrame } from './result.js'

export function textColumn(name: string, values: string[]): ResultColumn {
  return { name, column: { type: 'string', values, validity: null } }
}

export function integerColumn(name: string, values: readonly bigint[]): ResultColumn {
  return { name, column: { type: 'integer', values: BigInt64Array.from(values), validity: null } }
}

export function booleanColumn(name: string, values: readonly boolean[]): ResultColumn {
  return { name, column: { type: 'boolean', values: Uint8Array.from(values, Number), validity: null } }
}

/** A whole series without tags; `name` '' = none. */
export function listFrame(name: string, columns: readonly ResultColumn[]): SeriesFrame {
  return { name, tags: null, columns, rowCount: columns[0].column.values.length, isPartial: false }
}
