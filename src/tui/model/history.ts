/**
 * What sparklines are drawn from: for each of four windows 60 buckets of time, so that an hour costs no more memory than a
 * minute. A value stands for the whole interval it was measured over; buckets that no interval touched stay empty (null).
 */

export const WINDOWS_MS = [60_000, 300_000, 900_000, 3_600_000] as const
export type WindowMs = (typeof WINDOWS_MS)[number]

const BUCKET_COUNT = 60

export type Values = Readonly<Record<string, number | null>>

interface Series {
  readonly sums: readonly number[]
  readonly counts: readonly number[]
}

interface Window {
  /** Number of the newest bucket since 1970. */
  readonly last: number
  readonly series: Readonly<Record<string, Series>>
}

export type History = Readonly<Record<WindowMs, Window>>

const EMPTY_SERIES: Series = {
  sums: new Array<number>(BUCKET_COUNT).fill(0),
  counts: new Array<number>(BUCKET_COUNT).fill(0),
}

const EMPTY_WINDOW: Window = { last: 0, series: {} }

export const EMPTY_HISTORY: History = {
  60000: EMPTY_WINDOW,
  300000: EMPTY_WINDOW,
  900000: EMPTY_WINDOW,
  3600000: EMPTY_WINDOW,
}

/** `values` hold from `fromMs` to `toMs`. */
export function recordValues(history: History, values: Values, fromMs: number, toMs: number): History {
  const record = (windowMs: WindowMs): Window => recordInWindow(history[windowMs], windowMs, values, fromMs, toMs)
  return { 60000: record(60_000), 300000: record(300_000), 900000: record(900_000), 3600000: record(3_600_000) }
}

/** The 60 buckets of the window, oldest first. */
export function valuesOf(history: History, windowMs: WindowMs, name: string): (number | null)[] {
  const series = history[windowMs].series[name] ?? EMPTY_SERIES
  return series.sums.map((sum, i) => (series.counts[i] === 0 ? null : sum / series.counts[i]))
}

function recordInWindow(window: Window, windowMs: WindowMs, values: Values, fromMs: number, toMs: number): Window {
  const bucketMs = windowMs / BUCKET_COUNT
  const last = Math.max(window.last, Math.floor(toMs / bucketMs))
  const shift = last - window.last
  // The bucket that the interval only began in has been filled by the value before this one.
  const first = Math.min(Math.floor(toMs / bucketMs), Math.floor(fromMs / bucketMs) + 1)
  const series: Record<string, Series> = {}
  for (const name of new Set([...Object.keys(window.series), ...Object.keys(values)])) {
    const shifted = shiftSeries(window.series[name] ?? EMPTY_SERIES, shift)
    const value = values[name] ?? null
    const next = value === null ? shifted : addValue(shifted, value, first - last, Math.floor(toMs / bucketMs) - last)
    // A node or a link that has been gone for the whole window is forgotten.
    if (next.counts.some((count) => count > 0)) series[name] = next
  }
  return { last, series }
}

function shiftSeries(series: Series, by: number): Series {
  if (by === 0) return series
  const kept = Math.max(0, BUCKET_COUNT - by)
  const empty = new Array<number>(BUCKET_COUNT - kept).fill(0)
  return {
    sums: [...series.sums.slice(BUCKET_COUNT - kept), ...empty],
    counts: [...series.counts.slice(BUCKET_COUNT - kept), ...empty],
  }
}

/** Into the buckets from `first` to `last`, counted back from the newest (0). */
function addValue(series: Series, value: number, first: number, last: number): Series {
  const sums = [...series.sums]
  const counts = [...series.counts]
  for (let i = Math.max(0, BUCKET_COUNT - 1 + first); i <= BUCKET_COUNT - 1 + last; i++) {
    sums[i] += value
    counts[i]++
  }
  return { sums, counts }
}
