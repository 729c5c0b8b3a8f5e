import { expect, test } from 'vitest'
import { parseTimeText } from '../../src/cli/parse-time-flag.js'

const NOW_MS = Date.parse('2026-11-20T08:00:00Z')

test.each([
  ['2026-11-01', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01T12:30', '2026-11-01T12:30:00.000Z'],
  ['2026-11-01 12:30:05+02:00', '2026-11-01T10:30:05.000Z'],
  ['2026-11-01t12:30:05z', '2026-11-01T12:30:05.000Z'],
  ['1700000000s', '2023-11-14T22:13:20.000Z'],
  ['1700000000000ms', '2023-11-14T22:13:20.000Z'],
  ['now', '2026-11-20T08:00:00.000Z'],
  ['-7d', '2026-11-13T08:00:00.000Z'],
  ['now-1h30m', '2026-11-20T06:30:00.000Z'],
])('%s is %s', (text, iso) => {
  expect(parseTimeText(text, NOW_MS)).toBe(BigInt(Date.parse(iso)) * 1_000_000n)
})

test('nanoseconds are kept', () => {
  expect(parseTimeText('2023-11-14T22:13:20.000000001Z', NOW_MS)).toBe(1_700_000_000_000_000_001n)
  expect(parseTimeText('1700000000000000001ns', NOW_MS)).toBe(1_700_000_000_000_000_001n)
})

test.each(['', 'yesterday', '1700000000', '2026-13-01', '2026-02-30', '-7', 'now+1h', '12:00'])(
  '"%s" is no time',
  (text) => {
    expect(parseTimeText(text, NOW_MS)).toBeNull()
  },
)
