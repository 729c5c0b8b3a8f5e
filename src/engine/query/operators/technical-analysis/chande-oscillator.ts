/**
 * Chande momentum oscillator: how far the sum of rises outweighs that of falls, from -100 to 100; over the changes
 * between the last values, or over averages of all rises and all falls.
 */

import type { Indicator, Warmup } from './make-indicator.js'
import { RecentValues } from './recent-values.js'
import { ChangeAverages } from './relative-strength.js'

export function chandeOscillator(period: number): Indicator {
  const changes = new RecentValues(period)
  let previous: number | null = null
  let rises = 0
  let falls = 0
  const weigh = (change: number, sign: 1 | -1): void => {
    if (change > 0) rises += sign * change
    else falls -= sign * change
  }
  return {
    warmCount: period - 1,
    next: (value) => {
      const change = previous === null ? 0 : value - previous
      previous = value
      weigh(changes.push(change), -1)
      weigh(change, 1)
      return rises === 0 && falls === 0 ? 0 : 100 * ((rises - falls) / (rises + falls))
    },
  }
}

export function smoothedChandeOscillator(period: number, warmup: Warmup): Indicator {
  const changes = new ChangeAverages(period, warmup)
  return {
    warmCount: changes.warmCount,
    next: (value) => {
      changes.push(value)
      return 100 * ((changes.rise - changes.fall) / (changes.rise + changes.fall))
    },
  }
}
