/**
 * Decoded columns as the cache keeps them: integers in the narrowest array that holds them all. Metrics are mostly small
 * numbers, so a block of a percentage takes an eighth of its int64 size.
 */

import { type Column, type ColumnType, validityWordCount } from '../domain/column.js'
import { copyBits } from '../sql/column-appender.js'

export interface CompactColumn {
  readonly type: ColumnType
  readonly values:
    | Float64Array
    | BigInt64Array
    | BigUint64Array
    | Int8Array
    | Int16Array
    | Int32Array
    | Uint8Array
    | string[]
  readonly validity: Uint32Array | null
  readonly byteCount: number
}

/** A string's header, its slot, and a guess at the sharing of equal strings. */
const STRING_BYTES = 32

export function compactColumn(column: Column): CompactColumn {
  const { type, validity } = column
  const values = column.type === 'integer' ? narrowest(column.values) : column.values
  const valueBytes = Array.isArray(values)
    ? values.reduce((sum, text) => sum + STRING_BYTES + text.length, 0)
    : values.byteLength
  return { type, values, validity, byteCount: valueBytes + (validity?.byteLength ?? 0) }
}

/** Rows `[from, to)` as a column of their own. */
export function expandColumn(column: CompactColumn, from: number, to: number): Column {
  const { type, values } = column
  const validity = sliceValidity(column.validity, from, to)
  if (type === 'integer' && !(values instanceof BigInt64Array)) {
    return { type, values: widen(values as Int32Array, from, to), validity }
  }
  return { type, values: values.slice(from, to), validity } as Column
}

function narrowest(values: BigInt64Array): BigInt64Array | Int8Array | Int16Array | Int32Array {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  let min = 0
  let max = 0
  for (let i = 0; i < values.length; i++) {
    const low = halves[2 * i]
    if (halves[2 * i + 1] !== low >> 31) return values
    if (low < min) min = low
    else if (low > max) max = low
  }
  const narrow =
    min >= -0x80 && max <= 0x7f
      ? new Int8Array(values.length)
      : min >= -0x8000 && max <= 0x7fff
        ? new Int16Array(values.length)
        : new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) narrow[i] = halves[2 * i]
  return narrow
}

/** V8 keeps arrays this short inside the heap; asking for their `buffer` would move them out. */
const INLINE_VALUES_MAX = 8

function widen(values: Int8Array | Int16Array | Int32Array, from: number, to: number): BigInt64Array {
  const wide = new BigInt64Array(to - from)
  if (wide.length <= INLINE_VALUES_MAX) {
    for (let i = 0; i < wide.length; i++) wide[i] = BigInt(values[from + i])
    return wide
  }
  const halves = new Int32Array(wide.buffer)
  for (let i = from; i < to; i++) {
    halves[2 * (i - from)] = values[i]
    halves[2 * (i - from) + 1] = values[i] >> 31
  }
  return wide
}

function sliceValidity(validity: Uint32Array | null, from: number, to: number): Uint32Array | null {
  if (validity === null) return null
  const slice = new Uint32Array(validityWordCount(to - from))
  copyBits(validity, from, slice, to - from)
  return slice
}
