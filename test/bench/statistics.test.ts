import { expect, test } from 'vitest'
import { geometricMean, median, spreadOf } from './statistics.js'

test('the median of an even number of samples lies between the middle two', () => {
  expect(median([9, 1, 3])).toBe(3)
  expect(median([10, 1, 3, 5])).toBe(4)
})

test('percentiles are samples, by nearest rank', () => {
  const spread = spreadOf(Array.from({ length: 100 }, (_, i) => 100 - i))
  expect(spread).toEqual({ count: 100, min: 1, median: 50.5, p95: 95, p99: 99, max: 100 })
})

test('the geometric mean of a ratio and its inverse is one', () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1)
})
