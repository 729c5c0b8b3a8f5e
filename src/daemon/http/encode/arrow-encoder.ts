/**
 * Arrow IPC streams, for clients that read columns: docs/formats/query-arrow.md. One stream per run of series with the
 * same columns and tag keys, one after the other; a record batch per frame. Columns are `name`, the tag keys, then the
 * answer's columns. Times are timestamps in nanoseconds, whatever `epoch` says.
 */

import {
  AsyncByteQueue,
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampNanosecond,
  Uint64,
  Utf8,
} from 'apache-arrow'
import { type Column, HyperbyteError, type QueryEvent, type SeriesFrame } from '../../../engine/index.js'
import type { ResultEncoder } from './result-encoder.js'

/** Rows of a record batch: 20 columns of them take a few milliseconds to build. A multiple of 32, see `bitmapOf`. */
const BATCH_ROWS = 8192

export class ArrowEncoder implements ResultEncoder {
  readonly contentType = 'application/vnd.apache.arrow.stream'
  readonly isFinished = false
  readonly #sink = new PieceSink()
  #writer: RecordBatchStreamWriter | null = null
  #schema: Schema | null = null
  #schemaKey = '';

  *encode(event: QueryEvent): Iterable<Buffer> {
    if (event.kind === 'statement-end') {
      // There is no place for an error in the format; a stream that breaks off says that it is not whole.
      if (event.error !== null) throw new HyperbyteError('internal', event.error)
      yield* this.#endStream()
      return
    }
    const { frame, statementId } = event
    const key = schemaKey(frame, statementId)
    if (this.#writer === null || key !== this.#schemaKey) {
      yield* this.#endStream()
      this.#schemaKey = key
      this.#schema = schemaOf(frame, statementId)
      this.#writer = new RecordBatchStreamWriter({ autoDestroy: false })
      this.#writer.reset(this.#sink)
    }
    for (let row = 0; row < frame.rowCount; row += BATCH_ROWS) {
      const rowCount = Math.min(BATCH_ROWS, frame.rowCount - row)
      this.#writer.write(batchOf(this.#schema!, frame, row, rowCount))
      yield this.#sink.take()
    }
  }

  *end(): Iterable<Buffer> {
    yield* this.#endStream()
  }

  *#endStream(): Iterable<Buffer> {
    if (this.#writer === null) return
    this.#writer.finish()
    yield this.#sink.take()
    this.#writer = null
  }
}

/** Keeps what a writer writes until it is taken; apache-arrow's own queue only ever hands out everything at once. */
class PieceSink extends AsyncByteQueue {
  #chunks: Uint8Array[] = []

  override write(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
  }

  take(): Buffer {
    const piece = Buffer.concat(this.#chunks)
    this.#chunks = []
    return piece
  }
}

function schemaKey(frame: SeriesFrame, statementId: number): string {
  const tagKeys = frame.tags?.map(([key]) => key) ?? []
  return JSON.stringify([statementId, tagKeys, frame.columns.map(({ name, column }) => [name, column.type])])
}

const ARROW_TYPES = {
  float: new Float64(),
  integer: new Int64(),
  unsigned: new Uint64(),
  string: new Utf8(),
  boolean: new Bool(),
  time: new TimestampNanosecond('UTC'),
} satisfies Record<Column['type'], DataType>

function schemaOf(frame: SeriesFrame, statementId: number): Schema {
  const kind = (text: string) => new Map([['kind', text]])
  const fields = [
    new Field('name', ARROW_TYPES.string, false, kind('name')),
    ...(frame.tags ?? []).map(([key]) => new Field(key, ARROW_TYPES.string, false, kind('tag'))),
    ...frame.columns.map(({ name, column }) => new Field(name, ARROW_TYPES[column.type], true, kind('column'))),
  ]
  return new Schema(fields, new Map([['statement_id', String(statementId)]]))
}

function batchOf(schema: Schema, frame: SeriesFrame, from: number, rowCount: number): RecordBatch {
  const children: Data[] = [
    repeatedText(frame.name, rowCount),
    ...(frame.tags ?? []).map(([, value]) => repeatedText(value, rowCount)),
    ...frame.columns.map(({ column }) => columnData(column, from, rowCount)),
  ]
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: rowCount, nullCount: 0, children }),
  )
}

function columnData(column: Column, from: number, length: number): Data {
  const nullBitmap = bitmapOf(column.validity, from, length)
  const shared = { length, nullBitmap, nullCount: nullBitmap === null ? 0 : -1 }
  switch (column.type) {
    case 'float':
      return makeData({ type: ARROW_TYPES.float, ...shared, data: column.values.subarray(from, from + length) })
    case 'integer':
      return makeData({ type: ARROW_TYPES.integer, ...shared, data: column.values.subarray(from, from + length) })
    case 'unsigned':
      return makeData({ type: ARROW_TYPES.unsigned, ...shared, data: column.values.subarray(from, from + length) })
    case 'time':
      return makeData({ type: ARROW_TYPES.time, ...shared, data: column.values.subarray(from, from + length) })
    case 'boolean':
      return makeData({ type: ARROW_TYPES.boolean, ...shared, data: packBits(column.values, from, length) })
    case 'string':
      return textData(column.values.slice(from, from + length), shared)
  }
}

/** Our words and Arrow's bytes number bits alike; slices start at multiples of 32 rows. */
function bitmapOf(validity: Uint32Array | null, from: number, length: number): Uint8Array | null {
  if (validity === null) return null
  return new Uint8Array(validity.buffer, validity.byteOffset + from / 8, Math.ceil(length / 8))
}

function packBits(values: Uint8Array, from: number, length: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(length / 8))
  for (let row = 0; row < length; row++) if (values[from + row] !== 0) bits[row >>> 3] |= 1 << (row & 7)
  return bits
}

function repeatedText(text: string, length: number): Data {
  const one = Buffer.from(text)
  const data = Buffer.alloc(one.length * length, one)
  const valueOffsets = Int32Array.from({ length: length + 1 }, (_, row) => row * one.length)
  return makeData({ type: ARROW_TYPES.string, length, nullCount: 0, valueOffsets, data })
}

function textData(
  texts: readonly string[],
  shared: { length: number; nullBitmap: Uint8Array | null; nullCount: number },
): Data {
  const valueOffsets = new Int32Array(texts.length + 1)
  const data = Buffer.from(texts.join(''))
  let offset = 0
  texts.forEach((text, row) => {
    offset += Buffer.byteLength(text)
    valueOffsets[row + 1] = offset
  })
  return makeData({ type: ARROW_TYPES.string, ...shared, valueOffsets, data })
}
