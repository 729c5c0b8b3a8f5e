import { expect, test } from 'vitest'
import { formatBytes, formatCount, formatSeconds } from '../../../src/cli/progress/format-quantity.js'
import { RateWindow } from '../../../src/cli/progress/rate-window.js'
import { renderBar, renderLine, renderStatus } from '../../../src/cli/progress/render-progress.js'
import type { Progress } from '../../../src/operations/progress.js'

const PROGRESS: Progress = {
  phase: 'write',
  done: 43 * 2 ** 30,
  total: 100 * 2 ** 30,
  unit: 'bytes',
  details: [
    { name: 'slice', value: '61/140' },
    { name: 'rejected', value: 0 },
  ],
}
const PACE = { rate: 184 * 2 ** 20, secondsLeft: 91, elapsedSeconds: 10 }

test('a bar tells share, amount, rate, time left and details', () => {
  expect(renderBar(PROGRESS, PACE, 120)).toBe(
    'write 43% ████████████▉················· 43.0 GiB/100 GiB  184 MiB/s  ETA 1m31s  slice 61/140  rejected 0',
  )
})

test.each([120, 80, 60, 40, 20, 5])('a bar fits into %i columns', (columns) => {
  const bar = renderBar(PROGRESS, PACE, columns)
  expect(bar.length).toBeLessThanOrEqual(columns)
  expect(bar).toMatch(/^write/)
})

test('without a total there is an amount and a rate', () => {
  const progress: Progress = { phase: 'read', done: 12_345, total: null, unit: 'rows', details: [] }
  expect(renderLine(progress, { ...PACE, rate: 650_000, secondsLeft: null })).toBe('read  12.3 k rows  650 k/s')
})

test('a status for machines has numbers', () => {
  expect(JSON.parse(renderStatus(PROGRESS, PACE))).toEqual({
    type: 'status',
    phase: 'write',
    done: 43 * 2 ** 30,
    total: 100 * 2 ** 30,
    unit: 'bytes',
    rate: 184 * 2 ** 20,
    eta_s: 91,
    elapsed_s: 10,
    slice: '61/140',
    rejected: 0,
  })
})

test('quantities have three digits', () => {
  expect([0, 999, 1000, 12_345, 999_600, 9_800_000_000].map(formatCount)).toEqual([
    '0',
    '999',
    '1.00 k',
    '12.3 k',
    '1.00 M',
    '9.80 G',
  ])
  expect([0, 1023, 1024, 13_314_398_618].map(formatBytes)).toEqual(['0 B', '1023 B', '1.00 KiB', '12.4 GiB'])
  expect([0, 59.4, 91, 15_000, 273_600].map(formatSeconds)).toEqual(['0s', '59s', '1m31s', '4h10m', '3d04h'])
})

test('the rate is that of the last 30 seconds', () => {
  const window = new RateWindow()
  for (let second = 0; second <= 100; second++) window.add(second * 1000, second * 10)
  for (let second = 101; second <= 140; second++) window.add(second * 1000, 1000 + (second - 100) * 50)
  expect(window.rate()).toBeCloseTo(50, 5)
  expect(window.secondsTo(3500)).toBeCloseTo(10, 5)
})

test('a phase that counts anew starts a new rate', () => {
  const window = new RateWindow()
  window.add(0, 0)
  window.add(1000, 1_000_000)
  window.add(2000, 0)
  expect(window.rate()).toBeNull()
  window.add(3000, 10)
  expect(window.rate()).toBe(10)
})
