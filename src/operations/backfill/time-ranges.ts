/** Sets of time ranges, half-open, in nanoseconds: what is planned, what is done, what is left. Pure. */

export interface TimeRange {
  readonly startNs: bigint
  readonly endNs: bigint
}

/** The parts of `ranges` that are in none of `done`, ascending; ranges keep their borders and are not joined. */
export function subtractRanges(ranges: readonly TimeRange[], done: readonly TimeRange[]): TimeRange[] {
  const sorted = joinRanges(done)
  return ranges.flatMap((range) => subtractFrom(range, sorted))
}

/** Ascending and disjoint. */
export function joinRanges(ranges: readonly TimeRange[]): TimeRange[] {
  const joined: { startNs: bigint; endNs: bigint }[] = []
  for (const { startNs, endNs } of [...ranges].sort(byStart)) {
    const last = joined[joined.length - 1]
    if (last === undefined || startNs > last.endNs) joined.push({ startNs, endNs })
    else if (endNs > last.endNs) last.endNs = endNs
  }
  return joined
}

/** The parts of `ranges` inside `window`. */
export function clipRanges(ranges: readonly TimeRange[], window: TimeRange): TimeRange[] {
  return ranges
    .map(({ startNs, endNs }) => ({
      startNs: startNs < window.startNs ? window.startNs : startNs,
      endNs: endNs > window.endNs ? window.endNs : endNs,
    }))
    .filter(({ startNs, endNs }) => startNs < endNs)
}

function subtractFrom({ startNs, endNs }: TimeRange, done: readonly TimeRange[]): TimeRange[] {
  const left: TimeRange[] = []
  let fromNs = startNs
  for (const part of done) {
    if (part.endNs <= fromNs || part.startNs >= endNs) continue
    if (part.startNs > fromNs) left.push({ startNs: fromNs, endNs: part.startNs })
    fromNs = part.endNs
  }
  if (fromNs < endNs) left.push({ startNs: fromNs, endNs })
  return left
}

function byStart(a: TimeRange, b: TimeRange): number {
  return a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0
}
