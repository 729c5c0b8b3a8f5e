/**
 * Columns of one series as MessagePack (docs/formats/write-msgpack.md): blocks of measurement, tags, timestamps and a
 * column per field. A body that is not of that form stores nothing.
 */

import { HyperbyteError } from '../domain/errors.js'
import { type ParsedPoints, type PointParser, withoutFaults } from '../domain/parsed-points.js'
import { type MeasurementBuilder, type NewField, PointBatchBuilder } from '../domain/point-batch-builder.js'
import { PointDrops } from '../domain/point-drops.js'
import { NANOSECONDS_PER } from '../domain/precision.js'
import { floorToInterval } from '../domain/time-range.js'
import type { MemorySeriesTable } from '../metadata/memory-series-table.js'
import { ColumnCursor } from './column-cursor.js'
import { readTypeTag, setValue, type TypedValue } from './field-values.js'
import type { MessagePackOptions } from './message-pack-point-parser.js'
import { MessagePackFault, MessagePackReader } from './message-pack-reader.js'
import { SeriesResolver, type Span, skipToSpan } from './series-resolver.js'
import { TimestampCursor } from './timestamp-cursor.js'

const ROW_COUNT_HINT_MAX = 1 << 16
const BLOCK_KEYS = new Set(['measurement', 'tags', 'field', 'values', 'fields', 'timestamps'])

interface PresentValue extends TypedValue {
  readonly name: string
}

/** A block under way. */
interface Block {
  readonly series: number
  readonly measurement: string
  readonly columns: readonly ColumnCursor[]
  /** Every row has a value: rows need not be looked at one by one. */
  readonly isDense: boolean
  readonly times: TimestampCursor
  readonly rowCount: number
  row: number
}

export class MessagePackColumnParser implements PointParser {
  readonly #body: Uint8Array
  readonly #reader: MessagePackReader
  readonly #unitNs: bigint
  readonly #nowNs: bigint
  readonly #table: MemorySeriesTable
  readonly #series: SeriesResolver
  readonly #batch = new PointBatchBuilder()
  readonly #drops = new PointDrops()
  /** Blocks that have not begun; -1 = not known yet. */
  #blocksLeft = -1
  #blocksBegun = 0
  #block: Block | null = null

  constructor(body: Uint8Array, { table, precision, nowNs }: MessagePackOptions) {
    this.#body = body
    this.#reader = new MessagePackReader(body)
    this.#unitNs = NANOSECONDS_PER[precision]
    this.#nowNs = floorToInterval(nowNs, this.#unitNs)
    this.#table = table
    this.#series = new SeriesResolver(this.#reader, table, this.#drops)
  }

