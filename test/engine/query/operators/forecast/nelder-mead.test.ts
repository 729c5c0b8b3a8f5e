import { expect, test } from 'vitest'
import { minimise, type Objective } from '../../../../../src/engine/query/operators/forecast/nelder-mead.js'

function search(objective: Objective, start: readonly number[]) {
  const steps = minimise(objective, Float64Array.from(start), { scale: 1, tolerance: 1e-12 })
  let callCount = 0
  for (;;) {
    const step = steps.next()
    if (step.done === true) return { ...step.value, callCount }
    callCount += step.value
  }
}

test('the minimum of a bowl is found', () => {
  const { at, value } = search(([x, y]) => (x - 3) ** 2 + (y + 1) ** 2, [0, 0])
  expect(at[0]).toBeCloseTo(3, 4)
  expect(at[1]).toBeCloseTo(-1, 4)
  expect(value).toBeCloseTo(0, 8)
})

test('the minimum of a narrow curved valley is found', () => {
  const { at } = search(([x, y]) => 100 * (y - x * x) ** 2 + (1 - x) ** 2, [-1.2, 1])
  expect(at[0]).toBeCloseTo(1, 3)
  expect(at[1]).toBeCloseTo(1, 3)
})

test('a function without a minimum ends after a thousand steps', () => {
  expect(search(([x, y]) => -x - y, [0, 0]).callCount).toBeLessThanOrEqual(4000)
})
