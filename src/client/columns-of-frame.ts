/** A frame of a raw SELECT inside this process → the same columns with tags by name, not copied. */

import type { FieldColumn, PointColumns, SeriesFrame } from '../engine/index.js'

/** The first column is the time, the others are fields in the types they are stored in. */
export function columnsOfFrame({ name, tags, columns, rowCount }: SeriesFrame): PointColumns {
  const [time, ...fields] = columns
  return {
    measurement: name,
    series: [(tags ?? []).filter(([, value]) => value !== '')],
    seriesOfRow: null,
    rowCount,
    timestamps: time.column.values as BigInt64Array,
    fields: fields.map(({ name, column }) => ({ ...column, name }) as FieldColumn),
  }
}
