import { expect, test } from 'vitest'
import { findDifference } from './compare-answers.js'

const answer = (values: unknown[][]) =>
  Buffer.from(JSON.stringify({ results: [{ series: [{ name: 'cpu', values }] }] }))

test('floats that differ in the last bits are the same answer', () => {
  expect(findDifference(answer([[0, 0.1 + 0.2]]), answer([[0, 0.3]]))).toBeUndefined()
})

test('a missing row, another value and another order are told with their place', () => {
  expect(
    findDifference(
      answer([
        [0, 1],
        [1, 2],
      ]),
      answer([[0, 1]]),
    ),
  ).toContain('values has 2 elements, got 1')
  expect(findDifference(answer([[0, 1]]), answer([[0, 1.000001]]))).toContain('values[0][1] is 1, got 1.000001')
  expect(
    findDifference(
      answer([
        [0, 1],
        [1, 2],
      ]),
      answer([
        [1, 2],
        [0, 1],
      ]),
    ),
  ).toContain('values[0][0] is 0, got 1')
  expect(findDifference(answer([[0, 1]]), answer([[0, null]]))).toContain('is 1, got null')
})

test('an answer that is not JSON is a difference', () => {
  expect(findDifference(answer([]), Buffer.from('oops'))).toContain('not JSON')
})
