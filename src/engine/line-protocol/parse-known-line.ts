/**
 * The fast way through a line: its series key was spelled like this before, its fields are known by their spelling and
 * have the type their column has, and everything is written without frills. Values go from bytes into columns; nothing
 * is allocated but strings. Any doubt gives the line up, takes back what it set, and leaves it to the exact parser, so
 * that there is one place that knows all of InfluxDB's rules.
 *
 * Every scan here stops at a newline, so a line must have one somewhere ahead in the body.
 */

import type { ColumnBuilder } from '../domain/point-batch-builder.js'
import type { MemorySeriesTable } from '../metadata/memory-series-table.js'
import { BodyStrings } from './body-strings.js'
import { BACKSLASH, COMMA, LOWER_I, LOWER_U, MINUS, NEWLINE, NINE, QUOTE, SPACE, ZERO } from './bytes.js'
import { isSpelled, type LineShape, type ShapeField, startsWith } from './line-shape.js'
import { parseFloatSimple, parseInt64Halves } from './parse-decimal.js'
import { scanSpelling } from './scan-spelling.js'

/** What the lines of one body share. */
export class LineContext {
  readonly body: Buffer
  readonly view: DataView
  readonly table: MemorySeriesTable
  readonly strings: BodyStrings
  readonly nanosecondsPerUnit: bigint
  /** For lines without a timestamp, as two 32-bit halves. */
  readonly defaultTimestamp: Int32Array
  /** By measurement number. */
  readonly shapes = new Map<number, LineShape>()
  lastShape: LineShape | null = null
  lastMeasurement = -1
  /** Result of `scanSpelling`. */
  hash = 0
  /** The previous line's timestamp: where its text is, newline included, and its value. */
  timeStart = 0
  timeLength = 0
  readonly timestamp = new Int32Array(2)

  constructor(body: Buffer, table: MemorySeriesTable, nanosecondsPerUnit: bigint, defaultTimestampNs: bigint) {
    this.body = body
    this.view = new DataView(body.buffer, body.byteOffset, body.length)
    this.table = table
    this.strings = new BodyStrings(body)
    this.nanosecondsPerUnit = nanosecondsPerUnit
    this.defaultTimestamp = new Int32Array(BigInt64Array.of(defaultTimestampNs).buffer)
  }
}

/** Start of the next line, with this one's row committed; -1 = not a line for the fast way, and nothing happened. */
export function parseKnownLine(context: LineContext, start: number): number {
  const { body, view } = context
  const keyEnd = scanSpelling(context, body, view, start)
  if (keyEnd < 0) return -1
  const ordinal = context.table.spellings.find(context.hash, view, start, keyEnd - start)
  if (ordinal < 0) return -1
  const shape = shapeOf(context, ordinal)
  if (shape === null || shape.builder.rowCount === shape.builder.rowCapacity) return -1

  const { builder, touched } = shape
  const row = builder.rowCount
  let touchedCount = 0
  let previous: ShapeField | null = null
  let pos = keyEnd + 1
  for (;;) {
    let field: ShapeField | null = previous === null ? shape.first : previous.next
    if (field === null || !isSpelled(view, pos, field)) {
      field = shape.find(body, pos)
      if (field === null) return giveUp(touched, touchedCount, row)
      if (previous === null) shape.first = field
      else previous.next = field
    }
    const { column } = field
    pos = parseValue(context, column, row, pos + field.spelling.length)
    if (pos < 0) return giveUp(touched, touchedCount, row)
    if (column.validity === null && column.denseCount === row) column.denseCount = row + 1
    else column.markSparse(row, builder.rowCapacity)
    touched[touchedCount++] = column
    previous = field
    const delimiter = body[pos]
    if (delimiter !== COMMA) break
    pos++
  }

  let timestamp = context.defaultTimestamp
  if (body[pos] === SPACE) {
    pos = parseTimestampText(context, pos + 1)
    if (pos < 0) return giveUp(touched, touchedCount, row)
    timestamp = context.timestamp
  } else if (body[pos] !== NEWLINE) return giveUp(touched, touchedCount, row)
  builder.commitRow(ordinal, timestamp[0], timestamp[1])
  return pos + 1
}

function shapeOf(context: LineContext, ordinal: number): LineShape | null {
  const measurement = context.table.measurementNumberOf(ordinal)
  if (measurement === context.lastMeasurement) return context.lastShape
  const shape = context.shapes.get(measurement) ?? null
  context.lastMeasurement = measurement
  context.lastShape = shape
  return shape
}

