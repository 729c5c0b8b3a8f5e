/**
 * A chunked MessagePack answer to a SELECT, bytes in pieces → rows as typed columns. MessagePack is what influxd sends
 * fastest (0.9 s for 4 M values that take 1.6 s as JSON) and the only format of it that tells 1.0 from 1 and keeps
 * 64-bit integers apart from floats.
 *
 * Rows of many series are gathered into one `PointColumns`. Where the bytes end in the middle of something, reading
 * goes back to its start and waits for the next piece; a half-read row leaves no trace.
 */

import {
  type ColumnBuilder,
  type FieldType,
  MeasurementBuilder,
  type PointColumns,
  type TagSet,
} from '../engine/index.js'
import { ClientError } from './client-error.js'
import { kindOfStatementError } from './translate-answer.js'

/** Types that a field may have in the answer, by name; a field that is not listed takes the type of its first value. */
export type DeclaredTypes = ReadonlyMap<string, readonly FieldType[]>

/** Rows of one `PointColumns`: enough to make calls cheap, and a few MB at the most. */
const ROWS_MAX = 16_384

class Incomplete extends Error {}
const INCOMPLETE = new Incomplete()

/** Wants more bytes. */
const MORE = null

export class MsgpackColumnReader {
  readonly #declared: DeclaredTypes
  readonly #run: Generator<PointColumns | typeof MORE, void>
  #bytes: Buffer = Buffer.alloc(0)
  #view = new DataView(this.#bytes.buffer)
  #pos = 0
  #isEnded = false

  // Rows gathered so far, of series with these columns.
  #builder: MeasurementBuilder | null = null
  #series: TagSet[] = []
  #columnNames: readonly string[] = []
  #targets: (ColumnBuilder | null)[] = []

  constructor(declared: DeclaredTypes) {
    this.#declared = declared
    this.#run = this.#documents()
  }

  /** The rows that `piece` completes. Throws `ClientError` when the answer tells of a failure. */
  *push(piece: Uint8Array): Generator<PointColumns> {
    this.#append(piece)
    for (;;) {
      const { value, done } = this.#run.next()
      if (done === true || value === MORE) return
      yield value
    }
  }

  /** What is left at the end of the answer. Throws when the answer stops in the middle. */
  *finish(): Generator<PointColumns> {
    this.#isEnded = true
    for (;;) {
      const { value, done } = this.#run.next()
      if (done === true) return
      if (value === MORE) throw new ClientError('unreachable', 'the answer stopped in the middle')
      yield value
    }
  }

