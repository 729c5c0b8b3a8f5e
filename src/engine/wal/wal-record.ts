/**
 * Log records ↔ bytes. A record explains itself: it names database, policy, measurements, fields and every series it
 * touches, so that it can be replayed into an empty store or sent to another node.
 *
 *   | length u32 | crc32 u32 | version u8 = 2 | kind u8 | sequence u64 | time i64 | body |
 *                                                   length of all after itself, crc32 over all after itself,
 *                                                   time: when it was logged, ns; version 1 has none
 *
 *   kind 1, points: | database text | policy text | origin u64 | measurement count u32 | measurement… |
 *     measurement:  | name text | rows u32 | series count u32 | series key bytes… | series index packed | timestamps packed |
 *                   | field count u32 | field… |
 *     field:        | name text | type u8 | has validity u8 | validity words u32… | values |
 *   kind 2, drop:   | scope u8 (1 database, 2 policy, 3 measurement) | database text | policy text | measurement text |
 *   kind 3, delete: | measurement text | start i64 | end i64 | shard group u32 | is all series u8 | series count u32 |
 *                   | series key bytes… |
 *
 *   text, bytes: | length u32 | UTF-8 |        packed: | width u8 | integers |, see packed-integers.ts
 *   values:      integer and unsigned packed; float f64…; boolean u8…; string text…
 *
 * All numbers are little-endian. docs/formats/wal.md describes the same for readers of files.
 */

import { crc32 } from 'node:zlib'
import { validityWordCount } from '../domain/column.js'
import { assert, HyperbyteError } from '../domain/errors.js'
import type { FieldType } from '../domain/field-type.js'
import type { FieldColumn, MeasurementBatch } from '../domain/point-batch.js'
import type { TimeRange } from '../domain/time-range.js'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'
import { packedWidth, readPacked, writePacked } from './packed-integers.js'

const VERSION = 2
/** Records without a time. */
const VERSION_UNTIMED = 1
const CRC_AT = 4
const SUMMED_AT = 8
const SEQUENCE_AT = 10
const TIME_AT = 18

export type DropScope = 'database' | 'retention-policy' | 'measurement'

export type WalRecord =
  | {
      readonly kind: 'points'
      readonly database: string
      readonly retentionPolicy: string
      readonly origin: bigint
      readonly measurements: readonly MeasurementBatch[]
    }
  | {
      readonly kind: 'drop'
      readonly scope: DropScope
      readonly database: string
      readonly retentionPolicy: string
      readonly measurement: string
    }
  | {
      readonly kind: 'delete'
      readonly database: string
      /** '' = in every policy. */
      readonly retentionPolicy: string
      /** '' = every measurement. */
      readonly measurement: string
      readonly range: TimeRange
      /** Number of the shard group that goes with its rows; 0 = none does. */
      readonly shardGroupId: number
      /** Ordinals; null = every series. */
      readonly series: Uint32Array | null
    }

/** Turns series ordinals into canonical keys when encoding, and back when decoding. */
export interface SeriesKeys {
  keyOf(ordinal: number): Uint8Array
  internKey(canonicalKey: Uint8Array): number
}

/** For records that name no series. */
export const NO_SERIES: SeriesKeys = {
  keyOf: () => {
    throw new Error('the record names no series')
  },
  internKey: () => 0,
}

const KIND_BYTE = { points: 1, drop: 2, delete: 3 } satisfies Record<WalRecord['kind'], number>
const KINDS: readonly (WalRecord['kind'] | undefined)[] = [undefined, 'points', 'drop', 'delete']
const SCOPE_BYTE = { database: 1, 'retention-policy': 2, measurement: 3 } satisfies Record<DropScope, number>
const SCOPES: readonly DropScope[] = ['database', 'retention-policy', 'measurement']
const TYPE_BYTE = { float: 1, integer: 2, unsigned: 3, string: 4, boolean: 5 } satisfies Record<FieldType, number>
const TYPES: readonly FieldType[] = ['float', 'integer', 'unsigned', 'string', 'boolean']

/** Records are put together here and copied out at their exact size: one allocation each. Encoding never pauses. */
const scratch = new ByteWriter(1 << 16)

/** A record without sequence, time and checksum, which `sealRecord` fills in when the record's place is known. */
export function encodeRecord(record: WalRecord, series: SeriesKeys): Uint8Array {
  const writer = scratch
  writer.clear()
  writer.u64(0n)
  writer.u8(VERSION)
  writer.u8(KIND_BYTE[record.kind])
  writer.u64(0n)
  writer.u64(0n)
  writer.text(record.database)
  writer.text(record.retentionPolicy)
  if (record.kind === 'drop') {
    writer.text(record.measurement)
    writer.u8(SCOPE_BYTE[record.scope])
    return writer.finish().slice()
  }
  if (record.kind === 'delete') {
    writeDelete(writer, record, series)
    return writer.finish().slice()
  }
  writer.u64(record.origin)
  writer.u32(record.measurements.length)
  for (const batch of record.measurements) writeMeasurement(writer, batch, series)
  return writer.finish().slice()
}

