import { expect, test } from 'vitest'
import type { PointColumns } from '../../../src/engine/index.js'
import { compareDigests, SliceDigest } from '../../../src/operations/backfill/digest.js'

function digest(...parts: PointColumns[]) {
  const digest = new SliceDigest()
  for (const part of parts) digest.add(part)
  return digest.fields()
}

function rows(host: string, values: readonly [time: bigint, value: number][]): PointColumns {
  return {
    measurement: 'm',
    series: [[['host', host]]],
    seriesOfRow: null,
    rowCount: values.length,
    timestamps: BigInt64Array.from(values, ([time]) => time),
    fields: [{ name: 'v', type: 'float', values: Float64Array.from(values, ([, value]) => value), validity: null }],
  }
}

const A = rows('a', [
  [1n, 1.5],
  [2n, -0],
])
const B = rows('b', [[1n, 2.5]])

test('the order of rows and series does not matter', () => {
  const turned = rows('a', [
    [2n, -0],
    [1n, 1.5],
  ])
  expect(compareDigests(digest(A, B), digest(B, turned))).toEqual([])
})

test('sums that depend on the order of large numbers do not matter', () => {
  const large = [9e18, 1, -9e18, 3].map((value, i) => rows('a', [[BigInt(i), value]]))
  expect(compareDigests(digest(...large), digest(...[0, 2, 1, 3].map((i) => large[i])))).toEqual([])
})

test.each([
  ['a value is missing', [rows('a', [[1n, 1.5]]), B], 'count'],
  [
    'a time differs',
    [
      rows('a', [
        [1n, 1.5],
        [3n, -0],
      ]),
      B,
    ],
    'time',
  ],
  [
    'a value differs',
    [
      rows('a', [
        [1n, 1.6],
        [2n, -0],
      ]),
      B,
    ],
    'sum',
  ],
  [
    'the sign of a zero differs',
    [
      rows('a', [
        [1n, 1.5],
        [2n, 0],
      ]),
      B,
    ],
    'hash',
  ],
  [
    'values are at each other’s times',
    [
      rows('a', [
        [1n, -0],
        [2n, 1.5],
      ]),
      B,
    ],
    'hash',
  ],
  [
    'values are in each other’s series',
    [
      rows('b', [
        [1n, 1.5],
        [2n, -0],
      ]),
      rows('a', [[1n, 2.5]]),
    ],
    'hash',
  ],
  ['a field is missing', [], 'missing'],
] as const)('%s', (_, parts, what) => {
  expect(compareDigests(digest(A, B), digest(...parts))).toMatchObject([{ field: 'v float', what }])
})

test('a field that should not be there is told', () => {
  expect(compareDigests(digest(), digest(A))).toMatchObject([{ what: 'extra', target: '2' }])
})
