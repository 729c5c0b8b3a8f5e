import { expect, test } from 'vitest'
import { columnsOfSeries } from '../../../src/client/columns-of-series.js'
import type { AnswerSeries } from '../../../src/client/query-answer.js'
import { DayHashes, dayOf } from '../../../src/operations/diff/day-hashes.js'

const DAY = 86_400_000_000_000n

test('days begin at midnight, also before 1970', () => {
  expect([dayOf(0n), dayOf(DAY - 1n), dayOf(-1n), dayOf(-DAY)]).toEqual([0n, 0n, -DAY, -DAY])
})

function hashesOf(...series: readonly AnswerSeries[]): DayHashes {
  const hashes = new DayHashes()
  for (const each of series) hashes.add(columnsOfSeries(each, new Map()))
  return hashes
}

const ONE: AnswerSeries = {
  tags: { h: 'a' },
  columns: ['time', 'x', 'y'],
  values: [
    [1, 1, null],
    [2, null, 'b'],
  ],
}

test('a hash knows no order of series, rows or columns, and no nulls', () => {
  const two: AnswerSeries = {
    tags: { g: '', h: 'a' },
    columns: ['time', 'y', 'x'],
    values: [
      [2, 'b', null],
      [1, null, 1],
    ],
  }
  expect(hashesOf(ONE).facts()).toEqual(hashesOf(two).facts())
})

test('another tag, time, field or value is another hash', () => {
  const others: AnswerSeries[] = [
    { ...ONE, tags: { h: 'b' } },
    { ...ONE, tags: { i: 'a' } },
    { ...ONE, columns: ['time', 'x', 'z'] },
    {
      ...ONE,
      values: [
        [1, 1, null],
        [3, null, 'b'],
      ],
    },
    {
      ...ONE,
      values: [
        [1, -1, null],
        [2, null, 'b'],
      ],
    },
    {
      ...ONE,
      values: [
        [1, 1, null],
        [2, null, 'c'],
      ],
    },
  ]
  const hashes = [ONE, ...others].map((series) => hashesOf(series).facts().get(0n)?.hash)
  expect(new Set(hashes).size).toBe(others.length + 1)
  expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/)
})

test('a hash does not depend on how the rows were cut', () => {
  const [first, second] = ONE.values!
  const whole = hashesOf({ ...ONE, values: [first, second, [Number(DAY), 3, null]] })
  const pieces = hashesOf({ ...ONE, values: [second] })
  pieces.merge(hashesOf({ ...ONE, values: [[Number(DAY), 3, null]] }))
  pieces.merge(hashesOf({ ...ONE, values: [first] }))
  expect(pieces.facts()).toEqual(whole.facts())
  expect([...whole.facts()].map(([day, { rowCount }]) => [day, rowCount])).toEqual([
    [0n, 2],
    [DAY, 1],
  ])
})
