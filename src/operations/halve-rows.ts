/** Rows as two halves. Cut where a word of the bitmaps ends, so that nothing is copied. */

import type { FieldColumn, PointColumns } from '../engine/index.js'

const ROWS_PER_WORD = 32

/** null when they are too few to be cut. Both halves name all series. */
export function halveRows(columns: PointColumns): readonly [PointColumns, PointColumns] | null {
  const middle = Math.floor(columns.rowCount / 2 / ROWS_PER_WORD) * ROWS_PER_WORD
  return middle === 0 ? null : [cut(columns, 0, middle), cut(columns, middle, columns.rowCount)]
}

function cut(columns: PointColumns, from: number, to: number): PointColumns {
  const cutField = (field: FieldColumn) => ({
    ...field,
    values: field.type === 'string' ? field.values.slice(from, to) : field.values.subarray(from, to),
    validity: field.validity?.subarray(from / ROWS_PER_WORD, Math.ceil(to / ROWS_PER_WORD)) ?? null,
  })
  return {
    ...columns,
    rowCount: to - from,
    seriesOfRow: columns.seriesOfRow?.subarray(from, to) ?? null,
    timestamps: columns.timestamps.subarray(from, to),
    fields: columns.fields.map(cutField) as FieldColumn[],
  }
}
