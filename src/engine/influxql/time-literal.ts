/**
 * Times as InfluxQL writes them in quotes: `2020-01-01`, `2020-01-01 10:00:00.5`, `2020-01-01T10:00:00Z`. What looks
 * like one and is none is an error; what does not look like one is just a string.
 */

import { HyperbyteError } from '../domain/errors.js'

/** Whether InfluxDB takes a string for a time where one is expected, well-formed or not. */
export function isTimeLiteral(text: string): boolean {
  return LOOKS_LIKE_DATE.test(text)
}

const LOOKS_LIKE_DATE = /^\d{4}-\d{2}-\d{2}/
const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:\d{2})?)?$/

/**
 * Nanoseconds since the epoch, or null when `text` does not look like a time. `localToUtc` takes a wall-clock reading
 * without a zone to the instant it means; UTC when null.
 */
export function parseTimeLiteral(text: string, localToUtc: LocalToUtc | null): bigint | null {
  return readTimeLiteral(text, localToUtc)?.ns ?? null
}

export type LocalToUtc = (localNs: bigint) => bigint

export interface TimeLiteral {
  readonly ns: bigint
  /** Of the zone that it is meant in, from UTC. */
  readonly offsetNs: bigint
}

export function readTimeLiteral(text: string, localToUtc: LocalToUtc | null): TimeLiteral | null {
  if (!LOOKS_LIKE_DATE.test(text)) return null
  const match = TIME.exec(text)
  if (match === null) throw invalidTime()
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  // Only the form with a T and a zone is RFC 3339, only the one with a space goes without.
  if (match[4] !== undefined && (text[10] === 'T') !== (zone !== undefined)) throw invalidTime()
  const wall = new Date(0)
  wall.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  wall.setUTCHours(Number(hour), Number(minute), Number(second))
  const isReal =
    wall.getUTCMonth() === Number(month) - 1 &&
    wall.getUTCDate() === Number(day) &&
    wall.getUTCHours() === Number(hour) &&
    wall.getUTCMinutes() === Number(minute) &&
    wall.getUTCSeconds() === Number(second)
  if (!isReal) throw invalidTime()
  const wallNs = BigInt(wall.getTime()) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  if (zone !== undefined) return { ns: wallNs - zoneOffsetNs(zone), offsetNs: zoneOffsetNs(zone) }
  const ns = localToUtc === null ? wallNs : localToUtc(wallNs)
  return { ns, offsetNs: wallNs - ns }
}

function zoneOffsetNs(zone: string): bigint {
  if (zone === 'Z') return 0n
  const minutes = BigInt(zone.slice(1, 3)) * 60n + BigInt(zone.slice(4))
  return (zone[0] === '-' ? -minutes : minutes) * 60_000_000_000n
}

function invalidTime(): HyperbyteError {
  return new HyperbyteError('invalid', 'invalid timestamp string')
}
