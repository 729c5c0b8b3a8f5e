/**
 * The exact way through a line: every rule of InfluxDB's, at the price of objects and strings. It also prepares the fast
 * way: the series key's and the fields' spellings are remembered, so the next line like this one is a known line.
 */

import type { MeasurementBuilder, PointBatchBuilder } from '../domain/point-batch-builder.js'
import type { PointDrops } from '../domain/point-drops.js'
import { TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { encodeSeriesKey, SERIES_KEY_BYTES_MAX } from '../metadata/series-key.js'
import type { Tag } from '../metadata/series-table.js'
import { BACKSLASH, COMMA } from './bytes.js'
import { decodeBytes, isValidUtf8 } from './decode-bytes.js'
import { LineShape } from './line-shape.js'
import { type FieldSpan, parseFields, unescapeName, unescapeString } from './parse-fields.js'
import { parseInt64, parseUint64 } from './parse-integer-text.js'
import type { LineContext } from './parse-known-line.js'
import {
  checkRest,
  keyTooLong,
  LineFault,
  type PointSpans,
  parseTimestamp,
  scanPoint,
  scanTimestamp,
  sortTags,
} from './scan-point.js'
import { isPlainSpelling, SPELLING_BYTES_MAX, scanSpelling } from './scan-spelling.js'

/** tsm1's separator between series key and field name, which counts for the longest key. */
const FIELD_SEPARATOR_BYTES = 4

const TAG_ESCAPES = /\\([,= ])/g

/** `start` is the first byte that is not blank, `end` the end of the line. Throws `LineFault`. */
export function parseLine(
  context: LineContext,
  batch: PointBatchBuilder,
  drops: PointDrops,
  start: number,
  end: number,
  rowCountHint: number,
): void {
  const { body } = context
  const spans = scanPoint(body, start, end, SERIES_KEY_BYTES_MAX)
  const fields = parseFields(body, spans.fieldsStart, spans.fieldsEnd, batch.columnCountMax)
  const keyBytes = spans.keyEnd - start
  for (const { nameStart, nameEnd } of fields) {
    // InfluxDB says so only when a space or comma precedes; behind a tab it takes a field without a name.
    if (nameStart === nameEnd) throw new LineFault('missing field key')
    const byteCount = keyBytes + FIELD_SEPARATOR_BYTES + nameEnd - nameStart
    if (byteCount > SERIES_KEY_BYTES_MAX) throw keyTooLong(byteCount, SERIES_KEY_BYTES_MAX)
  }
  const timestamp = timestampOf(context, spans.fieldsEnd, end)

  const series = seriesOf(context, drops, spans)
  if (series < 0) return
  const measurement = context.table.measurementOf(series)
  const storable = fields.filter((field) => field.name !== 'time')
  if (storable.length === 0) {
    drops.add('field', `invalid field name: input field "time" on measurement "${measurement}" is invalid`)
    return
  }
  const invalid = storable.find(({ nameStart, nameEnd }) => !isValidUtf8(body, nameStart, nameEnd))
  if (invalid !== undefined) {
    drops.add('field', `key contains invalid unicode: "${invalid.name}"`)
    return
  }
  const builder = batch.builderFor(measurement, rowCountHint, storable)
  if (builder === null) throw new LineFault(`too many fields: more than ${batch.columnCountMax} in one request`)
  const shape = shapeFor(context, series, builder)
  for (const field of storable) setField(shape, body, field)
  builder.commitRow(series, timestamp[0], timestamp[1])
}

function timestampOf(context: LineContext, fieldsEnd: number, end: number): Int32Array {
  const { body } = context
  const time = scanTimestamp(body, fieldsEnd, end)
  if (time.start === time.end) return context.defaultTimestamp
  const value = parseTimestamp(decodeBytes(body, time.start, time.end)) * context.nanosecondsPerUnit
  if (value < TIMESTAMP_NS_MIN || value > TIMESTAMP_NS_MAX) {
    throw new LineFault(`time outside range ${TIMESTAMP_NS_MIN} - ${TIMESTAMP_NS_MAX}`)
  }
  checkRest(body, time.end, end)
  return new Int32Array(BigInt64Array.of(value).buffer)
}

/** Ordinal of the line's series; -1 when it may not be stored, which is then counted. */
function seriesOf(context: LineContext, drops: PointDrops, spans: PointSpans): number {
  const { body, table } = context
  const { keyStart, keyEnd } = spans
  if (!isValidUtf8(body, keyStart, keyEnd)) {
    drops.add('key', `key contains invalid unicode: "${decodeBytes(body, keyStart, keyEnd)}"`)
    return -1
  }
  if (spans.tags.some((tag) => decodeBytes(body, tag.keyStart, tag.keyEnd) === 'time')) {
    const measurement = unescapeName(decodeBytes(body, keyStart, spans.measurementEnd))
    drops.add('key', `invalid tag key: input tag "time" on measurement "${measurement}" is invalid`)
    return -1
  }
  const series = table.admitKey(canonicalKey(body, spans))
  if (series < 0) drops.add('series-limit', table.limitReason())
  else learnSpelling(context, series, keyStart, keyEnd)
  return series
}

function canonicalKey(body: Buffer, spans: PointSpans): Uint8Array {
  const { keyStart, keyEnd, measurementEnd, tags } = spans
  if (body.subarray(keyStart, keyEnd).includes(BACKSLASH)) return reencodedKey(body, spans)
  const sorted = sortTags(body, tags)
  if (sorted === tags) return body.subarray(keyStart, keyEnd)
  const key = new Uint8Array(keyEnd - keyStart)
  key.set(body.subarray(keyStart, measurementEnd))
  let length = measurementEnd - keyStart
  for (const tag of sorted) {
    key[length++] = COMMA
    key.set(body.subarray(tag.keyStart, tag.valueEnd), length)
    length += tag.valueEnd - tag.keyStart
  }
  return key
}

function reencodedKey(body: Buffer, spans: PointSpans): Uint8Array {
  const tags = spans.tags.map(({ keyStart, keyEnd, valueEnd }): Tag => {
    const key = decodeBytes(body, keyStart, keyEnd).replace(TAG_ESCAPES, '$1')
    return [key, decodeBytes(body, keyEnd + 1, valueEnd).replace(TAG_ESCAPES, '$1')]
  })
  return encodeSeriesKey(unescapeName(decodeBytes(body, spans.keyStart, spans.measurementEnd)), tags)
}

function learnSpelling(context: LineContext, series: number, start: number, end: number): void {
  const { body, table } = context
  if (end - start > SPELLING_BYTES_MAX || !isPlainSpelling(body, start, end)) return
  if (scanSpelling(context, body, context.view, start) !== end) return
  if (table.spellings.find(context.hash, context.view, start, end - start) < 0) {
    table.addSpelling(series, context.hash, body, start, end)
  }
}

function shapeFor(context: LineContext, series: number, builder: MeasurementBuilder): LineShape {
  const measurement = context.table.measurementNumberOf(series)
  let shape = context.shapes.get(measurement)
  if (shape === undefined || shape.builder !== builder) {
    shape = new LineShape(builder)
    context.shapes.set(measurement, shape)
    context.lastMeasurement = -1
  }
  return shape
}

function setField(shape: LineShape, body: Buffer, field: FieldSpan): void {
  const { builder } = shape
  const row = builder.rowCount
  const column = builder.column(field.name, field.type)
  const text = decodeBytes(body, field.valueStart, field.valueEnd)
  switch (field.type) {
    case 'float':
      column.floats[row] = Number(text)
      break
    case 'integer':
      column.setBigint(row, parseInt64(text) ?? 0n)
      break
    case 'unsigned':
      column.setBigint(row, parseUint64(text) ?? 0n)
      break
    case 'boolean':
      column.booleans[row] = text[0] === 't' || text[0] === 'T' ? 1 : 0
      break
    case 'string':
      column.setString(row, unescapeString(text))
  }
  column.markValid(row, builder.rowCapacity)
  shape.learn(body, field.nameStart, field.nameEnd, column)
}
