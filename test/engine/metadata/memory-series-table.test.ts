import { expect, test } from 'vitest'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { type SeriesId, seriesIdOf } from '../../../src/engine/metadata/series-id.js'

const LIMITS = { seriesCountMax: 0, spellingCountMax: 1000, spellingBytesMax: 10_000 }

test('a series has one ordinal however its tags are ordered', () => {
  const table = new MemorySeriesTable()
  const ordinal = table.intern('cpu', [
    ['host', 'a'],
    ['dc', 'x, y=z'],
  ])
  expect(ordinal).toBe(0)
  expect(
    table.intern('cpu', [
      ['dc', 'x, y=z'],
      ['host', 'a'],
    ]),
  ).toBe(0)
  expect(table.count).toBe(1)
  expect(table.measurementOf(0)).toBe('cpu')
  expect(Buffer.from(table.keyOf(0)).toString()).toBe('cpu,dc=x\\,\\ y\\=z,host=a')
  expect(table.tagsOf(0)).toEqual([
    ['dc', 'x, y=z'],
    ['host', 'a'],
  ])
  expect(table.idOf(0)).toBe(seriesIdOf(table.keyOf(0)))
})

test('thousands of series keep their keys, ids and measurements while the table grows', () => {
  const table = new MemorySeriesTable()
  for (let i = 0; i < 5000; i++) expect(table.intern(`m${i % 7}`, [['n', `${i}`]])).toBe(i)
  for (let i = 0; i < 5000; i++) {
    expect(table.ordinalOfKey(Buffer.from(`m${i % 7},n=${i}`))).toBe(i)
    expect(table.measurementNumberOf(i)).toBe(i % 7)
  }
  expect(table.ordinalOfKey(Buffer.from('m0,n=1'))).toBe(-1)
})

test('two keys with one id are refused', () => {
  const table = new MemorySeriesTable(LIMITS, () => 7n as SeriesId)
  table.intern('a', [])
  expect(() => table.intern('b', [])).toThrow('series id 7 is that of a and of b')
  expect(table.intern('a', [])).toBe(0)
})

test('the limit holds for new points and not for stored ones', () => {
  const table = new MemorySeriesTable({ ...LIMITS, seriesCountMax: 1 })
  table.intern('a', [])
  expect(() => table.intern('b', [])).toThrow('max-series-per-database limit exceeded: (1)')
  expect(table.admitKey(Buffer.from('b'))).toBe(-1)
  expect(table.admitKey(Buffer.from('a'))).toBe(0)
  expect(table.internKey(Buffer.from('b'))).toBe(1)
})

test('a name that ends with a backslash has no key', () => {
  expect(() => new MemorySeriesTable().intern('m', [['a', 'b\\']])).toThrow('must not end with a backslash')
})

test('spellings are found again until there are too many', () => {
  const table = new MemorySeriesTable({ seriesCountMax: 0, spellingCountMax: 2, spellingBytesMax: 100 })
  const ordinal = table.intern('m', [['a', '1']])
  const body = Buffer.from('m,a=1 m,a\\=1 m,b=1 ')
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  table.addSpelling(ordinal, 11, body, 0, 5)
  table.addSpelling(ordinal, 11, body, 6, 12)
  table.addSpelling(ordinal, 12, body, 13, 18)
  expect(table.spellings.find(11, view, 0, 5)).toBe(ordinal)
  expect(table.spellings.find(11, view, 6, 6)).toBe(ordinal)
  expect(table.spellings.find(12, view, 13, 5)).toBe(-1)
  expect(table.spellings.count).toBe(2)
})
