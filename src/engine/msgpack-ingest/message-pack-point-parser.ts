/**
 * Points as MessagePack, one map or array a point (docs/formats/write-msgpack.md). A body that is not of that form
 * stores nothing; where in it the first fault is goes into the error.
 */

import { HyperbyteError } from '../domain/errors.js'
import { type ParsedPoints, type PointParser, withoutFaults } from '../domain/parsed-points.js'
import { PointBatchBuilder } from '../domain/point-batch-builder.js'
import { PointDrops } from '../domain/point-drops.js'
import { NANOSECONDS_PER, type Precision } from '../domain/precision.js'
import { floorToInterval } from '../domain/time-range.js'
import type { MemorySeriesTable } from '../metadata/memory-series-table.js'
import { readTypedValue, setValue, type TypedValue } from './field-values.js'
import { MessagePackFault, MessagePackReader } from './message-pack-reader.js'
import { readTimestampNs } from './read-timestamp.js'
import { SeriesResolver, type Span, skipToSpan } from './series-resolver.js'

const POINT_KEYS = ['measurement', 'tags', 'fields', 'timestamp']

/** Bytes a point takes at least, to guess how many rows there will be. */
const POINT_BYTES_MIN = 32
const ROW_COUNT_HINT_MAX = 8192

export interface MessagePackOptions {
  readonly table: MemorySeriesTable
  readonly precision: Precision
  /** For points without a timestamp, truncated to the precision. */
  readonly nowNs: bigint
}

interface Field extends TypedValue {
  readonly name: string
}

/** Parts of a point in the order they occur. */
interface PointParts {
  measurement: Span | null
  tags: Span | null
  fields: Field[]
  timeNs: bigint
}

export class MessagePackPointParser implements PointParser {
  readonly #reader: MessagePackReader
  readonly #unitNs: bigint
  readonly #nowNs: bigint
  readonly #table: MemorySeriesTable
  readonly #series: SeriesResolver
  readonly #batch = new PointBatchBuilder()
  readonly #drops = new PointDrops()
  readonly #rowCountHint: number
  /** Points of the body, -1 = not known yet. */
  #pointCount = -1
  #pointsRead = 0

  constructor(body: Uint8Array, { table, precision, nowNs }: MessagePackOptions) {
    this.#reader = new MessagePackReader(body)
    this.#unitNs = NANOSECONDS_PER[precision]
    this.#nowNs = floorToInterval(nowNs, this.#unitNs)
    this.#table = table
    this.#series = new SeriesResolver(this.#reader, table, this.#drops)
    this.#rowCountHint = Math.min(ROW_COUNT_HINT_MAX, Math.ceil(body.length / POINT_BYTES_MIN))
  }

  parseSlice(byteCount: number): boolean {
    const stop = this.#reader.position + byteCount
    try {
      if (this.#pointCount < 0) this.#begin()
      while (this.#pointsRead < this.#pointCount && this.#reader.position < stop) {
        this.#readPoint()
        this.#pointsRead++
      }
      return this.#isFinished()
    } catch (error) {
      if (!(error instanceof MessagePackFault)) throw error
      const place = this.#pointCount > 0 ? `point ${this.#pointsRead}: ` : ''
      throw new HyperbyteError('invalid', `unable to parse msgpack write body: ${place}${error.reason}`)
    }
  }

  finish(): ParsedPoints {
    return withoutFaults(this.#batch.finish(), this.#drops)
  }

  /** An array of points, or one point as a map. */
  #begin(): void {
    if (this.#reader.isAtEnd) this.#pointCount = 0
    else this.#pointCount = this.#reader.kind() === 'map' ? 1 : this.#reader.readArrayLength()
  }

  #isFinished(): boolean {
    if (this.#pointsRead < this.#pointCount) return false
    if (!this.#reader.isAtEnd) throw new MessagePackFault(`body goes on behind its end, at ${this.#reader.position}`)
    return true
  }

  #readPoint(): void {
    const parts: PointParts = { measurement: null, tags: null, fields: [], timeNs: this.#nowNs }
    const isMap = this.#reader.kind() === 'map'
    const count = isMap ? this.#reader.readMapLength() : this.#reader.readArrayLength()
    if (!isMap && count !== POINT_KEYS.length) {
      throw new MessagePackFault(`a point has ${POINT_KEYS.length} elements, not ${count}`)
    }
    for (let i = 0; i < count; i++) this.#readPart(parts, isMap ? this.#reader.readName() : POINT_KEYS[i])
    if (parts.measurement === null) throw new MessagePackFault('missing measurement')
    this.#store(parts.measurement, parts)
  }

  #readPart(parts: PointParts, key: string): void {
    const reader = this.#reader
    switch (key) {
      case 'measurement':
        parts.measurement = skipToSpan(reader)
        break
      case 'tags':
        parts.tags = skipToSpan(reader)
        break
      case 'fields':
        this.#readFields(parts.fields)
        break
      case 'timestamp':
        if (!reader.skipNil()) parts.timeNs = readTimestampNs(reader, this.#unitNs)
        break
      default:
        throw new MessagePackFault(`unknown key ${JSON.stringify(key)}`)
    }
  }

  #readFields(fields: Field[]): void {
    const reader = this.#reader
    for (let count = reader.readMapLength(); count > 0; count--) {
      const name = reader.readName()
      if (name === '') throw new MessagePackFault('missing field key')
      const value = readTypedValue(reader)
      if (value !== null) fields.push({ name, ...value })
    }
  }

  #store(measurementSpan: Span, { tags, fields, timeNs }: PointParts): void {
    if (fields.length === 0) throw new MessagePackFault('missing fields')
    const series = this.#series.resolve(measurementSpan, tags)
    if (series < 0) return
    const measurement = this.#table.measurementOf(series)
    const storable = fields.filter(({ name }) => name !== 'time')
    if (storable.length === 0) {
      this.#drops.add('field', `invalid field name: input field "time" on measurement "${measurement}" is invalid`)
      return
    }
    const builder = this.#batch.builderFor(measurement, this.#rowCountHint, storable)
    if (builder === null) {
      throw new MessagePackFault(`too many fields: more than ${this.#batch.columnCountMax} in one request`)
    }
    for (const { name, type, value } of storable) {
      setValue(builder.column(name, type), builder.rowCount, builder.rowCapacity, value)
    }
    builder.commitRow(series, Number(BigInt.asIntN(32, timeNs)), Number(BigInt.asIntN(32, timeNs >> 32n)))
  }
}