export function sealRecord(bytes: Uint8Array, sequence: bigint, timeNs: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(0, bytes.length - CRC_AT, true)
  view.setBigUint64(SEQUENCE_AT, sequence, true)
  view.setBigInt64(TIME_AT, timeNs, true)
  view.setUint32(CRC_AT, crc32(bytes.subarray(SUMMED_AT)), true)
}

/** The record's own sequence, or null when the bytes are not what was written. */
export function checkRecord(bytes: Uint8Array): bigint | null {
  if (bytes.length < TIME_AT) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== bytes.length - CRC_AT) return null
  if (view.getUint32(CRC_AT, true) !== crc32(bytes.subarray(SUMMED_AT))) return null
  return view.getBigUint64(SEQUENCE_AT, true)
}

/** `unknown`: of a newer program. */
export type RecordKind = WalRecord['kind'] | 'unknown'

/** What a record says of itself before its rows; `timeNs` is null in records of version 1. */
export interface RecordHead {
  readonly kind: RecordKind
  readonly sequence: bigint
  readonly timeNs: bigint | null
  readonly database: string
  readonly retentionPolicy: string
}

/** Call `checkRecord` first. */
export function readRecordHead(bytes: Uint8Array): RecordHead {
  const { kind, sequence, timeNs, reader } = openRecord(bytes)
  return { kind: KINDS[kind] ?? 'unknown', sequence, timeNs, database: reader.text(), retentionPolicy: reader.text() }
}

/** Takes the place of a record whose rows are left out: the sequence stays without a gap. */
export function placeholderRecord(sequence: bigint, timeNs: bigint): Uint8Array {
  const record = { kind: 'points', database: '', retentionPolicy: '', origin: 0n, measurements: [] } as const
  const bytes = encodeRecord(record, NO_SERIES)
  sealRecord(bytes, sequence, timeNs)
  return bytes
}

/** The records of bytes that hold several, one behind the other. What does not fit a length comes as one last piece. */
export function* splitRecords(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.length - at >= CRC_AT ? CRC_AT + view.getUint32(at, true) : bytes.length
    yield bytes.subarray(at, at + length)
    at += length
  }
}

/** Throws `corrupt` for a version or kind that this program does not know. Call `checkRecord` first. */
export function decodeRecord(bytes: Uint8Array, seriesOf: (database: string) => SeriesKeys): WalRecord {
  const { kind, reader } = openRecord(bytes)
  const database = reader.text()
  const retentionPolicy = reader.text()
  if (kind === KIND_BYTE.drop) {
    const measurement = reader.text()
    return { kind: 'drop', database, retentionPolicy, measurement, scope: SCOPES[reader.u8() - 1] }
  }
  if (kind === KIND_BYTE.delete) return { ...readDelete(reader, seriesOf(database)), database, retentionPolicy }
  if (kind !== KIND_BYTE.points) throw new HyperbyteError('corrupt', `a log record has the unknown kind ${kind}`)
  const origin = reader.u64()
  const series = seriesOf(database)
  const measurements = Array.from({ length: reader.u32() }, () => readMeasurement(reader, series))
  assert(reader.isAtEnd, 'a log record is read to its end')
  return { kind: 'points', database, retentionPolicy, origin, measurements }
}

/** A reader at the start of the names. */
function openRecord(bytes: Uint8Array): { kind: number; sequence: bigint; timeNs: bigint | null; reader: ByteReader } {
  const reader = new ByteReader(bytes)
  reader.take(SUMMED_AT)
  const version = reader.u8()
  if (version !== VERSION && version !== VERSION_UNTIMED)
    throw new HyperbyteError('corrupt', `a log record has version ${version}, expected ${VERSION} or less`)
  const kind = reader.u8()
  const sequence = reader.u64()
  const timeNs = version === VERSION_UNTIMED ? null : BigInt.asIntN(64, reader.u64())
  return { kind, sequence, timeNs, reader }
}

type DeleteRecord = Extract<WalRecord, { kind: 'delete' }>

function writeDelete(
  writer: ByteWriter,
  { measurement, range, shardGroupId, series }: DeleteRecord,
  keys: SeriesKeys,
): void {
  writer.text(measurement)
  writer.u64(BigInt.asUintN(64, range.startNs))
  writer.u64(BigInt.asUintN(64, range.endNs))
  writer.u32(shardGroupId)
  writer.u8(series === null ? 1 : 0)
  writer.u32(series?.length ?? 0)
  for (const ordinal of series ?? []) {
    const key = keys.keyOf(ordinal)
    writer.u32(key.length)
    writer.bytes(key)
  }
}

function readDelete(reader: ByteReader, keys: SeriesKeys): Omit<DeleteRecord, 'database' | 'retentionPolicy'> {
  const measurement = reader.text()
  const range = { startNs: BigInt.asIntN(64, reader.u64()), endNs: BigInt.asIntN(64, reader.u64()) }
  const shardGroupId = reader.u32()
  const isAll = reader.u8() === 1
  const series = Uint32Array.from({ length: reader.u32() }, () => keys.internKey(reader.bytes()))
  assert(reader.isAtEnd, 'a log record is read to its end')
  return { kind: 'delete', measurement, range, shardGroupId, series: isAll ? null : series }
}

