/**
 * Exponential moving average, the building block of most indicators: each value moves the average by its weight. For
 * the first `period` values the weight is that of the values seen so far, or their plain mean is taken.
 */

import type { Warmup } from './make-indicator.js'

export interface AverageSpec {
  readonly period: number
  readonly warmup: Warmup
  /** Weight of a value once warm; usually 2 / (period + 1). */
  readonly weight: number
}

export function averageOf(period: number, warmup: Warmup): AverageSpec {
  return { period, warmup, weight: 2 / (period + 1) }
}

/** Wilder's average, over the `period` changes between `period + 1` values. */
export function wilderAverageOf(period: number, warmup: Warmup): AverageSpec {
  return { period: period + 1, warmup, weight: 1 / period }
}

export class ExponentialAverage {
  readonly warmCount: number
  readonly #spec: AverageSpec
  #average = 0
  /** Values seen, up to the period. */
  #count = 0

  constructor(spec: AverageSpec) {
    this.#spec = spec
    this.warmCount = spec.period - 1
  }

  get isWarm(): boolean {
    return this.#count === this.#spec.period
  }

  /** Its results are of use before it is warm. */
  get isUsableCold(): boolean {
    return this.#spec.warmup === 'exponential'
  }

  next(value: number): number {
    const seen = this.#count
    if (seen === 0) this.#average = value
    else if (this.isWarm) this.#average += (value - this.#average) * this.#spec.weight
    else if (this.isUsableCold) this.#average += (value - this.#average) * (2 / (seen + 2))
    else this.#average = (this.#average * seen + value) / (seen + 1)
    if (!this.isWarm) this.#count++
    return this.#average
  }
}
