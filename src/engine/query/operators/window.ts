/**
 * GROUP BY time: where the bucket of a point starts and ends. Buckets are aligned to the epoch plus the offset; with a
 * time zone they are aligned to local wall-clock time, so a bucket across a daylight-saving change is shorter or
 * longer, as InfluxDB makes it: the zone counts at the instants without the offset.
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
  const start = TIMESTAMP_NS_MIN + sinceStart >= shifted ? TIMESTAMP_NS_MIN : shifted - sinceStart
  if (zoneOffset === null) return offsetNs + start
  const local = localBoundary(window, zone, start, zoneOffset)
  return offsetNs + (local <= shifted ? local : start)
}

/** The first instant after the bucket of `timeNs`. */
export function bucketEnd(window: Window, timeNs: bigint): bigint {
  const { intervalNs, offsetNs, zoneOffset } = window
  const shifted = timeNs - offsetNs
  const zone = zoneOffset === null ? 0n : zoneOffset(shifted)
  const untilEnd = floorToInterval(shifted + zone, intervalNs) + intervalNs - shifted - zone
  const end = TIMESTAMP_NS_MAX - untilEnd <= shifted ? TIMESTAMP_NS_MAX : shifted + untilEnd
  return offsetNs + (zoneOffset === null ? end : localBoundary(window, zone, end, zoneOffset))
}

/**
 * A boundary found with the offset `zone`, where the zone has another one. A boundary inside the hour that clocks skip stays
 * where it is, and that hour belongs to the next bucket.
 */
function localBoundary(window: Window, zone: bigint, boundaryNs: bigint, zoneOffset: ZoneOffset): bigint {
  const zoneThere = zoneOffset(boundaryNs)
  const shift = zoneShift(window, zone, zoneThere)
  return shift >= 0n || zoneOffset(boundaryNs + shift) === zoneThere ? boundaryNs + shift : boundaryNs
}

/** How far a boundary moves when the zone's offset differs there; a change as long as the interval is no change. */
export function zoneShift(window: Window, zone: bigint, zoneAtBoundary: bigint): bigint {
  const shift = zone - zoneAtBoundary
  return shift > -window.intervalNs && shift < window.intervalNs ? shift : 0n
}
