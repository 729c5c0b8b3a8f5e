/** The earliest and latest of many timestamps, compared as 32-bit halves: no bigint per row. */

import { endianness } from 'node:os'
import { assert } from './errors.js'

assert(endianness() === 'LE', 'columns of 64-bit integers are read as little-endian halves')

export interface TimeBounds {
  readonly minNs: bigint
  readonly maxNs: bigint
}

/** Of the first `rowCount` timestamps, at least one. */
export function timeBoundsOf(timestamps: BigInt64Array, rowCount: number): TimeBounds {
  const halves = new Int32Array(timestamps.buffer, timestamps.byteOffset, rowCount * 2)
  let min = 0
  let max = 0
  for (let row = 1; row < rowCount; row++) {
    if (isLess(halves, row, min)) min = row
    else if (isLess(halves, max, row)) max = row
  }
  return { minNs: timestamps[min], maxNs: timestamps[max] }
}

function isLess(halves: Int32Array, a: number, b: number): boolean {
  const highA = halves[2 * a + 1]
  const highB = halves[2 * b + 1]
  return highA !== highB ? highA < highB : halves[2 * a] >>> 0 < halves[2 * b] >>> 0
}
