/** Sets of time, as sorted spans that do not touch. Both ends of a span are inside. */

import type { TimeRange, TimeSpan } from '../domain/time-range.js'

export function spansOverlap(a: TimeSpan, b: TimeSpan): boolean {
  return a.minNs <= b.maxNs && b.minNs <= a.maxNs
}

export function unionSpans(spans: readonly TimeSpan[]): TimeSpan[] {
  const sorted = [...spans].sort((a, b) => (a.minNs < b.minNs ? -1 : a.minNs > b.minNs ? 1 : 0))
  const union: TimeSpan[] = []
  for (const span of sorted) {
    const last = union.at(-1)
    if (last === undefined || span.minNs > last.maxNs + 1n) union.push(span)
    else if (span.maxNs > last.maxNs) union[union.length - 1] = { minNs: last.minNs, maxNs: span.maxNs }
  }
  return union
}

/** The part of `span` inside the range, or null. */
export function clipSpan(span: TimeSpan, range: TimeRange): TimeSpan | null {
  const minNs = span.minNs > range.startNs ? span.minNs : range.startNs
  const maxNs = span.maxNs < range.endNs ? span.maxNs : range.endNs - 1n
  return minNs <= maxNs ? { minNs, maxNs } : null
}
