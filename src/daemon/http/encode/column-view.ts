/**
 * A result column as the row loops want it: one shape for every type, a small number to switch on, and 64-bit values as
 * pairs of 32-bit words (low first), because reading a BigInt64Array makes a bigint per row.
 */

import { type Column, HyperbyteError, type SeriesFrame } from '../../../engine/index.js'

export const FLOAT = 0
export const INTEGER = 1
export const UNSIGNED = 2
export const STRING = 3
export const BOOLEAN = 4
/** RFC3339 text, or nanoseconds where the format has no text. */
export const TIME = 5
/** Strings that are lists, one item on a line. */
export const LIST = 6

export interface ColumnView {
  readonly code: number
  readonly floats: Float64Array
  /** Words `2i` (low) and `2i + 1` (high) of row i. */
  readonly words: Int32Array
  readonly strings: readonly string[]
  readonly booleans: Uint8Array
  /** As in `Column`; null = every row has a value. */
  readonly validity: Uint32Array | null
  /** Computes rows `[from, to)` of `words` before they are read; null when they are there. */
  readonly fill: ((from: number, to: number) => void) | null
}

const NOTHING = {
  floats: new Float64Array(0),
  words: new Int32Array(0),
  strings: [] as string[],
  booleans: new Uint8Array(0),
  fill: null,
}

/**
 * V8 keeps typed arrays of up to 64 bytes inside the heap and moves each out, at the price of a microsecond and an object
 * for the collector, when its `buffer` is asked for. Frames of so few rows are copied into one array instead: a thousand
 * series of one row are answered in half the time.
 */
const INLINE_ROWS_MAX = 8

/** `epochDivisor` applies to the first column when that is a time; other times stay times. */
export function viewColumns(frame: SeriesFrame, epochDivisor: bigint | null): ColumnView[] {
  const { rowCount, columns } = frame
  const shared = rowCount > INLINE_ROWS_MAX ? null : new SharedWords(rowCount * columns.length)
  return columns.map(({ column, isList }, index) => {
    if (index === 0 && column.type === 'time' && epochDivisor !== null) {
      return viewEpoch(column.values, column.validity, rowCount, epochDivisor)
    }
    const view = viewColumn(column, rowCount, shared)
    return isList === true ? { ...view, code: LIST } : view
  })
}

class SharedWords {
  readonly #values: BigInt64Array
  #used = 0

  constructor(valueCount: number) {
    this.#values = new BigInt64Array(new ArrayBuffer(valueCount * 8))
  }

  take(values: BigInt64Array | BigUint64Array, rowCount: number): Int32Array {
    const start = this.#used
    for (let row = 0; row < rowCount; row++) this.#values[start + row] = values[row]
    this.#used += rowCount
    return new Int32Array(this.#values.buffer, start * 8, rowCount * 2)
  }
}

function viewColumn(column: Column, rowCount: number, shared: SharedWords | null): ColumnView {
  const validity = column.validity
  const words = (values: BigInt64Array | BigUint64Array) => shared?.take(values, rowCount) ?? wordsOf(values)
  switch (column.type) {
    case 'float':
      return { ...NOTHING, code: FLOAT, floats: column.values, validity }
    case 'integer':
      return { ...NOTHING, code: INTEGER, words: words(column.values), validity }
    case 'unsigned':
      return { ...NOTHING, code: UNSIGNED, words: words(column.values), validity }
    case 'time':
      return { ...NOTHING, code: TIME, words: words(column.values), validity }
    case 'string':
      return { ...NOTHING, code: STRING, strings: column.values, validity }
    case 'boolean':
      return { ...NOTHING, code: BOOLEAN, booleans: column.values, validity }
  }
}

function wordsOf(values: BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2)
}

/** Divided a few thousand rows at a time: a million at once would hold up everyone else. */
function viewEpoch(times: BigInt64Array, validity: Uint32Array | null, rowCount: number, divisor: bigint): ColumnView {
  if (divisor === 1n) return { ...NOTHING, code: INTEGER, words: wordsOf(times), validity }
  const divided = new BigInt64Array(rowCount)
  const fill = (from: number, to: number) => {
    for (let row = from; row < to; row++) divided[row] = times[row] / divisor
  }
  return { ...NOTHING, code: INTEGER, words: wordsOf(divided), validity, fill }
}

export function fillRows(columns: readonly ColumnView[], from: number, to: number): void {
  for (const column of columns) column.fill?.(from, to)
}

/** A value that JSON cannot hold. The words are Go's, which clients see as the whole body. */
export function unsupportedValue(value: number): HyperbyteError {
  const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  return new HyperbyteError('unsupported', `json: unsupported value: ${name}`)
}
