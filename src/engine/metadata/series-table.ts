/**
 * Every series key of one database, by ordinal. Ordinals are dense, start at 0 and live as long as the process; the
 * 64-bit series id is stable across processes and nodes.
 */

import type { SeriesId } from './series-id.js'

export type Tag = readonly [key: string, value: string]

export interface SeriesTable {
  readonly count: number
  /** Ordinal of this series, added when it is new. Tags in any order, unescaped. */
  intern(measurement: string, tags: readonly Tag[]): number
  measurementOf(ordinal: number): string
  /** Sorted by key, bytewise. */
  tagsOf(ordinal: number): readonly Tag[]
  /** Canonical key bytes, escaped as line protocol: `cpu,host=a,region=b`. */
  keyOf(ordinal: number): Uint8Array
  idOf(ordinal: number): SeriesId
}
