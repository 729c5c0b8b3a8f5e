/** A batch with only some of its rows, in order; columns without a value among them are left out. */

import type { FieldColumn, MeasurementBatch } from './point-batch.js'
import { takeValues } from './take-values.js'

export function selectRows(batch: MeasurementBatch, rows: Uint32Array): MeasurementBatch {
  const fields: FieldColumn[] = []
  for (const field of batch.fields) {
    const column = selectColumn(field, rows)
    if (column !== null) fields.push(column)
  }
  return {
    measurement: batch.measurement,
    rowCount: rows.length,
    series: rows.map((row) => batch.series[row]),
    timestamps: BigInt64Array.from(rows, (row) => batch.timestamps[row]),
    fields,
  }
}

function selectColumn(field: FieldColumn, rows: Uint32Array): FieldColumn | null {
  const { values, validity } = takeValues(field, rows)
  const isAbsent = validity?.every((word) => word === 0) ?? false
  return isAbsent ? null : ({ ...field, values, validity } as FieldColumn)
}
