/**
 * The slices that are left, handed out one after the other. A slice lies inside one shard group, so that every field
 * has one type in it. Its length adapts by measurement: half as long after a failure or when it held too many points,
 * twice as long again after two that were small and fast. Pure state, no clock.
 */

import { subtractRanges, type TimeRange } from './time-ranges.js'

export interface Slice extends TimeRange {
  readonly retentionPolicy: string
  readonly measurement: string
}

export interface PlannedWork {
  readonly retentionPolicy: string
  readonly measurement: string
  readonly ranges: readonly TimeRange[]
  readonly done: readonly TimeRange[]
}

/** A source that cannot answer for a millisecond of one measurement will not do better with less. */
const SLICE_NS_MIN = 1_000_000n
const FAST_COUNT = 2
/** Share of the limits below which a slice counts as small. */
const SMALL_SHARE = 0.25

interface LeftRange extends TimeRange {
  /** Length of the range before anything was cut from it: what the divisor divides. */
  readonly wholeNs: bigint
}

interface Part {
  readonly retentionPolicy: string
  readonly measurement: string
  /** Ascending; the first is cut from. */
  readonly left: LeftRange[]
  /** 1 = a whole shard group. */
  divisor: bigint
  fastCount: number
}

export class WorkList {
  readonly #parts: Part[]
  readonly #totalNs: bigint
  #leftNs: bigint
  /** No part before this one has anything left. */
  #firstIndex = 0
  splitCount = 0

  constructor(work: readonly PlannedWork[]) {
    this.#parts = work.map(({ retentionPolicy, measurement, ranges, done }) => ({
      retentionPolicy,
      measurement,
      left: subtractRanges(ranges, done).map((range) => ({ ...range, wholeNs: range.endNs - range.startNs })),
      divisor: 1n,
      fastCount: 0,
    }))
    this.#totalNs = work.reduce((sum, { ranges }) => sum + lengthOf(ranges), 0n)
    this.#leftNs = this.#parts.reduce((sum, { left }) => sum + lengthOf(left), 0n)
  }

  /** Share of the planned time that is done, 0 to 1; slices that are out count as not done. */
  get fractionDone(): number {
    return this.#totalNs === 0n ? 1 : Number(((this.#totalNs - this.#leftNs) * 1_000_000n) / this.#totalNs) / 1e6
  }

  /** The next slice, or null when all are handed out. */
  take(): Slice | null {
    for (; this.#firstIndex < this.#parts.length; this.#firstIndex++) {
      const part = this.#parts[this.#firstIndex]
      const [range] = part.left
      if (range === undefined) continue
      const { retentionPolicy, measurement, divisor } = part
      const endNs = minimum(range.endNs, range.startNs + maximum(range.wholeNs / divisor, SLICE_NS_MIN))
      if (endNs === range.endNs) part.left.shift()
      else part.left[0] = { ...range, startNs: endNs }
      return { retentionPolicy, measurement, startNs: range.startNs, endNs }
    }
    return null
  }

  /** `load` is the slice's share of what one slice may hold: 1 = exactly as many points as wanted. */
  finish(slice: Slice, load: number): void {
    this.#leftNs -= slice.endNs - slice.startNs
    const part = this.#partOf(slice)
    if (load > 1) this.#shorten(part)
    part.fastCount = load < SMALL_SHARE ? part.fastCount + 1 : 0
    if (part.fastCount < FAST_COUNT || part.divisor === 1n) return
    part.divisor /= 2n
    part.fastCount = 0
  }

  /** The slice could not be read: it comes again in halves. False when it cannot be made shorter. */
  split(slice: Slice): boolean {
    const isSplittable = slice.endNs - slice.startNs > SLICE_NS_MIN
    const part = this.#partOf(slice)
    if (isSplittable) this.#shorten(part)
    const { startNs, endNs } = slice
    const wholeNs = (endNs - startNs) * (isSplittable ? part.divisor / 2n : part.divisor)
    part.left.unshift({ startNs, endNs, wholeNs })
    this.#firstIndex = Math.min(this.#firstIndex, this.#parts.indexOf(part))
    return isSplittable
  }

  #shorten(part: Part): void {
    this.splitCount++
    part.divisor *= 2n
    part.fastCount = 0
  }

  #partOf({ retentionPolicy, measurement }: Slice): Part {
    return this.#parts.find((part) => part.measurement === measurement && part.retentionPolicy === retentionPolicy)!
  }
}

function lengthOf(ranges: readonly TimeRange[]): bigint {
  return ranges.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n)
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
