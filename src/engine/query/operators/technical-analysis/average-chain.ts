/**
 * Averages of averages: single, double and triple exponential moving average, and the rate of change of a threefold
 * smoothed series (TRIX). A link that starts with a plain mean is passed over until the link before it is warm.
 */

import { averageOf, ExponentialAverage } from './exponential-average.js'
import type { Indicator, Warmup } from './make-indicator.js'

export function singleAverage(period: number, warmup: Warmup): Indicator {
  return new ExponentialAverage(averageOf(period, warmup))
}

export function doubleAverage(period: number, warmup: Warmup): Indicator {
  const chain = new AverageChain(2, period, warmup)
  return {
    warmCount: chain.warmCount,
    next: (value) => {
      const [first, second] = chain.next(value)
      return 2 * first - second
    },
  }
}

export function tripleAverage(period: number, warmup: Warmup): Indicator {
  const chain = new AverageChain(3, period, warmup)
  return {
    warmCount: chain.warmCount,
    next: (value) => {
      const [first, second, third] = chain.next(value)
      return 3 * first - 3 * second + third
    },
  }
}

/** In percent of the result before; infinite for the first. */
export function tripleDerivative(period: number, warmup: Warmup): Indicator {
  const chain = new AverageChain(3, period, warmup)
  let previous = 0
  return {
    warmCount: chain.warmCount + 1,
    next: (value) => {
      const [, , smoothed] = chain.next(value)
      const rate = (smoothed / previous - 1) * 100
      previous = smoothed
      return rate
    },
  }
}

class AverageChain {
  readonly warmCount: number
  readonly #links: readonly ExponentialAverage[]
  readonly #results: number[]

  constructor(length: number, period: number, warmup: Warmup) {
    this.#links = Array.from({ length }, () => new ExponentialAverage(averageOf(period, warmup)))
    this.#results = new Array<number>(length).fill(0)
    const [{ warmCount, isUsableCold }] = this.#links
    this.warmCount = isUsableCold ? warmCount : warmCount * length
  }

  /** The result of each link; the array is reused. */
  next(value: number): readonly number[] {
    let result = value
    let isOpen = true
    for (let i = 0; i < this.#links.length; i++) {
      const link = this.#links[i]
      if (isOpen) result = link.next(result)
      isOpen &&= link.isWarm || link.isUsableCold
      this.#results[i] = result
    }
    return this.#results
  }
}
