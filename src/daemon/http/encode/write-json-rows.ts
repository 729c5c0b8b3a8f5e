/**
 * The row loop of JSON answers: rows `[from, to)` of a frame as `["2020-…",1.5,"a",null],[…`, straight into bytes.
 * The caller keeps a call short (a few thousand values), so that the event loop gets its turn; long strings end it early.
 */

import { type ByteWriter, PIECE_BYTES } from './byte-writer.js'
import {
  BOOLEAN,
  type ColumnView,
  FLOAT,
  fillRows,
  INTEGER,
  LIST,
  STRING,
  UNSIGNED,
  unsupportedValue,
} from './column-view.js'
import { TIME_BYTES_MAX, type TimeText } from './time-text.js'
import { writeJsonStringAt } from './write-json-string.js'
import { writeFloat, writeInt64, writeUint64 } from './write-number.js'

const COMMA = 44
const OPEN = 91
const CLOSE = 93
const QUOTE = 34

/** The widest value that is not a string, with its comma. */
const VALUE_BYTES_MAX = TIME_BYTES_MAX + 3

/**
 * `isFirst`: no comma before the first row. Throws `unsupported` at an infinity or NaN; complete rows before it are in
 * the writer, the torn one is not. Returns the row it stopped before: `to`, or less when a piece is full.
 */
export function writeJsonRows(
  writer: ByteWriter,
  columns: readonly ColumnView[],
  time: TimeText,
  from: number,
  to: number,
  isFirst: boolean,
): number {
  fillRows(columns, from, to)
  const columnCount = columns.length
  const rowBytesMax = columnCount * VALUE_BYTES_MAX + 4
  for (let row = from; row < to; row++) {
    writer.reserve(rowBytesMax)
    let bytes = writer.bytes
    let at = writer.length
    if (isFirst) isFirst = false
    else bytes[at++] = COMMA
    bytes[at++] = OPEN
    for (let c = 0; c < columnCount; c++) {
      if (c > 0) bytes[at++] = COMMA
      const column = columns[c]
      const validity = column.validity
      if (validity !== null && (validity[row >>> 5] & (1 << (row & 31))) === 0) {
        at = writeNull(bytes, at)
        continue
      }
      const code = column.code
      if (code === FLOAT) {
        const value = column.floats[row]
        if (!Number.isFinite(value)) throw unsupportedValue(value)
        at = writeFloat(bytes, at, value)
      } else if (code === INTEGER) {
        at = writeInt64(bytes, at, column.words[2 * row] >>> 0, column.words[2 * row + 1])
      } else if (code === STRING) {
        const text = column.strings[row]
        const needed = text.length * 6 + 2 + rowBytesMax
        if (at + needed > bytes.length) {
          bytes = growBeyond(writer, at, needed)
        }
        at = writeJsonStringAt(bytes, at, text)
      } else if (code === BOOLEAN) {
        at = writeBoolean(bytes, at, column.booleans[row])
      } else if (code === UNSIGNED) {
        at = writeUint64(bytes, at, column.words[2 * row] >>> 0, column.words[2 * row + 1] >>> 0)
      } else if (code === LIST) {
        const text = column.strings[row]
        const needed = text.length * 6 + 4 + rowBytesMax
        if (at + needed > bytes.length) bytes = growBeyond(writer, at, needed)
        at = writeList(bytes, at, text)
      } else {
        bytes[at] = QUOTE
        at = time.write(bytes, at + 1, column.words[2 * row] >>> 0, column.words[2 * row + 1])
        bytes[at++] = QUOTE
      }
    }
    bytes[at++] = CLOSE
    writer.length = at
    if (at >= PIECE_BYTES) return row + 1
  }
  return to
}

/** Room for `needed` bytes after `at`, with the torn row kept but not counted. */
function growBeyond(writer: ByteWriter, at: number, needed: number): Buffer {
  const rowStart = writer.length
  writer.length = at
  writer.reserve(needed)
  writer.length = rowStart
  return writer.bytes
}

/** An item takes no more room than its text, its line feed and two quotes escaped. */
function writeList(bytes: Buffer, at: number, text: string): number {
  bytes[at++] = OPEN
  for (const [index, item] of text.split('\n').entries()) {
    if (index > 0) bytes[at++] = COMMA
    at = writeJsonStringAt(bytes, at, item)
  }
  bytes[at++] = CLOSE
  return at
}

function writeNull(bytes: Uint8Array, at: number): number {
  bytes[at] = 110
  bytes[at + 1] = 117
  bytes[at + 2] = 108
  bytes[at + 3] = 108
  return at + 4
}

function writeBoolean(bytes: Uint8Array, at: number, value: number): number {
  if (value !== 0) {
    bytes[at] = 116
    bytes[at + 1] = 114
    bytes[at + 2] = 117
    bytes[at + 3] = 101
    return at + 4
  }
  bytes[at] = 102
  bytes[at + 1] = 97
  bytes[at + 2] = 108
  bytes[at + 3] = 115
  bytes[at + 4] = 101
  return at + 5
}
