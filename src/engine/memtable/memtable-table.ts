/**
 * The rows of one measurement in one memtable generation, as columns in arrival order. Rows of a series are linked
 * from the newest time to the oldest (`previous`), so that a narrow query walks one series without touching the others.
 *
 * Rows live in chunks that never move: a chunk's capacity is at least 256 rows and at most 65,536, so a quiet
 * measurement costs little and a busy one allocates rarely. A reader that remembers `rowCount` sees a stable prefix.
 *
 * `duplicates`: the time span in which some series may have two rows of one time. `late`: the span of rows that may
 * repeat a point of earlier generations. Both are exact while arrival is nearly in order and pessimistic when it is not.
 */

import { type Column, type ColumnValues, validityWordCount } from '../domain/column.js'
import type { FieldType } from '../domain/field-type.js'
import type { FieldColumn, MeasurementBatch } from '../domain/point-batch.js'
import { ALL_TIME, type TimeSpan } from '../domain/time-range.js'
import { subsumes, type Tombstone } from '../domain/tombstone.js'
import { orBits, setBits } from '../domain/validity-bits.js'
import type { NewestTimes } from './newest-times.js'
import { PAGE_ENTRY_MASK, PagedInt32 } from './paged-int32.js'

const CHUNK_ROWS_MIN = 256
const CHUNK_ROWS_MAX = 65536
/**
 * Links followed to put a row into its series' time order: in-order data follows none, several connections that
 * overtake each other a few. Beyond it the table gives its order up, and readers sort.
 */
const ORDERING_STEPS_MAX = 128

const ANY_TIME: TimeSpan = { minNs: ALL_TIME.startNs, maxNs: ALL_TIME.endNs - 1n }

export interface MemtableField {
  readonly name: string
  readonly type: FieldType
}

/** A tombstone over the rows that were there when it came: those with an index below `rowCount`. */
export interface HiddenRows {
  readonly tombstone: Tombstone
  readonly rowCount: number
}

export interface MemtableChunk {
  /** Index of the chunk's first row in the table. */
  readonly firstRow: number
  readonly capacity: number
  rowCount: number
  readonly series: Uint32Array
  readonly timestamps: BigInt64Array
  /** The timestamps as 32-bit halves, low first: comparing these is much cheaper than comparing BigInts. */
  readonly timeHalves: Int32Array
  /** Row index of the next older row of the same series, or -1; of equal times the later arrival comes first. */
  readonly previous: Int32Array
  /** By field index of the table; undefined = no row of this chunk has the field. Strings grow by push. */
  readonly columns: (Column | undefined)[]
}

export class MemtableTable {
  readonly fields: MemtableField[] = []
  readonly chunks: MemtableChunk[] = []
  rowCount = 0
  byteCount = 0
  /** True while the links of every series go from newer to older. */
  isOrdered = true
  /** Of all rows; null while there are none. */
  span: TimeSpan | null = null
  duplicates: TimeSpan | null = null
  late: TimeSpan | null = null
  /** In the order of their coming. Replaced, never changed in place: a query keeps the array it saw. */
  hidden: readonly HiddenRows[] = []

  readonly #fieldIndex = new Map<string, number>()
  readonly #newestRow = new PagedInt32(-1)
  readonly #newest: NewestTimes
  readonly #generation: number

  constructor(newest: NewestTimes, generation: number) {
    this.#newest = newest
    this.#generation = generation
  }

  /** Row index of the newest row of a series, or -1. */
  newestRowOf(series: number): number {
    return this.#newestRow.get(series)
  }

  /** Every series with rows in here, ascending. */
  series(): number[] {
    return this.#newestRow.indexesSet()
  }

  /** Hides rows of the tombstone among those that are here now. */
  hide(tombstone: Tombstone): void {
    const others = this.hidden.filter((earlier) => !subsumes(tombstone, earlier.tombstone))
    this.hidden = [...others, { tombstone, rowCount: this.rowCount }]
  }

  chunkOf(row: number): MemtableChunk {
    const chunks = this.chunks
    let i = chunks.length - 1
    while (chunks[i].firstRow > row) i--
    return chunks[i]
  }

