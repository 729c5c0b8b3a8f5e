/**
 * Keeps a query from starving the event loop, which serves the writes as well: work is counted, and when some
 * milliseconds' worth has been done the query lets others run. The same places notice that it was ended.
 */

import { setImmediate } from 'node:timers/promises'
import { HyperbyteError } from '../domain/errors.js'
import type { QueryProgress } from './running-queries.js'

// Values times calls between two pauses: the loops do 50 to 300 million a second, so about 5 ms.
const WORK_MAX = 500_000

export class Pace {
  readonly signal: AbortSignal
  readonly #pointCountMax: number
  #pointCount = 0
  readonly #progress: QueryProgress
  #work = 0

  /** `pointCountMax` 0 = no limit. */
  constructor(signal: AbortSignal, pointCountMax: number, progress: QueryProgress) {
    this.signal = signal
    this.#pointCountMax = pointCountMax
    this.#progress = progress
  }

  /** Rows of so many columns that came from storage; throws `limit-exceeded`. */
  countPoints(count: number, columnCount: number): void {
    this.#pointCount += count
    const progress = this.#progress
    progress.readRowCount += count
    progress.heldBytes = Math.max(progress.heldBytes, count * columnCount * 8)
    if (this.#pointCountMax > 0 && this.#pointCount > this.#pointCountMax) {
      const text = `max-select-point limit exceeed: (${this.#pointCount}/${this.#pointCountMax})`
      throw new HyperbyteError('limit-exceeded', text)
    }
  }

  /** Whether `pause` is due after this much more work. */
  isDue(work: number): boolean {
    this.#work += work
    return this.#work >= WORK_MAX
  }

  async pause(): Promise<void> {
    this.#work = 0
    await letOthersRun(this.signal)
  }
}

/** A pause of one turn of the event loop; throws as `throwIfEnded` does. */
export async function letOthersRun(signal: AbortSignal): Promise<void> {
  await setImmediate()
  throwIfEnded(signal)
}

/** Throws what the signal was aborted with, or `query-interrupted`. */
export function throwIfEnded(signal: AbortSignal): void {
  if (!signal.aborted) return
  if (signal.reason instanceof HyperbyteError) throw signal.reason
  throw new HyperbyteError('query-interrupted', 'query interrupted')
}
