/**
 * Columns → the columnar MessagePack body of docs/formats/write-msgpack.md: one block per run of rows of one series.
 * Columns without gaps are copied as they lie in memory.
 */

import { endianness } from 'node:os'
import { type FieldColumn, type FieldType, isValid, type PointColumns } from '../engine/index.js'
import { GrowingBuffer } from './growing-buffer.js'

const TYPE_TAGS = {
  float: 'Float',
  integer: 'Integer',
  unsigned: 'UInteger',
  string: 'String',
  boolean: 'Boolean',
} as const satisfies Record<FieldType, string>

interface Run {
  readonly seriesIndex: number
  readonly from: number
  readonly to: number
}

/** Packed columns are little-endian, as this machine's arrays have to be. */
export const IS_COLUMNAR_POSSIBLE = endianness() === 'LE'

/** Rows per block below which line protocol is smaller and faster. */
const ROWS_PER_RUN_MIN = 8

/** Whether series have rows enough for a block each to be worth its head, once rows lie series by series. */
export function isColumnarWorthwhile(parts: readonly PointColumns[]): boolean {
  if (!IS_COLUMNAR_POSSIBLE) return false
  let rowCount = 0
  let seriesCount = 0
  for (const part of parts) {
    rowCount += part.rowCount
    seriesCount += part.series.length
  }
  return rowCount >= seriesCount * ROWS_PER_RUN_MIN
}

export function encodeColumnarMsgpack(parts: readonly PointColumns[]): Buffer {
  const out = new GrowingBuffer(1 << 20)
  const runs = parts.map(runsOf)
  arrayHead(
    out,
    runs.reduce((sum, { length }) => sum + length, 0),
  )
  for (const [i, part] of parts.entries()) {
    for (const run of runs[i]) writeBlock(out, part, run)
  }
  return out.take()
}

function runsOf({ seriesOfRow, rowCount }: PointColumns): Run[] {
  if (seriesOfRow === null) return rowCount === 0 ? [] : [{ seriesIndex: 0, from: 0, to: rowCount }]
  const runs: Run[] = []
  let from = 0
  for (let row = 1; row <= rowCount; row++) {
    if (row < rowCount && seriesOfRow[row] === seriesOfRow[from]) continue
    runs.push({ seriesIndex: seriesOfRow[from], from, to: row })
    from = row
  }
  return runs
}

function writeBlock(out: GrowingBuffer, part: PointColumns, run: Run): void {
  const tags = part.series[run.seriesIndex]
  mapHead(out, 4)
  text(out, 'measurement')
  text(out, part.measurement)
  text(out, 'tags')
  mapHead(out, tags.length)
  for (const [key, value] of tags) {
    text(out, key)
    text(out, value)
  }
  text(out, 'fields')
  mapHead(out, part.fields.length)
  for (const field of part.fields) {
    text(out, field.name)
    mapHead(out, 1)
    text(out, TYPE_TAGS[field.type])
    writeColumn(out, field, run)
  }
  text(out, 'timestamps')
  packed(out, part.timestamps, run)
}

function writeColumn(out: GrowingBuffer, field: FieldColumn, run: Run): void {
  if (field.type !== 'string' && isDense(field.validity, run)) {
    packed(out, field.values, run)
    return
  }
  arrayHead(out, run.to - run.from)
  for (let row = run.from; row < run.to; row++) {
    if (isValid(field.validity, row)) writeValue(out, field, row)
    else out.byte(0xc0)
  }
}

function writeValue(out: GrowingBuffer, field: FieldColumn, row: number): void {
  switch (field.type) {
    case 'float':
      out.reserve(9)
      out.bytes[out.length] = 0xcb
      out.bytes.writeDoubleBE(field.values[row], out.length + 1)
      out.length += 9
      break
    case 'integer':
      out.reserve(9)
      out.bytes[out.length] = 0xd3
      out.bytes.writeBigInt64BE(field.values[row], out.length + 1)
      out.length += 9
      break
    case 'unsigned':
      out.reserve(9)
      out.bytes[out.length] = 0xcf
      out.bytes.writeBigUInt64BE(field.values[row], out.length + 1)
      out.length += 9
      break
    case 'boolean':
      out.byte(field.values[row] === 0 ? 0xc2 : 0xc3)
      break
    case 'string':
      text(out, field.values[row])
  }
}

function isDense(validity: Uint32Array | null, { from, to }: Run): boolean {
  if (validity === null) return true
  for (let row = from; row < to; row++) if (!isValid(validity, row)) return false
  return true
}

type Packable = Float64Array | BigInt64Array | BigUint64Array | Uint8Array

function packed(out: GrowingBuffer, values: Packable, { from, to }: Run): void {
  const width = values.BYTES_PER_ELEMENT
  const byteCount = (to - from) * width
  out.reserve(5 + byteCount)
  out.bytes[out.length] = 0xc6
  out.bytes.writeUInt32BE(byteCount, out.length + 1)
  out.length += 5
  out.append(new Uint8Array(values.buffer, values.byteOffset + from * width, byteCount))
}

function arrayHead(out: GrowingBuffer, length: number): void {
  if (length < 16) out.byte(0x90 | length)
  else sized(out, 0xdd, length)
}

function mapHead(out: GrowingBuffer, length: number): void {
  if (length < 16) out.byte(0x80 | length)
  else sized(out, 0xdf, length)
}

function text(out: GrowingBuffer, value: string): void {
  // Room for the longest head, which is moved up when a shorter one will do.
  const head = out.length
  out.reserve(5)
  out.length += 1
  out.utf8(value)
  const byteCount = out.length - head - 1
  if (byteCount < 32) {
    out.bytes[head] = 0xa0 | byteCount
    return
  }
  out.reserve(4)
  out.bytes.copyWithin(head + 5, head + 1, out.length)
  out.bytes[head] = 0xdb
  out.bytes.writeUInt32BE(byteCount, head + 1)
  out.length += 4
}

function sized(out: GrowingBuffer, code: number, length: number): void {
  out.reserve(5)
  out.bytes[out.length] = code
  out.bytes.writeUInt32BE(length, out.length + 1)
  out.length += 5
}
