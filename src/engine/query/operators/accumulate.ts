/**
 * Loops over one bucket's values, one per shape of the arithmetic and field type. Plain functions on typed arrays; a
 * null bitmap takes the slower loop, and most columns have none.
 */

import { isValid } from '../../domain/column.js'

export function countValid(validity: Uint32Array | null, from: number, to: number): number {
  if (validity === null) return to - from
  let count = 0
  for (let row = from; row < to; row++) if (isValid(validity, row)) count++
  return count
}

export function sumFloat(start: number, values: Float64Array, validity: Uint32Array | null, from: number, to: number) {
  let sum = start
  if (validity === null) {
    for (let row = from; row < to; row++) sum += values[row]
    return sum
  }
  for (let row = from; row < to; row++) if (isValid(validity, row)) sum += values[row]
  return sum
}

// Sums of 32-bit halves stay below 2^53 for this many rows.
const EXACT_ROW_COUNT_MAX = 1 << 20
const HALF = 2n ** 32n

/** Exact, whatever the values: halves are summed as floats, so no bigint is made per row. */
export function sumInteger(
  values: BigInt64Array | BigUint64Array,
  validity: Uint32Array | null,
  from: number,
  to: number,
): bigint {
  const lows = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  const highs = values instanceof BigInt64Array ? new Int32Array(lows.buffer, lows.byteOffset, lows.length) : lows
  let sum = 0n
  for (let start = from; start < to; start += EXACT_ROW_COUNT_MAX) {
    const end = Math.min(start + EXACT_ROW_COUNT_MAX, to)
    let low = 0
    let high = 0
    for (let row = start; row < end; row++) {
      if (!isValid(validity, row)) continue
      low += lows[2 * row]
      high += highs[2 * row + 1]
    }
    sum += BigInt(high) * HALF + BigInt(low)
  }
  return sum
}

/** Row of the largest value, the earliest of equals; -1 when there is none. */
export function maxRowFloat(
  values: Float64Array,
  validity: Uint32Array | null,
  times: BigInt64Array,
  from: number,
  to: number,
): number {
  let best = -1
  let bestValue = 0
  for (let row = from; row < to; row++) {
    if (!isValid(validity, row)) continue
    const value = values[row]
    if (best < 0 || value > bestValue || (value === bestValue && times[row] < times[best])) {
      best = row
      bestValue = value
    }
  }
  return best
}

export function minRowFloat(
  values: Float64Array,
  validity: Uint32Array | null,
  times: BigInt64Array,
  from: number,
  to: number,
): number {
  let best = -1
  let bestValue = 0
  for (let row = from; row < to; row++) {
    if (!isValid(validity, row)) continue
    const value = values[row]
    if (best < 0 || value < bestValue || (value === bestValue && times[row] < times[best])) {
      best = row
      bestValue = value
    }
  }
  return best
}

/** Sample standard deviation in two passes, of what is a number; NaN for fewer than two. */
export function standardDeviation(values: Float64Array, count: number): number {
  let mean = 0
  let numberCount = 0
  for (let i = 0; i < count; i++) if (!Number.isNaN(values[i])) mean += (values[i] - mean) / ++numberCount
  let squares = 0
  for (let i = 0; i < count; i++) if (!Number.isNaN(values[i])) squares += (values[i] - mean) * (values[i] - mean)
  return Math.sqrt(squares / (numberCount - 1))
}
