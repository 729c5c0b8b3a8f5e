/**
 * GROUP BY time: where the bucket of a point starts and ends. Buckets are aligned to the epoch plus the offset; with a
 * time zone they are aligned to local wall-clock time, so a bucket across a daylight-saving change is shorter or
 * longer, as InfluxDB makes it.
 */

import { floorToInterval, TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN } from '../../domain/time-range.js'

/** Seconds east of UTC at an instant, in nanoseconds. */
export type ZoneOffset = (timeNs: bigint) => bigint

export interface Window {
  readonly intervalNs: bigint
  readonly offsetNs: bigint
  /** null = UTC. */
  readonly zoneOffset: ZoneOffset | null
}

export function bucketStart(window: Window, timeNs: bigint): bigint {
  const { intervalNs, offsetNs, zoneOffset } = window
  const shifted = timeNs - offsetNs
  const zone = zoneOffset === null ? 0n : zoneOffset(shifted)
  const sinceStart = shifted + zone - floorToInterval(shifted + zone, intervalNs)
  const start = (TIMESTAMP_NS_MIN + sinceStart >= shifted ? TIMESTAMP_NS_MIN : shifted - sinceStart) + offsetNs
  return zoneOffset === null ? start : start + zoneShift(window, zone, zoneOffset(start))
}

/** The first instant after the bucket of `timeNs`. */
export function bucketEnd(window: Window, timeNs: bigint): bigint {
  const { intervalNs, offsetNs, zoneOffset } = window
  const shifted = timeNs - offsetNs
  const zone = zoneOffset === null ? 0n : zoneOffset(shifted)
  const untilEnd = floorToInterval(shifted + zone, intervalNs) + intervalNs - shifted - zone
  const end = (TIMESTAMP_NS_MAX - untilEnd <= shifted ? TIMESTAMP_NS_MAX : shifted + untilEnd) + offsetNs
  if (zoneOffset === null) return end
  const local = end + zoneShift(window, zone, zoneOffset(end))
  return local <= timeNs ? local + intervalNs : local
}

/** How far a boundary moves when the zone's offset differs there; a change as long as the interval is no change. */
function zoneShift(window: Window, zone: bigint, zoneAtBoundary: bigint): bigint {
  const shift = zone - zoneAtBoundary
  return shift > -window.intervalNs && shift < window.intervalNs ? shift : 0n
}
