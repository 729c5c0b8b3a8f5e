/** UTC offsets of a time zone with the time they hold for: a quarter of an hour, the engine's own grain. */

import { zoneOffsetOf } from '../../../engine/index.js'
import type { ZoneOffset } from './time-text.js'

const QUARTER_NS = 900_000_000_000n

/** `zone`: an IANA name that exists. */
export function zoneOffsetsOf(zone: string): (timeNs: bigint) => ZoneOffset {
  const offsetAt = zoneOffsetOf(zone)
  return (timeNs) => {
    const sinceStart = timeNs % QUARTER_NS
    const startNs = timeNs - (sinceStart < 0n ? sinceStart + QUARTER_NS : sinceStart)
    return { offsetNs: offsetAt(startNs), startNs, endNs: startNs + QUARTER_NS }
  }
}
