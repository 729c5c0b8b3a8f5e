/**
 * How far a time zone is from UTC at an instant, from the platform's own zone data. Asking the platform costs
 * microseconds, so answers are kept by quarter of an hour: no zone changes its offset between two quarters (some
 * changes before 1972 do, and count from the next quarter on).
 */

const NS_PER_MS = 1_000_000n
const QUARTER_MS = 900_000
// A year of daily buckets asks about 1,500 times.
const CACHE_ENTRIES_MAX = 20_000

/** Nanoseconds to add to UTC for local time, as a function of the instant. `zone` is an IANA name the platform knows. */
export function zoneOffsetOf(zone: string): (timeNs: bigint) => bigint {
  const known = zones.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
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
  const offsets = new Map<number, bigint>()
  const offsetAt = (timeNs: bigint): bigint => {
    const quarter = Math.floor(Number(timeNs / NS_PER_MS) / QUARTER_MS)
    let offsetNs = offsets.get(quarter)
    if (offsetNs === undefined) {
      offsetNs = BigInt(localMs(format, quarter * QUARTER_MS) - quarter * QUARTER_MS) * NS_PER_MS
      if (offsets.size >= CACHE_ENTRIES_MAX) offsets.clear()
      offsets.set(quarter, offsetNs)
    }
    return offsetNs
  }
  zones.set(zone, offsetAt)
  return offsetAt
}

/**
 * Takes a wall-clock reading in the zone to the instant it means. Where clocks were put forward or back it picks one
 * of the two offsets, as Go does: the one that holds at the reading taken with the other.
 */
export function localToUtcOf(zone: string): (localNs: bigint) => bigint {
  const offsetAt = zoneOffsetOf(zone)
  return (localNs) => localNs - offsetAt(localNs - offsetAt(localNs))
}

/** By name; the platform knows some 600. */
const zones = new Map<string, (timeNs: bigint) => bigint>()

/** The wall clock at an instant, read as if it were UTC. */
function localMs(format: Intl.DateTimeFormat, ms: number): number {
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  const year = parts.get('era') === 'BC' ? 1 - read('year') : read('year')
  const date = new Date(0)
  date.setUTCFullYear(year, read('month') - 1, read('day'))
  date.setUTCHours(read('hour'), read('minute'), read('second'))
  return date.getTime()
}
