import { expect, test } from 'vitest'
import { parseExpr } from '../../../../src/engine/influxql/parse-query.js'
import { compileRowCondition } from '../../../../src/engine/query/operators/row-condition.js'

const COLUMN = { type: 'float', values: Float64Array.of(1, 4, -9), validity: null } as const

function passing(text: string): number[] {
  const passes = compileRowCondition(parseExpr(text), ({ name }) => (name === 'f' ? COLUMN : null), 'false')
  return [0, 1, 2].filter((row) => passes(row)).map((row) => COLUMN.values[row])
}

test('a condition of 20,000 operands does not run out of stack', () => {
  expect(passing(Array.from({ length: 20_000 }, (_, i) => `f = ${i + 2}`).join(' OR '))).toEqual([4])
})

test('functions are computed, and what is no number is unequal to all', () => {
  expect(passing('sqrt(f) = 2')).toEqual([4])
  expect(passing('sqrt(f) != 2')).toEqual([1, -9])
  expect(passing('abs(f + 1) > 3')).toEqual([4, -9])
  expect(passing('pow(f, 2) = 16')).toEqual([4])
  expect(passing('abs(nothing) > 0')).toEqual([])
})

test('a cast reads a number as another', () => {
  expect(passing('f::integer / 2 = 2')).toEqual([4])
  expect(passing('f::integer / 2 = 0')).toEqual([1])
})
