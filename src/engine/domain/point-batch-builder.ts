/**
 * Growing columns: where the ingest formats put rows until they become a `PointBatch`. A format sets the values of row
 * `rowCount`, then commits the row; a row given up half-way is taken back with `clearValue`.
 *
 * Cells (rows times columns) are bounded: hostile or very sparse bodies would otherwise need far more memory than the
 * body has bytes. When a measurement's columns would grow beyond the bound, its rows so far become a batch of their own
 * and the next row starts a new one; a `PointBatch` may hold several batches of one measurement, in order.
 */

import { setValid, validityWordCount } from './column.js'
import type { FieldType } from './field-type.js'
import type { FieldColumn, MeasurementBatch, PointBatch } from './point-batch.js'
import { setBits } from './validity-bits.js'

const ROW_CAPACITY_MIN = 8

/** 32 Mi cells are 256 MiB: room for 300 k rows of 100 columns in one request, however sparse. */
const CELL_COUNT_MAX = 1 << 25

/** A column costs about half a KiB besides its cells. */
const COLUMN_COUNT_MAX = 1 << 16

/** Columns this small may always grow. */
const CELL_COUNT_FREE = 256

const NO_FLOATS = new Float64Array(0)
const NO_HALVES = new Int32Array(0)
const NO_BOOLEANS = new Uint8Array(0)

/** One field of one type. Only the array of its own type is in use; the others are empty. */
export class ColumnBuilder {
  readonly name: string
  readonly type: FieldType
  floats: Float64Array = NO_FLOATS
  /** Integer and unsigned values as little-endian pairs: low word at `2 * row`, high word after it. */
  halves: Int32Array = NO_HALVES
  booleans: Uint8Array = NO_BOOLEANS
  readonly strings: string[] = []
  /** null as long as exactly the rows below `denseCount` have a value. */
  validity: Uint32Array | null = null
  denseCount = 0

  constructor(name: string, type: FieldType, rowCapacity: number) {
    this.name = name
    this.type = type
    this.resize(rowCapacity)
  }

  resize(rowCapacity: number): void {
    if (this.type === 'float') {
      const floats = new Float64Array(rowCapacity)
      floats.set(this.floats)
      this.floats = floats
    } else if (this.type === 'boolean') {
      const booleans = new Uint8Array(rowCapacity)
      booleans.set(this.booleans)
      this.booleans = booleans
    } else if (this.type !== 'string') {
      const halves = new Int32Array(rowCapacity * 2)
      halves.set(this.halves)
      this.halves = halves
    }
    if (this.validity !== null) {
      const words = new Uint32Array(validityWordCount(rowCapacity))
      words.set(this.validity)
      this.validity = words
    }
  }

  setString(row: number, value: string): void {
    const { strings } = this
    while (strings.length < row) strings.push('')
    strings[row] = value
  }

  /** `value` is a safe integer. */
  setInteger(row: number, value: number): void {
    this.halves[2 * row] = value
    this.halves[2 * row + 1] = Math.floor(value / 2 ** 32)
  }

  setBigint(row: number, value: bigint): void {
    this.halves[2 * row] = Number(BigInt.asIntN(32, value))
    this.halves[2 * row + 1] = Number(BigInt.asIntN(32, value >> 32n))
  }

  markValid(row: number, rowCapacity: number): void {
    if (this.validity === null && row === this.denseCount) this.denseCount = row + 1
    else this.markSparse(row, rowCapacity)
  }

  /** As `markValid`, for a value that does not continue the dense rows. */
  markSparse(row: number, rowCapacity: number): void {
    if (this.validity === null) {
      if (row < this.denseCount) return
      this.validity = firstRowsValid(this.denseCount, rowCapacity)
    }
    setValid(this.validity, row)
  }

  /** As `markValid` for `count` rows from `from` on. */
  markRun(from: number, count: number, rowCapacity: number): void {
    if (this.validity === null && from <= this.denseCount) {
      this.denseCount = Math.max(this.denseCount, from + count)
      return
    }
    this.validity ??= firstRowsValid(this.denseCount, rowCapacity)
    setBits(this.validity, from, count)
  }

  clearValue(row: number): void {
    if (row < this.strings.length) this.strings[row] = ''
    if (this.validity !== null) this.validity[row >>> 5] &= ~(1 << (row & 31))
    else if (this.denseCount > row) this.denseCount = row
  }

  finish(rowCount: number): FieldColumn {
    const { name, type } = this
    const isDense = this.validity === null && this.denseCount === rowCount
    const validity = isDense ? null : (this.validity ?? firstRowsValid(this.denseCount, rowCount))
    switch (type) {
      case 'float':
        return { name, type, values: this.floats, validity }
      case 'integer':
        return { name, type, values: new BigInt64Array(this.halves.buffer), validity }
      case 'unsigned':
        return { name, type, values: new BigUint64Array(this.halves.buffer), validity }
      case 'boolean':
        return { name, type, values: this.booleans, validity }
      case 'string':
        while (this.strings.length < rowCount) this.strings.push('')
        this.strings.length = rowCount
        return { name, type, values: this.strings, validity }
    }
  }
}

function firstRowsValid(count: number, rowCapacity: number): Uint32Array {
  const words = new Uint32Array(validityWordCount(rowCapacity))
  words.fill(0xffffffff, 0, count >>> 5)
  if ((count & 31) !== 0) words[count >>> 5] = (1 << (count & 31)) - 1
  return words
}

