/**
 * Reads one column of a columnar body, value by value or many rows at once. A column is an array of values, nil where there is none, or binary
 * with all values packed: 8 bytes little-endian a number, one byte a boolean.
 */

import type { FieldType } from '../domain/field-type.js'
import type { ColumnBuilder } from '../domain/point-batch-builder.js'
import { type FieldValue, readValueOf, setValue } from './field-values.js'
import { MessagePackFault, MessagePackReader } from './message-pack-reader.js'

const BYTES_PER_VALUE = { float: 8, integer: 8, unsigned: 8, boolean: 1 } as const

export class ColumnCursor {
  readonly name: string
  readonly type: FieldType
  readonly rowCount: number
  readonly #reader: MessagePackReader | null
  readonly #packed: Buffer | null
  #row = 0

  /** `position` is where the column's array or binary begins; `type` null takes the type of its values. */
  constructor(name: string, type: FieldType | null, body: Uint8Array, position: number) {
    const reader = new MessagePackReader(body)
    reader.seek(position)
    this.name = name
    if (reader.kind() === 'binary') {
      if (type === null || type === 'string') throw new MessagePackFault('a packed column has an explicit numeric type')
      this.type = type
      this.#reader = null
      this.#packed = reader.readBinary()
      this.rowCount = this.#packed.length / BYTES_PER_VALUE[type]
      if (!Number.isInteger(this.rowCount))
        throw new MessagePackFault(`${this.#packed.length} bytes are no whole values`)
      return
    }
    this.rowCount = reader.readArrayLength()
    this.type = type ?? commonType(reader, this.rowCount)
    this.#reader = reader
    this.#packed = null
  }

  /** Every row has a value. */
  get isPacked(): boolean {
    return this.#packed !== null
  }

  /** No row has a value. Asked before the first of them is read. */
  get isEmpty(): boolean {
    if (this.#reader === null) return this.rowCount === 0
    const start = this.#reader.position
    let row = 0
    while (row < this.rowCount && this.#reader.skipNil()) row++
    this.#reader.seek(start)
    return row === this.rowCount
  }

  /** The values of the next `count` rows into `column`, which has room for them, from its row `from` on. */
  appendTo(column: ColumnBuilder, from: number, count: number, rowCapacity: number): void {
    if (this.#packed !== null) {
      copyPacked(this.#packed, this.#row, column, from, count)
      column.markRun(from, count, rowCapacity)
      this.#row += count
      return
    }
    for (let row = from; row < from + count; row++) {
      const value = this.next()
      if (value !== null) setValue(column, row, rowCapacity, value)
    }
  }

  /** The next row's value, or null. */
  next(): FieldValue | null {
    const row = this.#row++
    if (this.#packed !== null) return unpack(this.#packed, row, this.type)
    const reader = this.#reader
    return reader === null || reader.skipNil() ? null : readValueOf(reader, this.type)
  }
}

/** Arrays in memory are little-endian too, see time-bounds.ts. */
function copyPacked(packed: Buffer, row: number, column: ColumnBuilder, from: number, count: number): void {
  if (column.type === 'boolean') {
    for (let i = 0; i < count; i++) column.booleans[from + i] = packed[row + i] === 0 ? 0 : 1
    return
  }
  const { buffer } = column.type === 'float' ? column.floats : column.halves
  new Uint8Array(buffer, 8 * from, 8 * count).set(packed.subarray(8 * row, 8 * (row + count)))
  if (column.type === 'float') checkFinite(column.floats, from, count)
}

function checkFinite(floats: Float64Array, from: number, count: number): void {
  for (let i = from; i < from + count; i++) {
    if (!Number.isFinite(floats[i])) throw new MessagePackFault('NaN and infinity are not supported')
  }
}

function unpack(packed: Buffer, row: number, type: FieldType): FieldValue {
  if (type === 'boolean') return packed[row] !== 0
  if (type === 'integer') return packed.readBigInt64LE(row * 8)
  if (type === 'unsigned') return packed.readBigUInt64LE(row * 8)
  const value = packed.readDoubleLE(row * 8)
  if (!Number.isFinite(value)) throw new MessagePackFault('NaN and infinity are not supported')
  return value
}

/** Encoders write whole floats as integers, so one float makes a column of numbers float. */
function commonType(reader: MessagePackReader, rowCount: number): FieldType {
  const start = reader.position
  let type: FieldType | null = null
  for (let row = 0; row < rowCount; row++) {
    const kind = reader.kind()
    if (kind === 'float' || kind === 'integer' || kind === 'boolean' || kind === 'string') {
      type = type === null || type === kind ? kind : widerType(type, kind)
    } else if (kind !== 'nil') throw new MessagePackFault(`a field cannot be of kind ${kind}`)
    reader.skip()
  }
  reader.seek(start)
  return type ?? 'float'
}

function widerType(a: FieldType, b: FieldType): FieldType {
  const isNumbers = (a === 'float' || a === 'integer') && (b === 'float' || b === 'integer')
  if (!isNumbers) throw new MessagePackFault(`a column holds ${a} and ${b}`)
  return 'float'
}
