/**
 * Holt-Winters: exponential smoothing with a damped trend and a multiplicative season, forecast beyond the last point.
 * Weights, level, trend and seasonal factors are those with the least squared error that Nelder and Mead's search finds
 * from sixteen starts; starts, steps and roundings are InfluxDB's, so that the numbers agree.
 */

import { minimise } from './nelder-mead.js'
import { SmoothingModel } from './smoothing-model.js'

export interface ForecastRequest {
  /** At equal distances; NaN where there is none. At least two, and at least a season. */
  readonly values: Float64Array
  /** How many to forecast. */
  readonly pointCount: number
  /** Values in a season, or 0. */
  readonly season: number
}

const WEIGHT_STARTS = [0.3, 0.7]
const SEARCH = { scale: 1, tolerance: 1e-4 }

/** The fitted values, then the forecast ones; yields the work done since the last time, in values smoothed. */
export function* forecast({ values, pointCount, season }: ForecastRequest): Generator<number, Float64Array> {
  const model = new SmoothingModel(values, season)
  const state = startState(values, season)
  let least = Number.POSITIVE_INFINITY
  let best: Float64Array | null = null
  for (const weights of startWeights()) {
    const search = minimise((at) => model.squaredError(at), Float64Array.of(...weights, ...state), SEARCH)
    let step = search.next()
    while (step.done !== true) {
      yield step.value * values.length
      step = search.next()
    }
    const { value, at } = step.value
    if (best !== null && !(value < least)) continue
    least = value
    best = at
  }
  return model.smooth(best!, pointCount)
}

function* startWeights(): Generator<readonly number[]> {
  for (const level of WEIGHT_STARTS)
    for (const trend of WEIGHT_STARTS)
      for (const season of WEIGHT_STARTS) for (const damping of WEIGHT_STARTS) yield [level, trend, season, damping]
}

/** Level, trend and seasonal factors to start with. */
function startState(values: Float64Array, season: number): readonly number[] {
  if (season === 0) return unseasonedStart(values)
  const level = meanOfSeason(values, season)
  const factors = Array.from(values.subarray(0, season), (value) => (Number.isNaN(value) ? 0 : value / level))
  return [level, trendBetweenSeasons(values, season), ...factors]
}

function unseasonedStart([first, second]: Float64Array): readonly number[] {
  return [FIRST_WEIGHT * first, Number.isNaN(second) ? 0 : FIRST_WEIGHT * (second - first)]
}

const FIRST_WEIGHT = 0.5

function meanOfSeason(values: Float64Array, season: number): number {
  let mean = 0
  for (let i = 0; i < season; i++) if (!Number.isNaN(values[i])) mean += (1 / season) * values[i]
  return mean
}

function trendBetweenSeasons(values: Float64Array, season: number): number {
  let trend = 0
  for (let i = 0; i < season && season + i < values.length; i++) {
    const change = values[season + i] - values[i]
    if (!Number.isNaN(change)) trend += (1 / (season * season)) * change
  }
  return trend
}
