/**
 * A series' stable 64-bit id: the first eight bytes, big-endian, of the SHA-256 of its canonical key. It is the
 * `_series` column of Parquet files, so files keep their meaning on any node. Two keys with one id are detected when
 * the second is registered.
 */

import { hash } from 'node:crypto'

declare const brand: unique symbol
export type SeriesId = bigint & { readonly [brand]: 'SeriesId' }

export function seriesIdOf(canonicalKey: Uint8Array): SeriesId {
  return hash('sha256', canonicalKey, 'buffer').readBigUInt64BE(0) as SeriesId
}
