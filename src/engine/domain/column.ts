/**
 * A column of values in flight: one typed array and a null bitmap. Columns are what parser, WAL, memtable, scan,
 * operators and encoders hand to each other; no stage makes an object per row.
 *
 * Validity is a bitmap of 32-bit words, bit `i & 31` of word `i >>> 5`, 1 = row `i` has a value. `null` means that
 * every row has one. The value in an invalid row is unspecified.
 */

export interface ColumnValues {
  float: Float64Array
  integer: BigInt64Array
  unsigned: BigUint64Array
  string: string[]
  boolean: Uint8Array
  /** Nanoseconds since the epoch. */
  time: BigInt64Array
}

export type ColumnType = keyof ColumnValues

export type Column = {
  [T in ColumnType]: { readonly type: T; readonly values: ColumnValues[T]; readonly validity: Uint32Array | null }
}[ColumnType]

export function isValid(validity: Uint32Array | null, row: number): boolean {
  return validity === null || (validity[row >>> 5] & (1 << (row & 31))) !== 0
}

export function setValid(validity: Uint32Array, row: number): void {
  validity[row >>> 5] |= 1 << (row & 31)
}

export function validityWordCount(rowCount: number): number {
  return (rowCount + 31) >>> 5
}
