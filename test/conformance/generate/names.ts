/** How generated names, texts and times are written in InfluxQL. */

import type { Random } from '../harness/random.js'

/** Words that are not names unless quoted; only those that the generator's data use. */
const KEYWORDS = new Set(['select', 'from', 'group', 'where', 'time', 'by', 'limit', 'duration'])

export function identifier(random: Random, name: string): string {
  const isPlain = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !KEYWORDS.has(name)
  return isPlain && !random.chance(0.15) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
}

export function textLiteral(value: string): string {
  return `'${value.replace(/['\\]/g, '\\$&')}'`
}

export function regexLiteral(source: string): string {
  return `/${source.replaceAll('/', '\\/')}/`
}

/** One of the ways to write a time. */
export function timeLiteral(random: Random, timeNs: bigint): string {
  const isWholeSecond = timeNs % 1_000_000_000n === 0n
  const form = random.below(5)
  if (form === 0 && isWholeSecond) return `${timeNs / 1_000_000_000n}s`
  if (form === 1 && timeNs % 1_000_000n === 0n) return `${timeNs / 1_000_000n}ms`
  // At the ends of time a text without a zone would leave them where tz() says so.
  if (timeNs < -8e18 || timeNs > 8e18) return String(timeNs)
  if (form === 2 && isWholeSecond) return `'${isoText(timeNs).replace('.000Z', 'Z')}'`
  if (form === 3 && isWholeSecond) return `'${isoText(timeNs).replace('T', ' ').replace('.000Z', '')}'`
  return String(timeNs)
}

function isoText(timeNs: bigint): string {
  return new Date(Number(timeNs / 1_000_000n)).toISOString()
}
