/** A batch with only some of its rows, in order; columns without a value among them are left out. */

import { isValid, setValid, validityWordCount } from './column.js'
import type { FieldColumn, MeasurementBatch } from './point-batch.js'

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
  const validity = selectValidity(field.validity, rows)
  if (validity === 'none') return null
  switch (field.type) {
    case 'float':
      return { ...field, values: Float64Array.from(rows, (row) => field.values[row]), validity }
    case 'integer':
      return { ...field, values: BigInt64Array.from(rows, (row) => field.values[row]), validity }
    case 'unsigned':
      return { ...field, values: BigUint64Array.from(rows, (row) => field.values[row]), validity }
    case 'boolean':
      return { ...field, values: Uint8Array.from(rows, (row) => field.values[row]), validity }
    case 'string':
      return { ...field, values: Array.from(rows, (row) => field.values[row]), validity }
  }
}

function selectValidity(validity: Uint32Array | null, rows: Uint32Array): Uint32Array | null | 'none' {
  if (validity === null) return null
  const selected = new Uint32Array(validityWordCount(rows.length))
  let validCount = 0
  for (let i = 0; i < rows.length; i++) {
    if (!isValid(validity, rows[i])) continue
    setValid(selected, i)
    validCount++
  }
  if (validCount === 0) return 'none'
  return validCount === rows.length ? null : selected
}
