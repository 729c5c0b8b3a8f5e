import { expect, test } from 'vitest'
import { faultsOf, parseShape } from './json-shape.js'

const SHAPE = parseShape([
  'name            text',
  'sets[].id       text',
  'sets[].parent   text | null',
  'labels          object',
  'labels.*        text',
  'check           object | null',
  'check.time      text',
  'note?           text',
  'raw             anything',
])

const GOOD = {
  name: 'x',
  sets: [
    { id: 'a', parent: null },
    { id: 'b', parent: 'a' },
  ],
  labels: { why: 'test' },
  check: null,
  raw: { a: [1] },
}

test('a document that has what the shape says has no faults', () => {
  expect(faultsOf(GOOD, SHAPE)).toEqual([])
  expect(faultsOf({ ...GOOD, sets: [], labels: {}, check: { time: 't' }, note: 'n', raw: null }, SHAPE)).toEqual([])
})

test.each([
  [{ name: undefined }, ['name is not documented: undefined', 'name is undefined']],
  [{ name: 1 }, ['name is number']],
  [{ more: 1 }, ['more is not documented: number']],
  [{ sets: [{ id: 'a' }] }, ['sets[].parent is missing']],
  [{ sets: [{ id: null, parent: null }] }, ['sets[].id is null']],
  [{ labels: { why: 1 } }, ['labels.* is number']],
  [{ check: {} }, ['check.time is missing']],
  [{ check: 'x' }, ['check is text']],
])('%j is told', (change, faults) => {
  expect(faults).toContain(faultsOf({ ...GOOD, ...change }, SHAPE)[0])
})
