import { expect, test } from 'vitest'
import { formatLogLine } from '../../src/daemon/format-log-line.js'
import { createSystemClock } from '../../src/daemon/system-clock.js'

const plain = (_level: string, word: string) => word

test('a record is one line with its fields behind the message', () => {
  const record = { time: '2026-11-20T03:44:17.120Z', level: 'info', msg: 'flushed', rows: 12, db: 'a b', ok: null }
  expect(formatLogLine(record, plain)).toBe('03:44:17.120 INFO  flushed  rows=12  db="a b"  ok=null\n')
})

test('an error shows its stack', () => {
  const record = { time: '2026-11-20T03:44:17.120Z', level: 'error', msg: 'x', error: { stack: 'Error: a\n    at b' } }
  expect(formatLogLine(record, plain)).toContain('error=Error: a\n')
})

test('two calls in one millisecond get two times, and a clock set back is followed', () => {
  const times = [5, 5, 5, 6, 2, 2]
  const clock = createSystemClock(() => times.shift()!)
  expect(Array.from({ length: 6 }, clock)).toEqual([
    5_000_000n,
    5_000_001n,
    5_000_002n,
    6_000_000n,
    2_000_000n,
    2_000_001n,
  ])
})
