/**
 * The newest timestamp per series of one table (database, policy, measurement), over everything ever stored in it.
 * A row newer than all earlier generations cannot repeat a point of theirs, so in-order data never needs
 * deduplication against files; only rows at or below that time are `late`.
 *
 * Per series: the newest time of all, and the newest of the generations before the current one. Both are kept as
 * 32-bit halves, since comparing BigInts read from a BigInt64Array costs ten times as much.
 */

import { PAGE_ENTRY_MASK, PagedInt32 } from './paged-int32.js'

export class NewestTimes {
  /** Four entries a series: newest low, newest high, before low, before high. */
  readonly #halves = new PagedInt32(0)
  /** Generation that wrote the entry last; -1 = series never seen by this process. */
  readonly #generation = new PagedInt32(-1)
  /** For series this process has not seen: the newest time of the table's files when it was opened. */
  readonly #floorLow: number
  readonly #floorHigh: number

  constructor(floorNs: bigint) {
    this.#floorLow = Number(BigInt.asIntN(32, floorNs))
    this.#floorHigh = Number(floorNs >> 32n)
  }

  get byteCount(): number {
    return this.#halves.byteCount + this.#generation.byteCount
  }

  /**
   * Takes one row in; true when the row is late: not newer than what generations before `generation` may hold.
   * The time is given as the two halves of its 64 bits.
   */
  observe(series: number, timeLow: number, timeHigh: number, generation: number): boolean {
    const generations = this.#generation.page(series)
    const generationAt = series & PAGE_ENTRY_MASK
    const at = series << 2
    const halves = this.#halves.page(at)
    const base = at & PAGE_ENTRY_MASK
    const seen = generations[generationAt]
    if (seen !== generation) {
      halves[base + 2] = seen === -1 ? this.#floorLow : halves[base]
      halves[base + 3] = seen === -1 ? this.#floorHigh : halves[base + 1]
      if (seen === -1) {
        halves[base] = this.#floorLow
        halves[base + 1] = this.#floorHigh
      }
      generations[generationAt] = generation
    }
    if (isAfter(timeLow, timeHigh, halves[base], halves[base + 1])) {
      halves[base] = timeLow
      halves[base + 1] = timeHigh
    }
    return !isAfter(timeLow, timeHigh, halves[base + 2], halves[base + 3])
  }
}

function isAfter(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh !== bHigh ? aHigh > bHigh : aLow >>> 0 > bLow >>> 0
}
