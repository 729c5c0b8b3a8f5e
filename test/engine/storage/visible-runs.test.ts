import { expect, test } from 'vitest'
import { cutHidden, cutRuns } from '../../../src/engine/storage/visible-runs.js'

const TIMES = BigInt64Array.of(0n, 10n, 20n, 30n, 40n, 50n)
const ALL = { from: 0, to: 6 }

test('hidden ranges are cut out, half-open, wherever they lie', () => {
  expect(cutHidden(ALL, TIMES, [])).toEqual([ALL])
  expect(cutHidden(ALL, TIMES, [{ startNs: 10n, endNs: 30n }])).toEqual([
    { from: 0, to: 1 },
    { from: 3, to: 6 },
  ])
  expect(cutHidden(ALL, TIMES, [{ startNs: -5n, endNs: 1n }])).toEqual([{ from: 1, to: 6 }])
  expect(cutHidden(ALL, TIMES, [{ startNs: 11n, endNs: 20n }])).toEqual([ALL])
})

test('ranges may overlap, and may leave nothing', () => {
  const overlapping = [
    { startNs: 10n, endNs: 30n },
    { startNs: 20n, endNs: 50n },
  ]
  expect(cutHidden(ALL, TIMES, overlapping)).toEqual([
    { from: 0, to: 1 },
    { from: 5, to: 6 },
  ])
  expect(cutHidden(ALL, TIMES, [{ startNs: 0n, endNs: 51n }])).toEqual([])
})

test('a limit counts visible rows, from either end', () => {
  const runs = [
    { from: 0, to: 2 },
    { from: 4, to: 6 },
  ]
  expect(cutRuns(runs, 4, false)).toEqual({ runs, isCut: false })
  expect(cutRuns(runs, 3, false)).toEqual({
    runs: [
      { from: 0, to: 2 },
      { from: 4, to: 5 },
    ],
    isCut: true,
  })
  expect(cutRuns(runs, 1, true)).toEqual({ runs: [{ from: 5, to: 6 }], isCut: true })
})
