import { expect, test } from 'vitest'
import { zoneOffsetOf } from '../../../../src/engine/domain/zone-offset.js'
import { gridOf } from '../../../../src/engine/query/operators/bucket-grid.js'
import type { Series } from '../../../../src/engine/query/operators/rows.js'
import { bucketEnd, bucketStart, type Window } from '../../../../src/engine/query/operators/window.js'

const SECOND = 1_000_000_000n
const HOUR = 3600n * SECOND
const BERLIN = zoneOffsetOf('Europe/Berlin')
const SPRING = 1_553_994_000n * SECOND

function seriesAt(...times: bigint[]): Series {
  const column = { type: 'float' as const, values: new Float64Array(times.length), validity: null }
  return { count: times.length, times: BigInt64Array.from(times), column, auxiliary: [] }
}

function windowOf(intervalNs: bigint, offsetNs = 0n): Window {
  return { intervalNs, offsetNs, zoneOffset: BERLIN }
}

test('a century of seconds in a time zone costs no more than a day of them', () => {
  const range = { startNs: 0n, endNs: 3_155_760_000n * SECOND }
  const point = 1_700_000_000n * SECOND
  const grid = gridOf(seriesAt(point), windowOf(SECOND), range, false)
  expect(grid.count).toBe(3_155_760_000)
  expect(grid.timeAt(grid.indexOf(0))).toBe(point)
  expect(grid.timeAt(3_000_000_000)).toBe(3_000_000_000n * SECOND)
})

test.each([1n, 2n, 3n, 5n, 24n, 36n])(
  'steps of %i hours go on through changes of clocks, whatever the offset',
  (hours) => {
    const range = { startNs: SPRING - 100n * HOUR, endNs: SPRING + 100n * HOUR }
    for (let offset = -30n; offset <= 30n; offset++) {
      const window = windowOf(hours * HOUR, offset * HOUR)
      const point = bucketStart(window, SPRING + 7n * HOUR)
      for (const isDescending of [false, true]) {
        const grid = gridOf(seriesAt(point), window, range, isDescending)
        expect(grid.count).toBeLessThan(210)
        for (let i = 1; i < grid.count; i++) expect(grid.timeAt(i) < grid.timeAt(i - 1)).toBe(isDescending)
        expect(grid.timeAt(grid.indexOf(0))).toBe(point)
      }
    }
  },
)

test('a bucket begins at or before its time and ends after it', () => {
  for (const hours of [1n, 2n, 3n, 5n, 24n]) {
    for (const offset of [-24n, -7n, -1n, 0n, 1n, 2n, 5n]) {
      const window = windowOf(hours * HOUR, offset * HOUR)
      for (let timeNs = SPRING - 30n * HOUR; timeNs < SPRING + 30n * HOUR; timeNs += HOUR / 4n) {
        expect(bucketStart(window, timeNs) <= timeNs).toBe(true)
        expect(bucketEnd(window, timeNs) > timeNs).toBe(true)
      }
    }
  }
})