export class MeasurementBuilder {
  readonly measurement: string
  rowCount = 0
  rowCapacity: number
  series: Uint32Array
  /** As `ColumnBuilder.halves`. */
  timestampHalves: Int32Array
  readonly columns: ColumnBuilder[] = []
  readonly #columnsByType = new Map<FieldType, Map<string, ColumnBuilder>>()

  constructor(measurement: string, rowCapacity: number) {
    this.measurement = measurement
    this.rowCapacity = rowCapacity
    this.series = new Uint32Array(rowCapacity)
    this.timestampHalves = new Int32Array(rowCapacity * 2)
  }

  /** The whole capacity. */
  get timestamps(): BigInt64Array {
    return new BigInt64Array(this.timestampHalves.buffer)
  }

  has(name: string, type: FieldType): boolean {
    return this.#columnsByType.get(type)?.has(name) ?? false
  }

  /** The column of this name and type, new if need be. */
  column(name: string, type: FieldType): ColumnBuilder {
    let byName = this.#columnsByType.get(type)
    if (byName === undefined) this.#columnsByType.set(type, (byName = new Map()))
    let column = byName.get(name)
    if (column === undefined) {
      column = new ColumnBuilder(name, type, this.rowCapacity)
      byName.set(name, column)
      this.columns.push(column)
    }
    return column
  }

  commitRow(series: number, timestampLow: number, timestampHigh: number): void {
    const row = this.rowCount
    this.series[row] = series
    this.timestampHalves[2 * row] = timestampLow
    this.timestampHalves[2 * row + 1] = timestampHigh
    this.rowCount = row + 1
  }

  /** `count` rows of one series, whose times are there already. */
  commitRun(series: number, count: number): void {
    this.series.fill(series, this.rowCount, this.rowCount + count)
    this.rowCount += count
  }

  resize(rowCapacity: number): void {
    const series = new Uint32Array(rowCapacity)
    series.set(this.series)
    this.series = series
    const halves = new Int32Array(rowCapacity * 2)
    halves.set(this.timestampHalves)
    this.timestampHalves = halves
    for (const column of this.columns) column.resize(rowCapacity)
    this.rowCapacity = rowCapacity
  }

  finish(): MeasurementBatch {
    return {
      measurement: this.measurement,
      rowCount: this.rowCount,
      series: this.series,
      timestamps: this.timestamps,
      fields: this.columns.map((column) => column.finish(this.rowCount)),
    }
  }
}

export interface NewField {
  readonly name: string
  readonly type: FieldType
}

export class PointBatchBuilder {
  readonly columnCountMax: number
  readonly #cellCountMax: number
  readonly #builders = new Map<string, MeasurementBuilder>()
  readonly #finished: MeasurementBatch[] = []
  /** Of batches that are finished and of those growing. */
  #cellCount = 0
  #columnCount = 0

  constructor(cellCountMax = CELL_COUNT_MAX, columnCountMax = COLUMN_COUNT_MAX) {
    this.#cellCountMax = cellCountMax
    this.columnCountMax = columnCountMax
  }

  /**
   * Where the next row of `measurement` goes, with room for the row and for its fields that are new; null when there
   * are too many columns. `rowCountHint` is how many rows to expect.
   */
  builderFor(measurement: string, rowCountHint: number, fields: readonly NewField[]): MeasurementBuilder | null {
    const known = this.#builders.get(measurement)
    const builder = known === undefined ? null : this.#withRoom(known, fields)
    if (builder !== null) return builder
    if (this.#columnCount + fields.length > this.columnCountMax) return null
    if (known !== undefined) this.#finished.push(known.finish())
    return this.#start(measurement, known === undefined ? rowCountHint : 0, fields.length)
  }

  finish(): PointBatch {
    const measurements = [...this.#finished]
    for (const builder of this.#builders.values()) measurements.push(builder.finish())
    let rowCount = 0
    for (const batch of measurements) rowCount += batch.rowCount
    return { measurements, rowCount }
  }

  /** The builder, grown as needed; null when that would exceed a bound. */
  #withRoom(builder: MeasurementBuilder, fields: readonly NewField[]): MeasurementBuilder | null {
    const isFull = builder.rowCount === builder.rowCapacity
    const newCount = countNew(builder, fields)
    if (!isFull && newCount === 0) return builder
    const rowCapacity = isFull ? builder.rowCapacity * 2 : builder.rowCapacity
    const columnCount = builder.columns.length + 1
    const cellCount = rowCapacity * (columnCount + newCount)
    const addedCount = cellCount - builder.rowCapacity * columnCount
    if (this.#columnCount + newCount > this.columnCountMax) return null
    if (cellCount > CELL_COUNT_FREE && this.#cellCount + addedCount > this.#cellCountMax) return null
    this.#cellCount += addedCount
    this.#columnCount += newCount
    if (isFull) builder.resize(rowCapacity)
    return builder
  }

  #start(measurement: string, rowCountHint: number, columnCount: number): MeasurementBuilder {
    const isAffordable = this.#cellCount + rowCountHint * (columnCount + 1) <= this.#cellCountMax / 8
    const rowCapacity = Math.max(ROW_CAPACITY_MIN, isAffordable ? rowCountHint : 0)
    const builder = new MeasurementBuilder(measurement, rowCapacity)
    this.#cellCount += rowCapacity * (columnCount + 1)
    this.#columnCount += columnCount
    this.#builders.set(measurement, builder)
    return builder
  }
}

function countNew(builder: MeasurementBuilder, fields: readonly NewField[]): number {
  let count = 0
  for (const { name, type } of fields) if (!builder.has(name, type)) count++
  return count
}
