/**
 * Time inside the engine: nanoseconds since the epoch as bigint, and ranges that are half-open,
 * `startNs <= t < endNs`. InfluxQL's `<=` and `>` are converted once, when a query is normalised.
 */

export interface TimeRange {
  readonly startNs: bigint
  readonly endNs: bigint
}

/** Both ends are inside: what stored rows cover. */
export interface TimeSpan {
  readonly minNs: bigint
  readonly maxNs: bigint
}

/** The earliest and latest timestamps InfluxDB accepts (models.MinNanoTime and MaxNanoTime of 1.8). */
export const TIMESTAMP_NS_MIN = -9223372036854775806n
export const TIMESTAMP_NS_MAX = 9223372036854775806n

export const ALL_TIME: TimeRange = { startNs: TIMESTAMP_NS_MIN, endNs: TIMESTAMP_NS_MAX + 1n }

export function isInside(range: TimeRange, timeNs: bigint): boolean {
  return range.startNs <= timeNs && timeNs < range.endNs
}

export function intersects(a: TimeRange, b: TimeRange): boolean {
  return a.startNs < b.endNs && b.startNs < a.endNs
}

/** Start of the interval of `lengthNs` that holds `timeNs`, aligned to the epoch; floors for negative times too. */
export function floorToInterval(timeNs: bigint, lengthNs: bigint): bigint {
  const remainder = timeNs % lengthNs
  return remainder < 0n ? timeNs - remainder - lengthNs : timeNs - remainder
}
