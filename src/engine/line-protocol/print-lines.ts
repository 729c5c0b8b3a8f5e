/**
 * Rows of a batch as line protocol with timestamps in nanoseconds: what is handed on to other servers. Series keys are
 * stored escaped already. Comes in pieces, so that a large batch never is one large text.
 */

import { isValid } from '../domain/column.js'
import type { FieldColumn, MeasurementBatch } from '../domain/point-batch.js'

export interface LinePiece {
  /** Whole lines, each with its line feed. */
  readonly body: Buffer
  readonly rowCount: number
}

/** About 3 ms of printing. */
const PIECE_CHARACTERS = 2 ** 19

export function* printLines(
  measurements: readonly MeasurementBatch[],
  keyOf: (series: number) => Uint8Array,
): Generator<LinePiece> {
  let text = ''
  let rowCount = 0
  for (const batch of measurements) {
    const names = batch.fields.map(({ name }) => name.replace(/[,= ]/g, '\\$&'))
    const keys = new Map<number, string>()
    for (let row = 0; row < batch.rowCount; row++) {
      text += `${keyText(keys, batch.series[row], keyOf)} ${printFields(batch.fields, names, row)} ${batch.timestamps[row]}\n`
      rowCount++
      if (text.length < PIECE_CHARACTERS) continue
      yield { body: Buffer.from(text), rowCount }
      text = ''
      rowCount = 0
    }
  }
  if (rowCount > 0) yield { body: Buffer.from(text), rowCount }
}

function keyText(keys: Map<number, string>, series: number, keyOf: (series: number) => Uint8Array): string {
  let text = keys.get(series)
  if (text === undefined) keys.set(series, (text = Buffer.from(keyOf(series)).toString()))
  return text
}

function printFields(fields: readonly FieldColumn[], names: readonly string[], row: number): string {
  let text = ''
  for (let i = 0; i < fields.length; i++) {
    if (!isValid(fields[i].validity, row)) continue
    text += `${text === '' ? '' : ','}${names[i]}=${printValue(fields[i], row)}`
  }
  return text
}

function printValue(field: FieldColumn, row: number): string {
  switch (field.type) {
    case 'float':
      return String(field.values[row])
    case 'integer':
      return `${field.values[row]}i`
    case 'unsigned':
      return `${field.values[row]}u`
    case 'boolean':
      return field.values[row] === 0 ? 'false' : 'true'
    case 'string':
      return `"${field.values[row].replace(/[\\"]/g, '\\$&')}"`
  }
}
