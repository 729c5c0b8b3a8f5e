/**
 * Kaufman's efficiency ratio: the way from the value a period ago to the present one, against the way with all its
 * detours; and the moving average that follows quickly where the ratio is high. Before the first value lies 0.
 */

import type { Indicator } from './make-indicator.js'
import { RecentValues } from './recent-values.js'

export function kaufmanRatio(period: number): Indicator {
  const values = new RecentValues(period)
  const changes = new RecentValues(period)
  let detours = 0
  return {
    warmCount: period,
    next: (value) => {
      const change = Math.abs(value - values.newest)
      const way = Math.abs(value - values.push(value))
      detours -= changes.push(change)
      detours += change
      return way === 0 || detours === 0 ? 0 : way / detours
    },
  }
}

/** Weights of an average over 2 and over 30 values. */
const FAST_WEIGHT = 2 / (2 + 1)
const SLOW_WEIGHT = 2 / (30 + 1)

export function kaufmanAverage(period: number): Indicator {
  const ratio = kaufmanRatio(period)
  let previous = 0
  let average = 0
  let count = 0
  return {
    warmCount: ratio.warmCount,
    next: (value) => {
      // Until a whole period lies behind, the average starts anew at the value before.
      if (count <= period) average = previous
      count++
      previous = value
      const weight = ratio.next(value) * (FAST_WEIGHT - SLOW_WEIGHT) + SLOW_WEIGHT
      average += weight * weight * (value - average)
      return average
    },
  }
}
