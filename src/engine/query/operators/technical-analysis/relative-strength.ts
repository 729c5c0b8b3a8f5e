/**
 * Relative strength index: the average rise against the average fall, from 0 to 100. The first value counts as a rise
 * from 0, as in InfluxDB.
 */

import { ExponentialAverage, wilderAverageOf } from './exponential-average.js'
import type { Indicator, Warmup } from './make-indicator.js'

export function relativeStrength(period: number, warmup: Warmup): Indicator {
  const changes = new ChangeAverages(period, warmup)
  return {
    warmCount: changes.warmCount,
    next: (value) => {
      changes.push(value)
      return 100 - 100 / (1 + changes.rise / changes.fall)
    },
  }
}

/** Averages of the rises and of the falls between values. */
export class ChangeAverages {
  readonly warmCount: number
  rise = 0
  fall = 0
  readonly #rises: ExponentialAverage
  readonly #falls: ExponentialAverage
  #previous = 0

  constructor(period: number, warmup: Warmup) {
    this.#rises = new ExponentialAverage(wilderAverageOf(period, warmup))
    this.#falls = new ExponentialAverage(wilderAverageOf(period, warmup))
    this.warmCount = this.#rises.warmCount
  }

  push(value: number): void {
    const change = value - this.#previous
    this.#previous = value
    this.rise = this.#rises.next(Math.max(change, 0))
    this.fall = this.#falls.next(Math.max(-change, 0))
  }
}
