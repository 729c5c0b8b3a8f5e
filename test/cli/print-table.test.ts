import { expect, test } from 'vitest'
import type { ListOptions } from '../../src/cli/list-table.js'
import { printTable } from '../../src/cli/print-table.js'

const COLUMNS = [
  { name: 'ID', align: 'left' },
  { name: 'DATA', align: 'right' },
  { name: 'AGE', align: 'right' },
] as const

const ROWS = [
  ['b', '12.4 GiB', '1h04m'],
  ['a', '1.9 GiB', '59m30s'],
  ['d', '–', ''],
  ['c', '212 MiB', '3d'],
]

function print(options: Partial<ListOptions>, width: number | null = null): string {
  return printTable(COLUMNS, ROWS, { 'no-header': true, wide: false, ...options }, width)
}

test.each([
  ['id', 'abcd'],
  ['-id', 'dcba'],
  ['data', 'cabd'],
  ['-data', 'bacd'],
  ['age', 'abcd'],
])('--sort %s compares sizes and durations by what they are worth, and what has none comes last', (sort, order) => {
  expect(print({ sort, columns: 'id' }).replaceAll('\n', '')).toBe(order)
})

test('of columns that have no room the last goes first', () => {
  expect(print({}, 30).split('\n')[0]).toBe('b  12.4 GiB   1h04m')
  expect(print({}, 18).split('\n')[0]).toBe('b  12.4 GiB')
  expect(print({ wide: true }, 18).split('\n')[0]).toBe('b  12.4 GiB   1h04m')
})

test('a mistyped column is answered with the nearest', () => {
  expect(() => print({ columns: 'dtaa' })).toThrow('--columns: there is no column dtaa; did you mean data?')
})

test('a long text is cut to what the other columns leave, and is whole with --wide', () => {
  const columns = [
    { name: 'ID', align: 'right' },
    { name: 'STATEMENT', align: 'left', isText: true },
  ] as const
  const rows = [['1', 'SELECT mean(usage_idle) FROM cpu']]
  const options = { 'no-header': true, wide: false }
  expect(printTable(columns, rows, options, 30)).toBe('1  SELECT mean(usage_idle) F…')
  expect(printTable(columns, rows, { ...options, wide: true }, 30)).toContain('FROM cpu')
  expect(printTable(columns, rows, options, null)).toContain('FROM cpu')
})

test('a list may be longer than a function has arguments', () => {
  const columns = [
    { name: 'ID', align: 'left' },
    { name: 'TEXT', align: 'left', isText: true },
  ] as const
  const rows = Array.from({ length: 150_000 }, (_, i) => [String(i), ''])
  expect(printTable(columns, rows, { 'no-header': true, wide: false }, 80)).toMatch(/^0\n1\n[\s\S]*\n149999$/)
})
