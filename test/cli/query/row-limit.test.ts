import { expect, test } from 'vitest'
import { mergeAnswers } from '../../../src/cli/query/merge-answers.js'
import { RowLimit } from '../../../src/cli/query/row-limit.js'
import type { QueryAnswer } from '../../../src/client/query-answer.js'

const PIECES: readonly QueryAnswer[] = [
  { results: [{ statement_id: 0, series: [{ name: 'a', columns: ['v'], values: [[1], [2]], partial: true }] }] },
  { results: [{ statement_id: 0, series: [{ name: 'a', columns: ['v'], values: [[3]] }] }] },
  { results: [{ statement_id: 0, series: [{ name: 'b', columns: ['v'], values: [[9007199254740993n]] }] }] },
  { results: [{ statement_id: 1, error: 'database not found: x' }] },
]

let readCount = 0

async function* answers(): AsyncGenerator<QueryAnswer> {
  readCount = 0
  for (const piece of PIECES) {
    readCount++
    yield piece
  }
}

const cut = async (limit: RowLimit) => (await mergeAnswers(limit.cut(answers()))).results

test('pieces of a series become one again, statement by statement', async () => {
  expect(await cut(RowLimit.none())).toEqual([
    {
      statement_id: 0,
      series: [
        { name: 'a', columns: ['v'], values: [[1], [2], [3]] },
        { name: 'b', columns: ['v'], values: [[9007199254740993n]] },
      ],
    },
    { statement_id: 1, error: 'database not found: x' },
  ])
})

test('an answer of exactly as many rows is whole', async () => {
  const limit = new RowLimit(4)
  expect(await cut(limit)).toHaveLength(2)
  expect(limit.isPassed).toBe(false)
})

test('with one row more the reading ends, and the series says that it goes on', async () => {
  const limit = new RowLimit(1)
  expect(await cut(limit)).toEqual([
    { statement_id: 0, series: [{ name: 'a', columns: ['v'], values: [[1]], partial: true }] },
  ])
  expect({ isPassed: limit.isPassed, readCount }).toEqual({ isPassed: true, readCount: 1 })
})

test('a series of which nothing is shown has no heading either', async () => {
  const limit = new RowLimit(3)
  expect(await cut(limit)).toEqual([
    { statement_id: 0, series: [{ name: 'a', columns: ['v'], values: [[1], [2], [3]] }] },
  ])
  expect({ isPassed: limit.isPassed, readCount }).toEqual({ isPassed: true, readCount: 3 })
})
