/**
 * The functions of technical analysis (InfluxDB 1.7 and later): each takes one value after the other and gives one for
 * each, from the first on. Until `warmCount` values have been seen a result says little; unless the statement names
 * another number, results before that are not shown.
 */

import { doubleAverage, singleAverage, tripleAverage, tripleDerivative } from './average-chain.js'
import { chandeOscillator, smoothedChandeOscillator } from './chande-oscillator.js'
import { kaufmanAverage, kaufmanRatio } from './kaufman.js'
import { relativeStrength } from './relative-strength.js'

export type IndicatorFunction = keyof typeof INDICATORS

/**
 * How an average starts: `exponential` weighs the first values as if the period were as long as what has been seen,
 * `simple` takes their mean. Without smoothing (`none`) there is nothing to start.
 */
export type Warmup = 'exponential' | 'simple' | 'none'

export interface IndicatorSpec {
  readonly kind: 'indicator'
  readonly function: IndicatorFunction
  readonly period: number
  /** Results to hold back, or null for as many as the indicator needs to warm up. */
  readonly holdPeriod: number | null
  readonly warmup: Warmup
}

export interface Indicator {
  readonly warmCount: number
  /** May be NaN or infinite. */
  next(value: number): number
}

export function makeIndicator({ function: name, period, warmup }: IndicatorSpec): Indicator {
  return INDICATORS[name](period, warmup)
}

const INDICATORS = {
  exponential_moving_average: singleAverage,
  double_exponential_moving_average: doubleAverage,
  triple_exponential_moving_average: tripleAverage,
  triple_exponential_derivative: tripleDerivative,
  relative_strength_index: relativeStrength,
  chande_momentum_oscillator: (period, warmup) =>
    warmup === 'none' ? chandeOscillator(period) : smoothedChandeOscillator(period, warmup),
  kaufmans_efficiency_ratio: kaufmanRatio,
  kaufmans_adaptive_moving_average: kaufmanAverage,
} satisfies Record<string, (period: number, warmup: Warmup) => Indicator>

export function isIndicatorFunction(name: string): name is IndicatorFunction {
  return Object.hasOwn(INDICATORS, name)
}

export function isWarmup(name: string): name is Warmup {
  return name === 'exponential' || name === 'simple' || name === 'none'
}