function writeMeasurement(writer: ByteWriter, batch: MeasurementBatch, series: SeriesKeys): void {
  assert(batch.rowCount > 0, 'a measurement in a record has rows')
  const { keys, indexHalves } = localSeries(batch)
  writer.text(batch.measurement)
  writer.u32(batch.rowCount)
  writer.u32(keys.length)
  for (const ordinal of keys) {
    const key = series.keyOf(ordinal)
    writer.u32(key.length)
    writer.bytes(key)
  }
  writeIntegers(writer, indexHalves, batch.rowCount)
  writeIntegers(writer, halvesOf(batch.timestamps), batch.rowCount)
  writer.u32(batch.fields.length)
  for (const field of batch.fields) writeField(writer, field, batch.rowCount)
}

/** The distinct ordinals of a batch in order of appearance, and each row's index among them. */
function localSeries(batch: MeasurementBatch): { keys: number[]; indexHalves: Int32Array } {
  const indexOf = new Map<number, number>()
  const keys: number[] = []
  const indexHalves = new Int32Array(2 * batch.rowCount)
  for (let i = 0; i < batch.rowCount; i++) {
    const ordinal = batch.series[i]
    let index = indexOf.get(ordinal)
    if (index === undefined) {
      index = keys.length
      indexOf.set(ordinal, index)
      keys.push(ordinal)
    }
    indexHalves[2 * i] = index
  }
  return { keys, indexHalves }
}

function writeField(writer: ByteWriter, field: FieldColumn, rowCount: number): void {
  writer.text(field.name)
  writer.u8(TYPE_BYTE[field.type])
  writer.u8(field.validity === null ? 0 : 1)
  if (field.validity !== null) {
    const wordCount = validityWordCount(rowCount)
    for (let i = 0; i < wordCount; i++) writer.u32(field.validity[i])
  }
  switch (field.type) {
    case 'integer':
    case 'unsigned':
      writeIntegers(writer, halvesOf(field.values), rowCount)
      break
    case 'float': {
      const { buffer, byteOffset } = field.values
      writer.bytes(new Uint8Array(buffer, byteOffset, 8 * rowCount))
      break
    }
    case 'boolean':
      writer.bytes(field.values.subarray(0, rowCount))
      break
    case 'string':
      for (let i = 0; i < rowCount; i++) writer.text(field.values[i])
  }
}

function writeIntegers(writer: ByteWriter, halves: Int32Array, count: number): void {
  const width = packedWidth(halves, count)
  writer.u8(width)
  const view = writer.reserve(count * width)
  writePacked(view, writer.length, halves, count, width)
  writer.skip(count * width)
}

function readMeasurement(reader: ByteReader, series: SeriesKeys): MeasurementBatch {
  const measurement = reader.text()
  const rowCount = reader.u32()
  assert(rowCount > 0, 'a measurement in a record has rows')
  const ordinals = Array.from({ length: reader.u32() }, () => series.internKey(reader.bytes()))
  const indexHalves = readIntegers(reader, rowCount)
  const rowSeries = new Uint32Array(rowCount)
  for (let i = 0; i < rowCount; i++) rowSeries[i] = ordinals[indexHalves[2 * i]]
  const timestamps = new BigInt64Array(readIntegers(reader, rowCount).buffer)
  const fields = Array.from({ length: reader.u32() }, () => readField(reader, rowCount))
  return { measurement, rowCount, series: rowSeries, timestamps, fields }
}

function readField(reader: ByteReader, rowCount: number): FieldColumn {
  const name = reader.text()
  const type = TYPES[reader.u8() - 1]
  const validity =
    reader.u8() === 0 ? null : Uint32Array.from({ length: validityWordCount(rowCount) }, () => reader.u32())
  return { name, type, validity, values: readValues(reader, type, rowCount) } as FieldColumn
}

function readValues(reader: ByteReader, type: FieldType, rowCount: number): FieldColumn['values'] {
  switch (type) {
    case 'integer':
      return new BigInt64Array(readIntegers(reader, rowCount).buffer)
    case 'unsigned':
      return new BigUint64Array(readIntegers(reader, rowCount).buffer)
    case 'float': {
      const from = reader.take(8 * rowCount)
      return Float64Array.from({ length: rowCount }, (_, i) => reader.view.getFloat64(from + 8 * i, true))
    }
    case 'boolean': {
      const from = reader.take(rowCount)
      return Uint8Array.from({ length: rowCount }, (_, i) => reader.view.getUint8(from + i))
    }
    case 'string':
      return Array.from({ length: rowCount }, () => reader.text())
  }
}

function readIntegers(reader: ByteReader, count: number): Int32Array<ArrayBuffer> {
  const width = reader.u8()
  const halves = new Int32Array(2 * count)
  readPacked(reader.view, reader.take(count * width), halves, count, width)
  return halves
}

function halvesOf(values: BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, 2 * values.length)
}
