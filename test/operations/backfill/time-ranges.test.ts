import { expect, test } from 'vitest'
import { clipRanges, joinRanges, subtractRanges, type TimeRange } from '../../../src/operations/backfill/time-ranges.js'
import { fc } from '../../support/fixed-random.js'

function range(startNs: number, endNs: number): TimeRange {
  return { startNs: BigInt(startNs), endNs: BigInt(endNs) }
}

test('what is done is taken out of what is planned', () => {
  expect(subtractRanges([range(0, 10), range(10, 20)], [range(12, 15), range(3, 5)])).toEqual([
    range(0, 3),
    range(5, 10),
    range(10, 12),
    range(15, 20),
  ])
})

test('ranges are clipped to a window', () => {
  expect(clipRanges([range(0, 10), range(10, 20), range(20, 30)], range(5, 20))).toEqual([range(5, 10), range(10, 20)])
})

test('what is left and what is done are together what was planned', () => {
  const ranges = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
      .map(([at, length]) => range(at, at + length)),
  )
  fc.assert(
    fc.property(ranges, ranges, (planned, done) => {
      const left = subtractRanges(joinRanges(planned), done)
      for (let at = 0; at < 90; at++) {
        const isIn = (list: readonly TimeRange[]) =>
          list.some((one) => one.startNs <= BigInt(at) && BigInt(at) < one.endNs)
        expect(isIn(left)).toBe(isIn(planned) && !isIn(done))
      }
    }),
  )
})
