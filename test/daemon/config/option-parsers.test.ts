import { expect, test } from 'vitest'
import {
  duration,
  integer,
  listenAddress,
  type OptionParser,
  parseDurationMs,
  printDuration,
  size,
} from '../../../src/daemon/config/option-parsers.js'
import { CONFIG_KEYS, optionRow } from '../../../src/daemon/config/option-table.js'
import { suggestName } from '../../../src/daemon/config/suggest-name.js'

function parsed<T>(parser: OptionParser<T>, raw: string | number | boolean): T | null {
  const result = parser.parse(raw)
  return result.kind === 'value' ? result.value : null
}

const anySize = size({ min: 0, max: 2 ** 50 })

test.each([
  ['25000000', 25_000_000],
  ['25m', 25 * 2 ** 20],
  ['1 GiB', 2 ** 30],
  ['4k', 4096],
  [17, 17],
  ['-1', null],
  ['1.5g', null],
  ['5x', null],
  [true, null],
  ['', null],
])('size %s is %s bytes', (raw, bytes) => {
  expect(parsed(anySize, raw)).toBe(bytes)
})

test.each([
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['1h30m', 5_400_000],
  ['10m0s', 600_000],
  ['7d', 604_800_000],
  ['30', null],
  ['s', null],
  ['1h 30m', null],
  ['-5s', null],
])('duration %s is %s ms', (raw, ms) => {
  expect(parseDurationMs(raw)).toBe(ms)
  if (ms !== null) expect(parseDurationMs(printDuration(ms))).toBe(ms)
})

test.each([
  ['127.0.0.1:8086', { host: '127.0.0.1', port: 8086 }],
  [':8086', { host: '', port: 8086 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost', null],
  ['::1:8086', null],
  ['a:99999', null],
])('address %s', (raw, address) => {
  expect(parsed(listenAddress, raw)).toEqual(address)
})

test('bounds hold at both ends', () => {
  const small = integer({ min: 1, max: 3 })
  expect([0, 1, 3, 4].map((raw) => parsed(small, raw))).toEqual([null, 1, 3, null])
  expect(parsed(duration({ min: 1000, max: 2000 }), '3s')).toBeNull()
})

test('every default is inside its own bounds and survives being printed and read', () => {
  for (const memoryBytes of [2 ** 28, 2 ** 30, 24 * 2 ** 30, 2 ** 42]) {
    for (const key of CONFIG_KEYS) {
      const row = optionRow(key)
      const fallback = row.default({ memoryBytes, cpuCount: 4 })
      const printed = row.parser.print(fallback)
      const raw = printed.startsWith('"') ? (JSON.parse(printed) as string) : printed
      expect(row.parser.parse(raw), key).toEqual({ kind: 'value', value: fallback })
    }
  }
})

test.each([
  ['http.bind-adress', 'http.bind-address'],
  ['qurey', 'query'],
  ['HYPERBYTE_HTTP_BIND', 'HYPERBYTE_HTTP_BIND_ADDRESS'],
  ['foo', null],
])('the name nearest to %s is %s', (typed, expected) => {
  expect(suggestName(typed, ['http.bind-address', 'query', 'HYPERBYTE_DATA_DIR', 'HYPERBYTE_HTTP_BIND_ADDRESS'])).toBe(
    expected,
  )
})
