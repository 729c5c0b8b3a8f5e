/** The row loop of CSV answers: rows `[from, to)`, each after the series' name and tags. Returns the row it stopped before, as writeJsonRows does. */

import { type ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { BOOLEAN, type ColumnView, FLOAT, fillRows, LIST, STRING, UNSIGNED } from './column-view.js'
import { csvField } from './csv-field.js'
import { NUMBER_BYTES_MAX, writeFloat, writeInt64, writeUint64 } from './write-number.js'

const COMMA = 44
const NEWLINE = 10

export function writeCsvRows(
  writer: ByteWriter,
  columns: readonly ColumnView[],
  prefix: Uint8Array,
  from: number,
  to: number,
): number {
  fillRows(columns, from, to)
  for (let row = from; row < to; row++) {
    writer.copy(prefix)
    for (let c = 0; c < columns.length; c++) {
      if (c > 0) writer.byte(COMMA)
      const column = columns[c]
      const validity = column.validity
      if (validity !== null && (validity[row >>> 5] & (1 << (row & 31))) === 0) continue
      writeValue(writer, column, row)
    }
    writer.byte(NEWLINE)
    if (writer.length >= PIECE_BYTES) return row + 1
  }
  return to
}

function writeValue(writer: ByteWriter, column: ColumnView, row: number): void {
  writer.reserve(NUMBER_BYTES_MAX)
  const { bytes, length } = writer
  switch (column.code) {
    case FLOAT: {
      const value = column.floats[row]
      const size = Math.abs(value)
      if (size < 1e21 && (size >= 1e-6 || size === 0)) writer.length = writeFloat(bytes, length, value)
      else writer.ascii(plainDecimal(value))
      break
    }
    case STRING:
      writer.utf8(csvField(column.strings[row]))
      break
    case LIST:
      writer.utf8(csvField(column.strings[row].split('\n').join(' ')))
      break
    case BOOLEAN:
      writer.ascii(column.booleans[row] === 0 ? 'false' : 'true')
      break
    case UNSIGNED:
      writer.length = writeUint64(bytes, length, column.words[2 * row] >>> 0, column.words[2 * row + 1] >>> 0)
      break
    default:
      writer.length = writeInt64(bytes, length, column.words[2 * row] >>> 0, column.words[2 * row + 1])
  }
}

/** Go's `FormatFloat(v, 'f', -1, 64)` for what JavaScript prints with an exponent. */
function plainDecimal(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [mantissa, exponentText] = String(Math.abs(value)).split('e')
  const [whole, fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  const exponent = Number(exponentText)
  const sign = value < 0 ? '-' : ''
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  return sign + digits.padEnd(exponent + 1, '0')
}
