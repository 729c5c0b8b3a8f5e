/** MessagePack values into a ByteWriter, in the forms that InfluxDB's encoder picks. */

import { type ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { BOOLEAN, type ColumnView, FLOAT, fillRows, INTEGER, LIST, STRING, UNSIGNED } from './column-view.js'

const NIL = 0xc0
const TIME_EXTENSION = 5
const NS_PER_SECOND = 1_000_000_000n

export function writeMapHead(writer: ByteWriter, count: number): void {
  writeHead(writer, count, 0x80, 0xde)
}

export function writeArrayHead(writer: ByteWriter, count: number): void {
  writeHead(writer, count, 0x90, 0xdc)
}

function writeHead(writer: ByteWriter, count: number, fixed: number, wide: number): void {
  writer.reserve(5)
  const { bytes } = writer
  if (count < 16) bytes[writer.length++] = fixed | count
  else if (count < 0x10000) {
    bytes[writer.length++] = wide
    writer.length = bytes.writeUInt16BE(count, writer.length)
  } else {
    bytes[writer.length++] = wide + 1
    writer.length = bytes.writeUInt32BE(count, writer.length)
  }
}

export function writeText(writer: ByteWriter, text: string): void {
  const byteCount = Buffer.byteLength(text)
  writer.reserve(byteCount + 5)
  const { bytes } = writer
  if (byteCount < 32) bytes[writer.length++] = 0xa0 | byteCount
  else if (byteCount < 0x100) {
    bytes[writer.length++] = 0xd9
    bytes[writer.length++] = byteCount
  } else if (byteCount < 0x10000) {
    bytes[writer.length++] = 0xda
    writer.length = bytes.writeUInt16BE(byteCount, writer.length)
  } else {
    bytes[writer.length++] = 0xdb
    writer.length = bytes.writeUInt32BE(byteCount, writer.length)
  }
  writer.length += bytes.write(text, writer.length)
}

/** A safe integer. */
export function writeInteger(writer: ByteWriter, value: number): void {
  writeInt64(writer, value >>> 0, Math.floor(value / 4294967296))
}

/** Rows `[from, to)`, each an array of its values. Returns the row it stopped before, as writeJsonRows does. */
export function writeMsgpackRows(writer: ByteWriter, columns: readonly ColumnView[], from: number, to: number): number {
  fillRows(columns, from, to)
  for (let row = from; row < to; row++) {
    writeArrayHead(writer, columns.length)
    for (const column of columns) {
      const validity = column.validity
      if (validity !== null && (validity[row >>> 5] & (1 << (row & 31))) === 0) writer.byte(NIL)
      else writeValue(writer, column, row)
    }
    if (writer.length >= PIECE_BYTES) return row + 1
  }
  return to
}

function writeValue(writer: ByteWriter, column: ColumnView, row: number): void {
  const { code } = column
  if (code === STRING) {
    writeText(writer, column.strings[row])
    return
  }
  if (code === LIST) {
    const items = column.strings[row].split('\n')
    writeArrayHead(writer, items.length)
    for (const item of items) writeText(writer, item)
    return
  }
  writer.reserve(16)
  const { bytes } = writer
  if (code === FLOAT) {
    bytes[writer.length++] = 0xcb
    writer.length = bytes.writeDoubleBE(column.floats[row], writer.length)
  } else if (code === BOOLEAN) {
    bytes[writer.length++] = column.booleans[row] === 0 ? 0xc2 : 0xc3
  } else {
    const low = column.words[2 * row] >>> 0
    const high = column.words[2 * row + 1]
    if (code === INTEGER) writeInt64(writer, low, high)
    else if (code === UNSIGNED) writeUint64(writer, low, high >>> 0)
    else writeTime(writer, low, high)
  }
}

/** The smallest signed form; positive numbers never take an unsigned one. */
function writeInt64(writer: ByteWriter, low: number, high: number): void {
  writer.reserve(9)
  const { bytes } = writer
  const small = low | 0
  const isSmall = high === small >> 31
  if (!isSmall) {
    bytes[writer.length++] = 0xd3
    bytes.writeInt32BE(high, writer.length)
    writer.length = bytes.writeUInt32BE(low, writer.length + 4)
  } else if (small >= -32 && small < 128) {
    bytes[writer.length++] = small & 0xff
  } else if (small < 0 && small >= -128) {
    bytes[writer.length++] = 0xd0
    bytes[writer.length++] = small & 0xff
  } else if (small >= -0x8000 && small < 0x8000) {
    bytes[writer.length++] = 0xd1
    writer.length = bytes.writeInt16BE(small, writer.length)
  } else {
    bytes[writer.length++] = 0xd2
    writer.length = bytes.writeInt32BE(small, writer.length)
  }
}

function writeUint64(writer: ByteWriter, low: number, high: number): void {
  const { bytes } = writer
  if (high > 0) {
    bytes[writer.length++] = 0xcf
    bytes.writeUInt32BE(high, writer.length)
    writer.length = bytes.writeUInt32BE(low, writer.length + 4)
  } else if (low < 128) {
    bytes[writer.length++] = low
  } else if (low < 0x100) {
    bytes[writer.length++] = 0xcc
    bytes[writer.length++] = low
  } else if (low < 0x10000) {
    bytes[writer.length++] = 0xcd
    writer.length = bytes.writeUInt16BE(low, writer.length)
  } else {
    bytes[writer.length++] = 0xce
    writer.length = bytes.writeUInt32BE(low, writer.length)
  }
}

/** | 0xc7 | 12 | 5 | seconds i64 | nanoseconds u32 | */
function writeTime(writer: ByteWriter, low: number, high: number): void {
  const { bytes } = writer
  const ns = (BigInt(high) << 32n) | BigInt(low)
  let seconds = ns / NS_PER_SECOND
  let nanos = ns % NS_PER_SECOND
  if (nanos < 0n) {
    nanos += NS_PER_SECOND
    seconds -= 1n
  }
  bytes[writer.length++] = 0xc7
  bytes[writer.length++] = 12
  bytes[writer.length++] = TIME_EXTENSION
  writer.length = bytes.writeBigInt64BE(seconds, writer.length)
  writer.length = bytes.writeUInt32BE(Number(nanos), writer.length)
}