function giveUp(touched: readonly ColumnBuilder[], count: number, row: number): -1 {
  for (let i = 0; i < count; i++) touched[i].clearValue(row)
  return -1
}

/** Position behind the value, or -1. What follows the value is for the caller to check. */
function parseValue(context: LineContext, column: ColumnBuilder, row: number, start: number): number {
  const { body } = context
  switch (column.type) {
    case 'integer': {
      const end = parseInt64Halves(column.halves, 2 * row, body, start)
      return end >= 0 && body[end] === LOWER_I ? end + 1 : -1
    }
    case 'float': {
      const end = parseFloatSimple(column.floats, row, body, start)
      return end >= 0 ? end : parseFloatText(column.floats, row, body, start)
    }
    case 'unsigned': {
      if (body[start] === MINUS) return -1
      const end = parseInt64Halves(column.halves, 2 * row, body, start)
      return end >= 0 && body[end] === LOWER_U ? end + 1 : -1
    }
    case 'string':
      return parsePlainString(context, column, row, start)
    case 'boolean':
      return parseBoolean(column.booleans, row, body, start)
  }
}

/** A float whose digits need `Number`: found, cut out, and converted. */
function parseFloatText(floats: Float64Array, row: number, body: Buffer, start: number): number {
  let pos = start
  if (body[pos] === MINUS) pos++
  let digitCount = 0
  let dotCount = 0
  for (; ; pos++) {
    const byte = body[pos]
    if (byte >= ZERO && byte <= NINE) digitCount++
    else if (byte === 0x2e) dotCount++
    else break
  }
  if (digitCount === 0 || dotCount > 1) return -1
  const value = Number(body.toString('latin1', start, pos))
  if (!Number.isFinite(value)) return -1
  floats[row] = value
  return pos
}

function parsePlainString(context: LineContext, column: ColumnBuilder, row: number, start: number): number {
  const { body } = context
  if (body[start] !== QUOTE) return -1
  let pos = start + 1
  for (; ; pos++) {
    const byte = body[pos]
    if (byte === QUOTE) break
    if (byte === BACKSLASH || byte === NEWLINE) return -1
  }
  column.setString(row, context.strings.read(start + 1, pos))
  return pos + 1
}

const TRUE_TEXTS = ['true', 'True', 'TRUE', 't', 'T'].map((text) => Buffer.from(text))
const FALSE_TEXTS = ['false', 'False', 'FALSE', 'f', 'F'].map((text) => Buffer.from(text))

function parseBoolean(booleans: Uint8Array, row: number, body: Uint8Array, start: number): number {
  for (const text of TRUE_TEXTS) {
    if (!startsWith(body, start, text)) continue
    booleans[row] = 1
    return start + text.length
  }
  for (const text of FALSE_TEXTS) {
    if (!startsWith(body, start, text)) continue
    booleans[row] = 0
    return start + text.length
  }
  return -1
}

/** Position of the newline behind the timestamp, with its value in the context; -1 for anything unusual. */
function parseTimestampText(context: LineContext, start: number): number {
  const { body } = context
  if (context.timeLength > 0 && isSame(context.view, context.timeStart, start, context.timeLength)) {
    return start + context.timeLength - 1
  }
  const { timestamp } = context
  // From here on the value is being replaced: forget the text it belongs to.
  context.timeLength = 0
  const end = parseInt64Halves(timestamp, 0, body, start)
  if (end < 0 || body[end] !== NEWLINE || !scaleTimestamp(timestamp, context.nanosecondsPerUnit)) return -1
  context.timeStart = start
  context.timeLength = end + 1 - start
  return end
}

function isSame(view: DataView, a: number, b: number, length: number): boolean {
  if (b + length > view.byteLength) return false
  let i = 0
  for (; i + 4 <= length; i += 4) if (view.getInt32(a + i) !== view.getInt32(b + i)) return false
  for (; i < length; i++) if (view.getUint8(a + i) !== view.getUint8(b + i)) return false
  return true
}

/** To nanoseconds; false when that leaves InfluxDB's range or comes near its ends. */
function scaleTimestamp(timestamp: Int32Array, nanosecondsPerUnit: bigint): boolean {
  const high = timestamp[1]
  if (nanosecondsPerUnit === 1n) return high !== 0x7fffffff && high !== -0x80000000
  const value = new BigInt64Array(timestamp.buffer)
  const scaled = value[0] * nanosecondsPerUnit
  if (BigInt.asIntN(63, scaled) !== scaled) return false
  value[0] = scaled
  return true
}
