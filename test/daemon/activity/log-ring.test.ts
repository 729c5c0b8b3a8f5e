import { expect, test } from 'vitest'
import { LogRing } from '../../../src/daemon/activity/log-ring.js'

test('lines come back in order, from a moment on', () => {
  let nowMs = 0
  const ring = new LogRing(() => nowMs)
  for (const line of ['a', 'b', 'c']) {
    nowMs += 10
    ring.add(`${line}\n`)
  }
  expect(ring.list(0)).toEqual(['a', 'b', 'c'])
  expect(ring.list(20)).toEqual(['b', 'c'])
  expect(ring.list(31)).toEqual([])
})

test('what is kept is bounded, and the newest stay', () => {
  const ring = new LogRing(() => 0)
  for (let i = 0; i < 5000; i++) ring.add(`${i} ${'x'.repeat(1000)}`)
  const kept = ring.list(0)
  const characterCount = kept.reduce((sum, { length }) => sum + length, 0)
  expect(characterCount).toBeLessThanOrEqual(2 ** 21)
  expect(characterCount).toBeGreaterThan(2 ** 19)
  expect(kept.at(-1)).toMatch(/^4999 /)
  expect(ring.droppedCount + kept.length).toBe(5000)
})

test('a line without end is cut', () => {
  const ring = new LogRing(() => 0)
  ring.add('y'.repeat(100_000))
  expect(ring.list(0)[0].length).toBeLessThan(10_000)
})
