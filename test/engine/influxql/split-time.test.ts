import { expect, test } from 'vitest'
import { parseExpr } from '../../../src/engine/influxql/parse-query.js'
import { printExpr } from '../../../src/engine/influxql/print-expr.js'
import { splitTime } from '../../../src/engine/influxql/split-time.js'

const HOUR_NS = 3_600_000_000_000n
const NOW_NS = 1_600_000_000_000_000_000n

function split(text: string) {
  const { condition, bounds } = splitTime(parseExpr(text), { nowNs: NOW_NS, localToUtc: null })
  return [condition === null ? null : printExpr(condition), bounds.startNs, bounds.endNs]
}

// Expectations are answers of influxd 1.6.7.
test.each<[string, string | null, bigint | null, bigint | null]>([
  ['time > 5', null, 6n, null],
  ['5 < time', null, 6n, null],
  ['TIME <= 5', null, null, 6n],
  ['time = 5', null, 5n, 6n],
  ['time > now() - 1h', null, NOW_NS - HOUR_NS + 1n, null],
  ['time >= now() - 1', null, NOW_NS - 1n, null],
  ['time < 1.5', null, null, 1n],
  ['time >= 5s', null, 5_000_000_000n, null],
  ['time >= 1000 - 5', null, 995n, null],
  ["time >= '1970-01-08'", null, 604_800_000_000_000n, null],
  ["time >= '1970-01-08' + 1d", null, 691_200_000_000_000n, null],
  ["time >= '1970-01-01 0:00:01.5'", null, 1_500_000_000n, null],
  ["time >= '1970-01-01T01:00:00.000000001+01:00'", null, 1n, null],
  ["host = 'a' AND time > 5", "host = 'a'", 6n, null],
  ["host = 'a' OR time > 5 OR time > 7", "host = 'a'", 8n, null],
  ["(time > 5 AND (host = 'a'))", "host = 'a'", 6n, null],
  ['1 = 1', null, null, null],
  ['1 = 2', 'false', null, null],
  ["host = 'a' AND 1 = 1", "host = 'a'", null, null],
  ["host = 'a' OR true", null, null, null],
  ["host = 'a' AND 'a' = 'b'", 'false', null, null],
  ['f > 1 + 1', 'f > 2', null, null],
])('%s', (text, condition, startNs, endNs) => {
  expect(split(text)).toEqual([condition, startNs, endNs])
})

test.each([
  ["time > 'foo'", 'invalid operation: time and *influxql.StringLiteral are not compatible'],
  ["time > '1970-13-08'", 'invalid timestamp string'],
  ["time > '1970-02-30'", 'invalid timestamp string'],
  ["time > '1970-01-08T00:00:00'", 'invalid timestamp string'],
  ["time > '1970-01-08 24:00:00'", 'invalid timestamp string'],
  ['time != 5', 'invalid time comparison operator: !='],
  ['time > host', 'invalid operation: time and *influxql.VarRef are not compatible'],
  ["time > 'foo' + 1h", 'invalid operation: time and *influxql.BinaryExpr are not compatible'],
  ['time > 10000000000000000000', 'invalid operation: time and *influxql.UnsignedLiteral are not compatible'],
  ["time > '9999-01-01'", 'time 9999-01-01T00:00:00Z overflows time literal'],
  ["time > '1600-01-08'", 'time 1600-01-08T00:00:00Z underflows time literal'],
  ['host', 'invalid condition expression: host'],
  ["host = 'a' AND 5", 'invalid condition expression: 5'],
])('%s is refused with: %s', (text, message) => {
  expect(() => split(text)).toThrow(message)
})

test('a condition of 20,000 operands does not run out of stack', () => {
  const condition = Array.from({ length: 20_000 }, () => "host = 'a'").join(' OR ')
  expect(split(`${condition} OR time > 5`)[1]).toBe(6n)
})
