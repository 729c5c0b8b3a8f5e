/**
 * UTC offsets of a time zone from the platform's data. Offsets change at whole quarters of an hour of UTC since 1972, so
 * one look-up serves a quarter; before, when zones kept local mean time to the second, as well.
 */

import type { ZoneOffset } from './time-text.js'

const QUARTER_NS = 900_000_000_000n
const NS_PER_MS = 1_000_000n

/** `zone`: an IANA name that exists. */
export function zoneOffsetsOf(zone: string): (timeNs: bigint) => ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (timeNs) => {
    const remainder = timeNs % QUARTER_NS
    const startNs = timeNs - (remainder < 0n ? remainder + QUARTER_NS : remainder)
    const offsetMs = localMs(format, Number(startNs / NS_PER_MS)) - Number(startNs / NS_PER_MS)
    return { offsetNs: BigInt(offsetMs) * NS_PER_MS, startNs, endNs: startNs + QUARTER_NS }
  }
}

/** The wall clock's reading, as if it were UTC. */
function localMs(format: Intl.DateTimeFormat, atMs: number): number {
  const fields: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(atMs)) fields[type] = Number(value)
  return Date.UTC(
    fields['year'],
    fields['month'] - 1,
    fields['day'],
    fields['hour'],
    fields['minute'],
    fields['second'],
  )
}
