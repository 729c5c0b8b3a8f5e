/** Rows of a query's answer → line protocol, each value in the type it was stored in. */

import { type Column, isValid, type SeriesFrame } from '../../engine/index.js'

/** The frame's first column is the time; the others are these fields, in order. Rows without a value give no line. */
export function* printLines(frame: SeriesFrame, measurement: string, fields: readonly string[]): Generator<string> {
  const key = printKey(measurement, frame.tags ?? [])
  const names = fields.map(escapeKey)
  const [time, ...columns] = frame.columns.map(({ column }) => column)
  for (let row = 0; row < frame.rowCount; row++) {
    let text = ''
    for (let i = 0; i < columns.length; i++) {
      if (!isValid(columns[i].validity, row)) continue
      text += `${text === '' ? '' : ','}${names[i]}=${printValue(columns[i], row)}`
    }
    if (text !== '') yield `${key} ${text} ${time.values[row]}`
  }
}

function printKey(measurement: string, tags: readonly (readonly [string, string])[]): string {
  let key = measurement.replace(/[, ]/g, '\\$&')
  for (const [name, value] of tags) if (value !== '') key += `,${escapeKey(name)}=${escapeKey(value)}`
  return key
}

function escapeKey(text: string): string {
  return text.replace(/[,= ]/g, '\\$&')
}

function printValue(column: Column, row: number): string {
  switch (column.type) {
    case 'integer':
      return `${column.values[row]}i`
    case 'unsigned':
      return `${column.values[row]}u`
    case 'boolean':
      return column.values[row] !== 0 ? 'true' : 'false'
    case 'string':
      return `"${column.values[row].replace(/[\\"]/g, '\\$&')}"`
    default:
      return String(column.values[row])
  }
}