  append(batch: MeasurementBatch): void {
    const fieldAt = batch.fields.map((field) => this.#indexOf(field))
    for (let from = 0; from < batch.rowCount; ) {
      const chunk = this.#openChunk(batch.rowCount - from)
      const count = Math.min(batch.rowCount - from, chunk.capacity - chunk.rowCount)
      this.#copyRows(chunk, batch, from, count, fieldAt)
      this.#linkRows(chunk, chunk.rowCount, count)
      this.#widenSpan(chunk, chunk.rowCount, count)
      chunk.rowCount += count
      this.rowCount += count
      from += count
    }
  }

  #openChunk(wanted: number): MemtableChunk {
    const last = this.chunks.at(-1)
    if (last !== undefined && last.rowCount < last.capacity) return last
    const capacity = chunkCapacity(Math.max(this.rowCount, wanted))
    const timestamps = new BigInt64Array(capacity)
    const chunk: MemtableChunk = {
      firstRow: this.rowCount,
      capacity,
      rowCount: 0,
      series: new Uint32Array(capacity),
      timestamps,
      timeHalves: new Int32Array(timestamps.buffer),
      previous: new Int32Array(capacity),
      columns: [],
    }
    this.byteCount += capacity * 16
    this.chunks.push(chunk)
    return chunk
  }

  #copyRows(chunk: MemtableChunk, batch: MeasurementBatch, from: number, count: number, fieldAt: number[]): void {
    const at = chunk.rowCount
    chunk.series.set(batch.series.subarray(from, from + count), at)
    chunk.timestamps.set(batch.timestamps.subarray(from, from + count), at)
    for (let i = 0; i < fieldAt.length; i++) {
      let column = chunk.columns[fieldAt[i]]
      if (column === undefined) {
        column = this.#makeColumn(batch.fields[i].type, chunk.capacity, at)
        chunk.columns[fieldAt[i]] = column
      }
      chunk.columns[fieldAt[i]] = this.#copyValues(column, chunk.capacity, at, batch.fields[i], from, count)
    }
    // Fields of the chunk that the batch does not have: their rows are null.
    for (let i = 0; i < chunk.columns.length; i++) {
      const column = chunk.columns[i]
      if (column === undefined || fieldAt.includes(i)) continue
      chunk.columns[i] = this.#appendNulls(column, chunk.capacity, at, count)
    }
  }

  #makeColumn(type: FieldType, capacity: number, nullCount: number): Column {
    const validity = nullCount === 0 ? null : new Uint32Array(validityWordCount(capacity))
    const column = { type, values: makeValues(type, capacity), validity } as Column
    if (column.type === 'string') for (let i = 0; i < nullCount; i++) column.values.push('')
    this.byteCount += bytesPerValue(type) * capacity + (validity?.byteLength ?? 0)
    return column
  }

  #copyValues(column: Column, capacity: number, at: number, field: FieldColumn, from: number, count: number): Column {
    if (column.type === 'string') {
      const source = field.values as string[]
      for (let i = from; i < from + count; i++) {
        column.values.push(source[i])
        this.byteCount += 2 * source[i].length
      }
    } else {
      const target = column.values as Float64Array
      target.set((field.values as Float64Array).subarray(from, from + count), at)
    }
    if (field.validity === null && column.validity === null) return column
    const validity = column.validity ?? this.#fullValidity(capacity, at)
    if (field.validity === null) setBits(validity, at, count)
    else orBits(field.validity, from, validity, at, count)
    return column.validity === null ? ({ ...column, validity } as Column) : column
  }

  #appendNulls(column: Column, capacity: number, at: number, count: number): Column {
    if (column.type === 'string') for (let i = 0; i < count; i++) column.values.push('')
    return column.validity === null ? ({ ...column, validity: this.#fullValidity(capacity, at) } as Column) : column
  }

  #fullValidity(capacity: number, count: number): Uint32Array {
    const validity = new Uint32Array(validityWordCount(capacity))
    setBits(validity, 0, count)
    this.byteCount += validity.byteLength
    return validity
  }

  /** Links rows `[at, at + count)` of the chunk into their series, and judges lateness. */
  #linkRows(chunk: MemtableChunk, at: number, count: number): void {
    const { series, previous, timestamps, timeHalves, firstRow } = chunk
    const bytesBefore = this.#newestRow.byteCount
    for (let i = at; i < at + count; i++) {
      const ordinal = series[i]
      const page = this.#newestRow.page(ordinal)
      const newest = page[ordinal & PAGE_ENTRY_MASK]
      const low = timeHalves[2 * i]
      const high = timeHalves[2 * i + 1]
      if (newest < 0 || this.#compareTime(newest, low, high) < 0 || !this.isOrdered) {
        previous[i] = newest
        page[ordinal & PAGE_ENTRY_MASK] = firstRow + i
      } else {
        this.#insertByTime(page, ordinal & PAGE_ENTRY_MASK, chunk, i)
      }
      if (this.#newest.observe(ordinal, low, high, this.#generation)) this.late = widen(this.late, timestamps[i])
    }
    this.byteCount += this.#newestRow.byteCount - bytesBefore
  }

  #widenSpan(chunk: MemtableChunk, at: number, count: number): void {
    const { timeHalves, timestamps } = chunk
    let min = at
    let max = at
    for (let i = at + 1; i < at + count; i++) {
      if (compareHalves(timeHalves, i, min) < 0) min = i
      else if (compareHalves(timeHalves, i, max) > 0) max = i
    }
    this.span = widen(widen(this.span, timestamps[min]), timestamps[max])
  }

  /** Puts row `i` of the chunk, which is not newer than its series' newest row, behind the rows newer than it. */
  #insertByTime(page: Int32Array, pageAt: number, chunk: MemtableChunk, i: number): void {
    const low = chunk.timeHalves[2 * i]
    const high = chunk.timeHalves[2 * i + 1]
    let newer = -1
    let row = page[pageAt]
    let order = 1
    for (let step = 0; row >= 0 && (order = this.#compareTime(row, low, high)) > 0; step++) {
      if (step === ORDERING_STEPS_MAX) {
        this.isOrdered = false
        this.duplicates = ANY_TIME
        newer = -1
        row = page[pageAt]
        break
      }
      newer = row
      const holder = this.chunkOf(row)
      row = holder.previous[row - holder.firstRow]
    }
    if (row >= 0 && order === 0) this.duplicates = widen(this.duplicates, chunk.timestamps[i])
    chunk.previous[i] = row
    if (newer < 0) {
      page[pageAt] = chunk.firstRow + i
    } else {
      const holder = this.chunkOf(newer)
      holder.previous[newer - holder.firstRow] = chunk.firstRow + i
    }
  }

  /** Below, at or above 0 as the row's time is before, at or after the time given in halves. */
  #compareTime(row: number, low: number, high: number): number {
    const chunk = this.chunkOf(row)
    const at = 2 * (row - chunk.firstRow)
    const rowHigh = chunk.timeHalves[at + 1]
    return rowHigh !== high ? rowHigh - high : (chunk.timeHalves[at] >>> 0) - (low >>> 0)
  }

  #indexOf(field: FieldColumn): number {
    const key = `${field.type} ${field.name}`
    let index = this.#fieldIndex.get(key)
    if (index === undefined) {
      index = this.fields.length
      this.fields.push({ name: field.name, type: field.type })
      this.#fieldIndex.set(key, index)
    }
    return index
  }

  /** Index into `fields`, or -1. */
  fieldIndexOf(name: string, type: FieldType): number {
    return this.#fieldIndex.get(`${type} ${name}`) ?? -1
  }
}

