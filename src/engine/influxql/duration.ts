/**
 * Durations as InfluxQL writes them: `1h30m`, `500ms`, `1w`. In the tree they are nanoseconds.
 */

import { integerOf } from './integer-literal.js'

const UNITS: readonly (readonly [unit: string, ns: bigint])[] = [
  ['w', 604_800_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['u', 1_000n],
]

const NS_BY_UNIT: ReadonlyMap<string, bigint> = new Map([...UNITS, ['us', 1_000n], ['µ', 1_000n], ['ns', 1n]])

const DURATION_NS_MAX = 2n ** 63n - 1n

/** Longer ones exist only to be slow. */
const LENGTH_MAX = 1000

/** Nanoseconds, or the message InfluxDB gives for a text that is no duration. */
export function parseDuration(text: string): bigint | { readonly error: string } {
  let totalNs = 0n
  const isNegative = text.startsWith('-')
  const rest = isNegative ? text.slice(1) : text
  if (rest === '' || rest.length > LENGTH_MAX) return { error: 'invalid duration' }
  let matchedLength = 0
  for (const [part, digits, unit] of rest.matchAll(/(\d+)(ms|ns|us|[uµsmhdw])/gy)) {
    const count = integerOf(digits)
    if (count > DURATION_NS_MAX) return { error: 'invalid duration' }
    totalNs += count * NS_BY_UNIT.get(unit)!
    matchedLength += part.length
    if (totalNs > DURATION_NS_MAX) {
      return { error: `overflowed duration ${count}${unit}: choose a smaller duration or INF` }
    }
  }
  if (matchedLength !== rest.length) return { error: 'invalid duration' }
  return isNegative ? -totalNs : totalNs
}

/** The largest unit that divides it: `90m`, `1d`, `1500ms`, `0s`. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  for (const [unit, unitNs] of UNITS) {
    if (ns % unitNs === 0n) return `${ns / unitNs}${unit}`
  }
  return `${ns}ns`
}

/** As Go prints a duration: `24h0m0s`, `1.5s`, `250ms`. */
export function formatGoDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const magnitude = ns < 0n ? -ns : ns
  if (magnitude < 1_000n) return `${sign}${magnitude}ns`
  if (magnitude < 1_000_000n) return `${sign}${decimal(magnitude, 1_000n)}µs`
  if (magnitude < 1_000_000_000n) return `${sign}${decimal(magnitude, 1_000_000n)}ms`
  const hours = magnitude / 3_600_000_000_000n
  const minutes = (magnitude / 60_000_000_000n) % 60n
  const seconds = decimal(magnitude % 60_000_000_000n, 1_000_000_000n)
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

function decimal(ns: bigint, unitNs: bigint): string {
  const fraction = String((ns % unitNs) + unitNs).slice(1)
  const digits = fraction.replace(/0+$/, '')
  return digits === '' ? String(ns / unitNs) : `${ns / unitNs}.${digits}`
}