  #append(piece: Uint8Array): void {
    const rest = this.#bytes.subarray(this.#pos)
    this.#bytes =
      rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece])
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
    this.#pos = 0
  }

  *#documents(): Generator<PointColumns | typeof MORE, void> {
    for (;;) {
      while (this.#pos === this.#bytes.length) {
        if (this.#isEnded) {
          yield* this.#takeRows()
          return
        }
        yield MORE
      }
      for (let left = yield* this.#value(readMapLength); left > 0; left--) {
        const key = yield* this.#value(readText)
        if (key === 'error') throw failure(yield* this.#value(readText))
        if (key !== 'results') yield* this.#value(skipValue)
        else for (let results = yield* this.#value(readArrayLength); results > 0; results--) yield* this.#result()
      }
    }
  }

  *#result(): Generator<PointColumns | typeof MORE, void> {
    for (let left = yield* this.#value(readMapLength); left > 0; left--) {
      const key = yield* this.#value(readText)
      if (key === 'error') throw failure(yield* this.#value(readText))
      if (key !== 'series') yield* this.#value(skipValue)
      else for (let series = yield* this.#value(readArrayLength); series > 0; series--) yield* this.#oneSeries()
    }
  }

  *#oneSeries(): Generator<PointColumns | typeof MORE, void> {
    let name = ''
    let tags: TagSet = []
    let columns: readonly string[] = []
    for (let left = yield* this.#value(readMapLength); left > 0; left--) {
      switch (yield* this.#value(readText)) {
        case 'name':
          name = yield* this.#value(readText)
          break
        case 'tags':
          tags = yield* this.#value(readTags)
          break
        case 'columns':
          columns = yield* this.#value(readTexts)
          break
        case 'values':
          yield* this.#beginSeries(name, tags, columns)
          yield* this.#rows(yield* this.#value(readArrayLength))
          break
        default:
          yield* this.#value(skipValue)
      }
    }
  }

  *#beginSeries(name: string, tags: TagSet, columns: readonly string[]): Generator<PointColumns | typeof MORE, void> {
    const builder = this.#builder
    const isSame =
      builder !== null && builder.measurement === name && columns.join('\0') === this.#columnNames.join('\0')
    if (isSame && builder.rowCount < ROWS_MAX) {
      this.#series.push(tags)
      return
    }
    yield* this.#takeRows()
    this.#builder = new MeasurementBuilder(name, 1024)
    this.#columnNames = columns
    this.#series = [tags]
    this.#targets = columns.map(() => null)
  }

  *#rows(rowCount: number): Generator<PointColumns | typeof MORE, void> {
    for (let left = rowCount; left > 0; ) {
      const builder = this.#builder!
      if (builder.rowCount >= ROWS_MAX) {
        const [tags] = this.#series.slice(-1)
        yield* this.#beginSeries(builder.measurement, tags, this.#columnNames)
        continue
      }
      const readCount = this.#readRows(Math.min(left, ROWS_MAX - builder.rowCount))
      left -= readCount
      if (readCount === 0) yield MORE
    }
  }

  *#takeRows(): Generator<PointColumns> {
    const builder = this.#builder
    this.#builder = null
    if (builder === null || builder.rowCount === 0) return
    const { measurement, rowCount, series, timestamps, fields } = builder.finish()
    const isOne = this.#series.length === 1
    yield { measurement, series: this.#series, seriesOfRow: isOne ? null : series, rowCount, timestamps, fields }
  }

  /** Reads whole rows, at most `rowCountMax`; 0 when not even one is here. */
  #readRows(rowCountMax: number): number {
    const builder = this.#builder!
    const columnCount = this.#columnNames.length
    const seriesIndex = this.#series.length - 1
    for (let count = 0; count < rowCountMax; count++) {
      const start = this.#pos
      try {
        if (readArrayLength(this) !== columnCount) throw unexpected('a row has another number of values than columns')
        const timestamp = this.#readTimestamp()
        if (builder.rowCount === builder.rowCapacity) builder.resize(builder.rowCapacity * 4)
        for (let i = 1; i < columnCount; i++) this.#readCell(i, builder.rowCount)
        builder.commitRow(seriesIndex, timestamp.low, timestamp.high)
      } catch (error) {
        if (error !== INCOMPLETE) throw error
        this.#pos = start
        return count
      }
    }
    return rowCountMax
  }

  readonly #integer = { low: 0, high: 0 }

  #readTimestamp(): { readonly low: number; readonly high: number } {
    const { bytes, pos } = this
    if (pos >= bytes.length) throw INCOMPLETE
    this.#readInteger(bytes[pos])
    return { low: this.#integer.low, high: this.#integer.high }
  }

  #readCell(columnIndex: number, row: number): void {
    if (this.#pos >= this.#bytes.length) throw INCOMPLETE
    const code = this.#bytes[this.#pos]
    if (code === 0xc0) {
      this.#pos++
      return
    }
    const column = this.#targets[columnIndex] ?? this.#openColumn(columnIndex, code)
    const { rowCapacity } = this.#builder!
    switch (column.type) {
      case 'float':
        column.floats[row] = code === 0xcb ? this.#readFloat() : this.#readNumber(code)
        break
      case 'integer':
      case 'unsigned':
        this.#readInteger(code)
        column.halves[2 * row] = this.#integer.low
        column.halves[2 * row + 1] = this.#integer.high
        break
      case 'boolean':
        if (code !== 0xc2 && code !== 0xc3) throw this.#wrongType(columnIndex)
        column.booleans[row] = code - 0xc2
        this.#pos++
        break
      case 'string': {
        // The row may be read again: a string that is set twice stays one.
        const text = readText(this)
        if (column.strings.length > row) column.strings[row] = text
        else column.setString(row, text)
      }
    }
    column.markValid(row, rowCapacity)
  }

  #openColumn(columnIndex: number, code: number): ColumnBuilder {
    const name = this.#columnNames[columnIndex]
    const declared = this.#declared.get(name) ?? []
    const type = declared.length === 1 ? declared[0] : typeOfCode(code, declared)
    if (type === null) throw this.#wrongType(columnIndex)
    const column = this.#builder!.column(name, type)
    this.#targets[columnIndex] = column
    return column
  }

  #readFloat(): number {
    if (this.#pos + 9 > this.#bytes.length) throw INCOMPLETE
    const value = this.#view.getFloat64(this.#pos + 1)
    this.#pos += 9
    return value
  }

  /** A number that is not a 64-bit float. */
  #readNumber(code: number): number {
    if (code === 0xca) {
      if (this.#pos + 5 > this.#bytes.length) throw INCOMPLETE
      this.#pos += 5
      return this.#view.getFloat32(this.#pos - 4)
    }
    this.#readInteger(code)
    const { low, high } = this.#integer
    return high * 2 ** 32 + (low >>> 0)
  }

  /** Leaves the value's halves in `#integer`. */
  #readInteger(code: number): void {
    const view = this.#view
    const at = this.#pos + 1
    const integer = this.#integer
    if (code < 0x80 || code >= 0xe0) {
      integer.low = code < 0x80 ? code : code - 0x100
      integer.high = integer.low < 0 ? -1 : 0
      this.#pos = at
      return
    }
    const byteCount = code >= 0xcc && code <= 0xd3 ? 1 << (code & 3) : 0
    if (byteCount === 0) throw unexpected(`0x${code.toString(16)} is no integer`)
    if (at + byteCount > this.#bytes.length) throw INCOMPLETE
    const isSigned = code >= 0xd0
    if (byteCount === 8) {
      integer.high = view.getInt32(at)
      integer.low = view.getInt32(at + 4)
    } else {
      const value =
        byteCount === 1
          ? isSigned
            ? view.getInt8(at)
            : view.getUint8(at)
          : byteCount === 2
            ? isSigned
              ? view.getInt16(at)
              : view.getUint16(at)
            : isSigned
              ? view.getInt32(at)
              : view.getUint32(at)
      integer.low = value | 0
      integer.high = value < 0 ? -1 : 0
    }
    this.#pos = at + byteCount
  }

  #wrongType(columnIndex: number): ClientError {
    return unexpected(`a value of "${this.#columnNames[columnIndex]}" is of another type than the field`)
  }

  /** Reads one value, as soon as it is here. */
  *#value<T>(read: (reader: MsgpackColumnReader) => T): Generator<typeof MORE, T> {
    for (;;) {
      const start = this.#pos
      try {
        return read(this)
      } catch (error) {
        if (error !== INCOMPLETE) throw error
        this.#pos = start
        yield MORE
      }
    }
  }

  // For the functions below, which read what is not in rows.

  get bytes(): Buffer {
    return this.#bytes
  }

  get pos(): number {
    return this.#pos
  }

  /** Position of the next `count` bytes, which are then passed. */
  take(count: number): number {
    const start = this.#pos
    if (start + count > this.#bytes.length) throw INCOMPLETE
    this.#pos = start + count
    return start
  }
}