  parseSlice(byteCount: number): boolean {
    try {
      if (this.#blocksLeft < 0) this.#begin()
      for (let bytesLeft = byteCount; bytesLeft > 0; ) {
        if (this.#block === null) {
          if (this.#blocksLeft === 0) return this.#checkEnd()
          const start = this.#reader.position
          this.#beginBlock()
          // Finding the parts of a block passes over its bytes; most of the work is still to come.
          bytesLeft -= (this.#reader.position - start) >>> 2
        } else bytesLeft -= this.#block.isDense ? this.#storeRun(this.#block, bytesLeft) : this.#storeRow(this.#block)
      }
      return false
    } catch (error) {
      if (!(error instanceof MessagePackFault)) throw error
      const place = this.#blocksBegun > 0 ? `block ${this.#blocksBegun - 1}: ` : ''
      throw new HyperbyteError('invalid', `unable to parse columnar msgpack write body: ${place}${error.reason}`)
    }
  }

  finish(): ParsedPoints {
    return withoutFaults(this.#batch.finish(), this.#drops)
  }

  /** One block, or an array of them. */
  #begin(): void {
    if (this.#reader.isAtEnd) this.#blocksLeft = 0
    else this.#blocksLeft = this.#reader.kind() === 'map' ? 1 : this.#reader.readArrayLength()
  }

  #checkEnd(): true {
    if (!this.#reader.isAtEnd) throw new MessagePackFault(`body goes on behind its end, at ${this.#reader.position}`)
    return true
  }

  #beginBlock(): void {
    this.#blocksLeft--
    this.#blocksBegun++
    const parts = this.#findParts()
    const measurementSpan = parts.get('measurement')
    if (measurementSpan === undefined) throw new MessagePackFault('missing measurement')
    const columns = this.#openColumns(parts)
    if (columns.length === 0) throw new MessagePackFault('missing fields')
    const [{ rowCount }] = columns
    for (const column of columns) {
      if (column.rowCount === rowCount) continue
      throw new MessagePackFault(`field ${JSON.stringify(column.name)} has ${column.rowCount} values, not ${rowCount}`)
    }
    const times = new TimestampCursor(this.#body, parts.get('timestamps')?.start ?? null, {
      rowCount,
      unitNs: this.#unitNs,
      nowNs: this.#nowNs,
    })
    if (rowCount === 0) return
    const series = this.#series.resolve(measurementSpan, parts.get('tags') ?? null)
    if (series < 0) {
      this.#drops.addCount(rowCount - 1)
      return
    }
    const measurement = this.#table.measurementOf(series)
    const storable = columns.filter(({ name }) => name !== 'time')
    if (storable.length === 0) {
      this.#drops.add('field', `invalid field name: input field "time" on measurement "${measurement}" is invalid`)
      this.#drops.addCount(rowCount - 1)
      return
    }
    const isDense = storable.some(({ isPacked }) => isPacked)
    // A column without any value must not become a field.
    const present = isDense ? storable.filter(({ isEmpty }) => !isEmpty) : storable
    this.#block = { series, measurement, columns: present, isDense, times, rowCount, row: 0 }
  }

  #findParts(): Map<string, Span> {
    const reader = this.#reader
    const parts = new Map<string, Span>()
    for (let count = reader.readMapLength(); count > 0; count--) {
      const key = reader.readName()
      if (!BLOCK_KEYS.has(key)) throw new MessagePackFault(`unknown key ${JSON.stringify(key)}`)
      parts.set(key, skipToSpan(reader))
    }
    return parts
  }

  #openColumns(parts: ReadonlyMap<string, Span>): ColumnCursor[] {
    const field = parts.get('field')
    const values = parts.get('values')
    const fields = parts.get('fields')
    if (fields !== undefined && field === undefined && values === undefined) return this.#openFields(fields)
    if (fields !== undefined || field === undefined || values === undefined) {
      throw new MessagePackFault('a block has either `fields` or both `field` and `values`')
    }
    const end = this.#reader.position
    this.#reader.seek(field.start)
    const name = this.#reader.readName()
    if (name === '') throw new MessagePackFault('missing field key')
    this.#reader.seek(end)
    return [new ColumnCursor(name, 'float', this.#body, values.start)]
  }

  #openFields(span: Span): ColumnCursor[] {
    const reader = this.#reader
    const end = reader.position
    reader.seek(span.start)
    const columns: ColumnCursor[] = []
    for (let count = reader.readMapLength(); count > 0; count--) {
      const name = reader.readName()
      if (name === '') throw new MessagePackFault('missing field key')
      if (columns.length === this.#batch.columnCountMax) throw this.#tooManyFields()
      const type = reader.kind() === 'map' ? readTypeTag(reader) : null
      columns.push(new ColumnCursor(name, type, this.#body, reader.position))
      reader.skip()
    }
    reader.seek(end)
    return columns
  }

  /** Stores rows, at least one, for about so many bytes; returns how many they took. */
  #storeRun(block: Block, byteCount: number): number {
    const { columns, series, times } = block
    const builder = this.#builderFor(block, columns)
    const from = builder.rowCount
    const bytesPerRow = 8 * (1 + columns.length)
    const affordable = Math.ceil(byteCount / bytesPerRow)
    const count = Math.min(block.rowCount - block.row, builder.rowCapacity - from, affordable)
    times.appendTo(builder.timestamps, from, count)
    for (const column of columns) {
      column.appendTo(builder.column(column.name, column.type), from, count, builder.rowCapacity)
    }
    builder.commitRun(series, count)
    this.#pass(block, count)
    return bytesPerRow * count
  }

  /** Stores one row; returns about how many bytes it took. */
  #storeRow(block: Block): number {
    const { columns } = block
    const timeNs = block.times.next()
    const present: PresentValue[] = []
    for (const column of columns) {
      const value = column.next()
      if (value !== null) present.push({ name: column.name, type: column.type, value })
    }
    if (present.length > 0) {
      const builder = this.#builderFor(block, present)
      for (const { name, type, value } of present) {
        setValue(builder.column(name, type), builder.rowCount, builder.rowCapacity, value)
      }
      builder.commitRow(block.series, Number(BigInt.asIntN(32, timeNs)), Number(BigInt.asIntN(32, timeNs >> 32n)))
    }
    this.#pass(block, 1)
    return 8 * (1 + columns.length)
  }

  #pass(block: Block, rowCount: number): void {
    block.row += rowCount
    if (block.row === block.rowCount) this.#block = null
  }

  #builderFor({ measurement, rowCount, row }: Block, fields: readonly NewField[]): MeasurementBuilder {
    const hint = Math.min(ROW_COUNT_HINT_MAX, rowCount - row)
    const builder = this.#batch.builderFor(measurement, hint, fields)
    if (builder === null) throw this.#tooManyFields()
    return builder
  }

  #tooManyFields(): MessagePackFault {
    return new MessagePackFault(`too many fields: more than ${this.#batch.columnCountMax} in one request`)
  }
}
