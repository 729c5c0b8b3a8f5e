import { expect, test } from 'vitest'
import {
  type IndicatorFunction,
  makeIndicator,
  type Warmup,
} from '../../../../../src/engine/query/operators/technical-analysis/make-indicator.js'

function run(name: IndicatorFunction, period: number, warmup: Warmup, values: readonly number[]) {
  const indicator = makeIndicator({ kind: 'indicator', function: name, period, holdPeriod: null, warmup })
  return values.map((value) => indicator.next(value))
}

function warmCount(name: IndicatorFunction, warmup: Warmup): number {
  return makeIndicator({ kind: 'indicator', function: name, period: 5, holdPeriod: null, warmup }).warmCount
}

test('a simple start is the mean of what has been seen', () => {
  expect(run('exponential_moving_average', 3, 'simple', [3, 6, 9, 12])).toEqual([3, 4.5, 6, 9])
})

test('an exponential start weighs as if the period were as long as what has been seen', () => {
  expect(run('exponential_moving_average', 3, 'exponential', [3, 6, 9])).toEqual([3, 5, 7])
})

test('the oscillator without smoothing looks at the last changes only', () => {
  expect(run('chande_momentum_oscillator', 2, 'none', [1, 2, 3, 2, 1])).toEqual([0, 100, 100, 0, -100])
})

test('a straight way is wholly efficient, a round trip not at all', () => {
  expect(run('kaufmans_efficiency_ratio', 2, 'exponential', [1, 2, 3, 2, 3]).slice(2)).toEqual([1, 0, 0])
})

// The table of default hold periods in InfluxDB's documentation, for a period of 5.
test.each([
  ['exponential_moving_average', 'exponential', 4],
  ['exponential_moving_average', 'simple', 4],
  ['double_exponential_moving_average', 'exponential', 4],
  ['double_exponential_moving_average', 'simple', 8],
  ['triple_exponential_moving_average', 'simple', 12],
  ['triple_exponential_derivative', 'exponential', 5],
  ['triple_exponential_derivative', 'simple', 13],
  ['relative_strength_index', 'exponential', 5],
  ['chande_momentum_oscillator', 'simple', 5],
  ['chande_momentum_oscillator', 'none', 4],
  ['kaufmans_efficiency_ratio', 'exponential', 5],
  ['kaufmans_adaptive_moving_average', 'exponential', 5],
] as const)('%s with a start of kind %s is warm after %i values', (name, warmup, count) => {
  expect(warmCount(name, warmup)).toBe(count)
})