function typeOfCode(code: number, declared: readonly FieldType[]): FieldType | null {
  if (code === 0xcb || code === 0xca) return 'float'
  if (code === 0xc2 || code === 0xc3) return 'boolean'
  if ((code >= 0xa0 && code <= 0xbf) || (code >= 0xd9 && code <= 0xdb)) return 'string'
  if (code < 0x80 || code >= 0xe0 || (code >= 0xcc && code <= 0xd3)) {
    const isUnsigned =
      declared.includes('unsigned') && (!declared.includes('integer') || (code >= 0xcc && code <= 0xcf))
    return isUnsigned ? 'unsigned' : 'integer'
  }
  return null
}

function readByte(reader: MsgpackColumnReader): number {
  return reader.bytes[reader.take(1)]
}

/** A big-endian unsigned number of 1, 2 or 4 bytes. */
function readSize(reader: MsgpackColumnReader, byteCount: number): number {
  return reader.bytes.readUIntBE(reader.take(byteCount), byteCount)
}

function readMapLength(reader: MsgpackColumnReader): number {
  const code = readByte(reader)
  if (code >= 0x80 && code <= 0x8f) return code & 0x0f
  if (code === 0xde || code === 0xdf) return readSize(reader, code === 0xde ? 2 : 4)
  throw unexpected(`0x${code.toString(16)} is no map`)
}

function readArrayLength(reader: MsgpackColumnReader): number {
  const code = readByte(reader)
  if (code >= 0x90 && code <= 0x9f) return code & 0x0f
  if (code === 0xdc || code === 0xdd) return readSize(reader, code === 0xdc ? 2 : 4)
  throw unexpected(`0x${code.toString(16)} is no array`)
}

function readText(reader: MsgpackColumnReader): string {
  const code = readByte(reader)
  const isShort = code >= 0xa0 && code <= 0xbf
  if (!isShort && (code < 0xd9 || code > 0xdb)) throw unexpected(`0x${code.toString(16)} is no text`)
  const length = isShort ? code & 0x1f : readSize(reader, 1 << (code - 0xd9))
  const start = reader.take(length)
  return reader.bytes.toString('utf8', start, start + length)
}

function readTexts(reader: MsgpackColumnReader): string[] {
  return Array.from({ length: readArrayLength(reader) }, () => readText(reader))
}

/** Without those that have no value, which GROUP BY * shows as ''. */
function readTags(reader: MsgpackColumnReader): TagSet {
  const tags: [string, string][] = []
  for (let left = readMapLength(reader); left > 0; left--) {
    const key = readText(reader)
    const value = readText(reader)
    if (value !== '') tags.push([key, value])
  }
  return tags
}

function skipValue(reader: MsgpackColumnReader): void {
  const code = reader.bytes[reader.pos]
  if (reader.pos >= reader.bytes.length) throw INCOMPLETE
  if ((code >= 0x80 && code <= 0x8f) || code === 0xde || code === 0xdf) {
    for (let left = readMapLength(reader) * 2; left > 0; left--) skipValue(reader)
  } else if ((code >= 0x90 && code <= 0x9f) || code === 0xdc || code === 0xdd) {
    for (let left = readArrayLength(reader); left > 0; left--) skipValue(reader)
  } else if ((code >= 0xa0 && code <= 0xbf) || (code >= 0xd9 && code <= 0xdb)) readText(reader)
  else reader.take(1 + (SCALAR_BYTES.get(code) ?? 0))
}

const SCALAR_BYTES: ReadonlyMap<number, number> = new Map([
  [0xca, 4],
  [0xcb, 8],
  [0xcc, 1],
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1],
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
])

function failure(text: string): ClientError {
  return new ClientError(kindOfStatementError(text), text)
}

function unexpected(reason: string): ClientError {
  return new ClientError('unexpected', `the answer is not as expected: ${reason}`)
}
