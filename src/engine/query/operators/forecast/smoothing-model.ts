/**
 * What Holt-Winters makes of a series with given parameters. They are, in this order: the weights of level, trend and
 * season, the damping of the trend, the level and the trend at the first value, then the factors of a season.
 *
 * The parameters of a run are changed by it, as in InfluxDB: weights are brought between 0 and 1, and the factors are
 * those of the last season afterwards.
 */

const WEIGHT_COUNT = 4
const LEVEL = 4
const TREND = 5
const STATE_COUNT = 6

export class SmoothingModel {
  readonly #values: Float64Array
  readonly #season: number
  readonly #fitted: Float64Array

  /** `season`: factors in a season, or 0. */
  constructor(values: Float64Array, season: number) {
    this.#values = values
    this.#season = season
    this.#fitted = new Float64Array(values.length)
  }

  /** Missing values cannot err; a fitted value that is no number errs infinitely. */
  squaredError(parameters: Float64Array): number {
    const values = this.#values
    const fitted = this.#smoothInto(this.#fitted, parameters)
    let sum = 0
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue
      if (Number.isNaN(fitted[i])) return Number.POSITIVE_INFINITY
      const error = fitted[i] - values[i]
      sum += error * error
    }
    return sum
  }

  /** As many values as the series has, then `pointCount` more. */
  smooth(parameters: Float64Array, pointCount: number): Float64Array {
    return this.#smoothInto(new Float64Array(this.#values.length + pointCount), parameters)
  }

  #smoothInto(out: Float64Array, parameters: Float64Array): Float64Array {
    for (let i = 0; i < WEIGHT_COUNT; i++) parameters[i] = Math.min(Math.max(parameters[i], 0), 1)
    if (this.#season === 0) smoothLevel(out, this.#values[0], parameters)
    else smoothSeason(out, this.#values[0], parameters, this.#season)
    return out
  }
}

/** Each value is made from the one before: the forecast, not what was measured, is what the series goes on from. */
function smoothLevel(out: Float64Array, first: number, parameters: Float64Array): void {
  const [alpha, beta, , phi] = parameters
  let level = parameters[LEVEL]
  let trend = parameters[TREND]
  let damping = phi
  let value = first
  out[0] = first
  for (let t = 1; t < out.length; t++) {
    const previous = level
    const expected = previous + phi * trend
    level = alpha * value + (1 - alpha) * expected
    trend = beta * (level - previous) + (1 - beta) * phi * trend
    value = level + damping * trend
    damping += wholePower(phi, t)
    out[t] = value
  }
}

function smoothSeason(out: Float64Array, first: number, parameters: Float64Array, season: number): void {
  const [alpha, beta, gamma, phi] = parameters
  const factors = parameters.subarray(STATE_COUNT)
  let level = parameters[LEVEL]
  let trend = parameters[TREND]
  let damping = phi
  let value = first
  // Where the factors of the running season start in their ring.
  let offset = season - 1
  out[0] = first
  for (let t = 1; t < out.length; t++) {
    const past = t - season + offset
    const factor = factors[past % season]
    const nextFactor = factors[(past + (t % season)) % season]
    const previous = level
    const expected = previous + phi * trend
    level = alpha * (value / factor) + (1 - alpha) * expected
    trend = beta * (level - previous) + (1 - beta) * phi * trend
    const newFactor = gamma * (value / expected) + (1 - gamma) * factor
    value = (level + damping * trend) * nextFactor
    damping += wholePower(phi, t)
    factors[(t + offset) % season] = newFactor
    offset++
    out[t] = value
  }
}

/** By repeated squaring: `**` rounds otherwise, and the search amplifies the difference. */
function wholePower(base: number, exponent: number): number {
  let power = 1
  let square = base
  for (let rest = exponent; rest > 0; rest >>>= 1) {
    if ((rest & 1) === 1) power *= square
    square *= square
  }
  return power
}
