import { expect, test } from 'vitest'
import { floorToInterval, intersects } from '../../src/engine/domain/time-range.js'

test('floorToInterval rounds towards minus infinity on both sides of the epoch', () => {
  expect(floorToInterval(25n, 10n)).toBe(20n)
  expect(floorToInterval(-5n, 10n)).toBe(-10n)
  expect(floorToInterval(-10n, 10n)).toBe(-10n)
})

test('ranges that only touch do not intersect', () => {
  expect(intersects({ startNs: 0n, endNs: 5n }, { startNs: 5n, endNs: 9n })).toBe(false)
  expect(intersects({ startNs: 0n, endNs: 6n }, { startNs: 5n, endNs: 9n })).toBe(true)
})
