/**
 * Which series exist, by measurement and tag: the query side of a database's series. A series enters when its first
 * point is stored and leaves with its last one.
 */

import type { Expr } from '../influxql/ast.js'

/** Whether a name is a field of the measurement at hand. */
export type IsField = (name: string) => boolean

/** Series that share what is left of a condition once their tags are known. */
export interface SeriesSelection {
  /** Ordinals in the order of series keys (see series-order.ts). */
  readonly series: Uint32Array
  /** Condition on fields still to be checked per row; null = every row passes. */
  readonly residual: Expr | null
}

export interface SeriesIndex {
  /** Idempotent. */
  add(ordinal: number): void
  has(ordinal: number): boolean
  removeMeasurement(measurement: string): void
  /** Ordinals of series of the measurement; those that are not in the index do not matter. */
  removeSeries(measurement: string, ordinals: Uint32Array): void
  /** Sorted bytewise. */
  measurements(): readonly string[]
  /** Ordinals of all series in the order of their keys; empty for an unknown measurement. */
  seriesOf(measurement: string): Uint32Array
  /** The same in any order, and cheaper. */
  ordinalsOf(measurement: string): Uint32Array
  seriesCount(measurement: string): number
  /** Sorted bytewise. */
  tagKeys(measurement: string): readonly string[]
  tagValues(measurement: string, key: string): readonly string[]
  tagValueCount(measurement: string, key: string): number
  hasTagValue(measurement: string, key: string, value: string): boolean
  /** Reads one tag of the measurement's series, '' when missing: some 20 ns a series, without decoding its key. */
  tagReader(measurement: string, key: string): (ordinal: number) => string
  /**
   * The series, in disjoint selections, that can satisfy `condition` (null = all), with time already taken out of it. `isField` tells which
   * names are fields of the measurement; any other name is a tag, and a missing tag equals ''.
   */
  select(measurement: string, condition: Expr | null, isField: IsField): readonly SeriesSelection[]

  /**
   * Every series that the condition's tags leave, whatever its fields say: what SHOW statements ask. In the order of
   * their keys; null = all.
   */
  seriesMatching(measurement: string, condition: Expr | null, isField: IsField): Uint32Array
  /**
   * Every series that satisfies the condition (null = all) by its tags alone, in any order; null when some series' rows
   * would have a say, fields or what cannot be decided without them.
   */
  seriesByTags(measurement: string, condition: Expr | null, isField: IsField): Uint32Array | null
  /** The tag keys, sorted bytewise, that occur among the series of `seriesMatching`. */
  tagKeysMatching(measurement: string, condition: Expr | null, isField: IsField): readonly string[]
  /** Per key the values, sorted bytewise, that occur among the series of `seriesMatching`. */
  tagValuesMatching(
    measurement: string,
    keys: readonly string[],
    condition: Expr | null,
    isField: IsField,
  ): readonly (readonly string[])[]
}
