/**
 * Shard groups: the spans of time a retention policy is cut into. InfluxDB aligns them to the first of January of year
 * 1, UTC, not to 1970 (Go's `Time.Truncate`), so weeks begin on Mondays and odd durations begin nowhere in particular.
 */

import { floorToInterval, type TimeRange } from './time-range.js'

/** Nanoseconds from 0001-01-01T00:00:00Z to 1970-01-01T00:00:00Z. */
const YEAR_ONE_TO_EPOCH_NS = 62_135_596_800_000_000_000n

/** Where a group that would outlast the representable times ends, exclusively. */
export const SHARD_GROUP_END_NS_MAX = 9_223_372_036_854_775_807n

/** May lie before the earliest representable time, outside of int64. */
export function shardGroupStart(timeNs: bigint, durationNs: bigint): bigint {
  return floorToInterval(timeNs + YEAR_ONE_TO_EPOCH_NS, durationNs) - YEAR_ONE_TO_EPOCH_NS
}

export function shardGroupOf(timeNs: bigint, durationNs: bigint): TimeRange {
  const startNs = shardGroupStart(timeNs, durationNs)
  const endNs = startNs + durationNs
  return { startNs, endNs: endNs > SHARD_GROUP_END_NS_MAX ? SHARD_GROUP_END_NS_MAX : endNs }
}