function compareHalves(halves: Int32Array, a: number, b: number): number {
  const high = halves[2 * a + 1] - halves[2 * b + 1]
  return high !== 0 ? high : (halves[2 * a] >>> 0) - (halves[2 * b] >>> 0)
}

function widen(span: TimeSpan | null, timeNs: bigint): TimeSpan {
  if (span === null) return { minNs: timeNs, maxNs: timeNs }
  if (timeNs < span.minNs) return { minNs: timeNs, maxNs: span.maxNs }
  return timeNs > span.maxNs ? { minNs: span.minNs, maxNs: timeNs } : span
}

function chunkCapacity(rowCount: number): number {
  let capacity = CHUNK_ROWS_MIN
  while (capacity < rowCount && capacity < CHUNK_ROWS_MAX) capacity *= 2
  return capacity
}

function makeValues(type: FieldType, capacity: number): ColumnValues[FieldType] {
  switch (type) {
    case 'float':
      return new Float64Array(capacity)
    case 'integer':
      return new BigInt64Array(capacity)
    case 'unsigned':
      return new BigUint64Array(capacity)
    case 'boolean':
      return new Uint8Array(capacity)
    case 'string':
      return []
  }
}

function bytesPerValue(type: FieldType): number {
  // A string's header and its slot in the array; its characters are counted as they come.
  return type === 'boolean' ? 1 : type === 'string' ? 24 : 8
}
