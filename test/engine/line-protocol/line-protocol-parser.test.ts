import { expect, test } from 'vitest'
import { isValid } from '../../../src/engine/domain/column.js'
import type { PointBatch } from '../../../src/engine/domain/point-batch.js'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { LineProtocolParser, parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'

const NOW_NS = 1_600_000_000_123_456_789n

function parse(text: string, precision: Precision = 'ns', table = new MemorySeriesTable()) {
  return { ...parseLineProtocol(Buffer.from(text), { table, precision, nowNs: NOW_NS }), table }
}

/** Rows as readable objects, in batch order. */
function rowsOf(batch: PointBatch, table: MemorySeriesTable) {
  return batch.measurements.flatMap((part) =>
    Array.from({ length: part.rowCount }, (_, row) => ({
      key: Buffer.from(table.keyOf(part.series[row])).toString(),
      time: part.timestamps[row],
      fields: Object.fromEntries(
        part.fields
          .filter(({ validity }) => isValid(validity, row))
          .map(({ name, type, values }) => [name, [type, values[row]]]),
      ),
    })),
  )
}

function parseRows(text: string, precision?: Precision) {
  const { batch, table, errors } = parse(text, precision)
  expect(errors).toEqual([])
  return rowsOf(batch, table)
}

test('every field type arrives with its value', () => {
  const line = 'm,t=a f=1.5,i=-9223372036854775808i,u=18446744073709551615u,s="x \\"y\\" \\\\",b=true 1\n'
  const expected = {
    key: 'm,t=a',
    time: 1n,
    fields: {
      f: ['float', 1.5],
      i: ['integer', -9223372036854775808n],
      u: ['unsigned', 18446744073709551615n],
      s: ['string', 'x "y" \\'],
      b: ['boolean', 1],
    },
  }
  expect(parseRows(line.repeat(3))).toEqual([expected, expected, expected])
})

test('a known line is read as the exact parser reads it', () => {
  const lines = [
    'm,t=a v=1i 1',
    'm,t=a v=999999999i 2',
    'm,t=a v=1000000000i 3',
    'm,t=a v=-4294967296i 4',
    'm,t=a v=123456789012345678i 5',
    'm,t=a v=-9223372036854775807i 6',
    'm,t=a v=9223372036854775807i 7',
    'm,t=a v=-0i -8',
    'm,t=a v=00000000000000000000012i 1600000000123456789',
    'm,t=a v=-1i -1600000000123456789',
    'm,t=a v=5i',
  ]
  const values = [
    1n,
    999999999n,
    1000000000n,
    -4294967296n,
    123456789012345678n,
    -9223372036854775807n,
    9223372036854775807n,
    0n,
    12n,
    -1n,
    5n,
  ]
  const rows = parseRows(`${lines.join('\n')}\n`)
  expect(rows.map(({ fields }) => fields['v'][1])).toEqual(values)
  expect(rows.map(({ time }) => time)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, -8n, NOW_NS, -NOW_NS, NOW_NS])
})

test('tags in any order and any spelling name one series', () => {
  const rows = parseRows('m,b=2,a=1 v=1\nm,a=1,b=2 v=1\nm,b=2,a=1 v=1\n')
  expect(rows.map(({ key }) => key)).toEqual(['m,a=1,b=2', 'm,a=1,b=2', 'm,a=1,b=2'])
})

test('escapes are resolved in names and kept in canonical keys', () => {
  const { batch, table } = parse('my\\ m\\,x\\=y,ta\\ g=v\\=\\,1 fi\\ eld="a" 1\n'.repeat(2))
  expect(batch.measurements[0].measurement).toBe('my m,x=y')
  expect(batch.measurements[0].fields[0].name).toBe('fi eld')
  expect(table.tagsOf(0)).toEqual([['ta g', 'v=,1']])
  expect(table.count).toBe(1)
})

test('missing fields leave holes, and a given-up line leaves nothing', () => {
  const rows = parseRows('m a=1i,b=1i,c="x" 1\nm b=2i 2\nm a=3i,c="y\\\\" 3\nm a=4i,b=4i 4\n')
  expect(rows.map(({ fields }) => Object.keys(fields).join())).toEqual(['a,b,c', 'b', 'a,c', 'a,b'])
  const bad = parse('m a=1i,c="x" 1\nm a=2i,c="y",b=x 2\nm a=3i 3\n')
  expect(rowsOf(bad.batch, bad.table).map(({ fields }) => fields)).toEqual([
    { a: ['integer', 1n], c: ['string', 'x'] },
    { a: ['integer', 3n] },
  ])
  expect(bad.batch.measurements[0].fields[1].values).toEqual(['x', ''])
  expect(bad.errors).toEqual(['unable to parse \'m a=2i,c="y",b=x 2\': invalid boolean'])
})

test('a field of two types becomes two columns', () => {
  const { batch } = parse('m v=1 1\nm v=1i 2\nm v=2 3\n')
  expect(batch.measurements[0].fields.map(({ name, type }) => [name, type])).toEqual([
    ['v', 'float'],
    ['v', 'integer'],
  ])
})

test('timestamps are scaled by precision and default to now, truncated', () => {
  expect(parseRows('m v=1 3\nm v=1 3\nm v=1 -2\nm v=1\n', 's').map(({ time }) => time)).toEqual([
    3_000_000_000n,
    3_000_000_000n,
    -2_000_000_000n,
    1_600_000_000_000_000_000n,
  ])
  expect(parse('m v=1 1\nm v=1 9223372037\n', 's').errors).toEqual([
    "unable to parse 'm v=1 9223372037': time outside range -9223372036854775806 - 9223372036854775806",
  ])
})

test('comments and blank lines are nothing, and slices end where they may', () => {
  const body = Buffer.from('# c\n\n  \nm v=1 1\n m v=2 2\n\nm v=3 3')
  const parser = new LineProtocolParser(body, { table: new MemorySeriesTable(), precision: 'n', nowNs: 0n })
  let slices = 1
  while (!parser.parseSlice(5)) slices++
  expect(parser.finish().batch.rowCount).toBe(3)
  expect(slices).toBeGreaterThan(3)
})

test('points that may not be stored are counted with a reason', () => {
  expect(parse('m,time=1 v=1\nm v=1\n')).toMatchObject({
    droppedCount: 1,
    dropReason: 'invalid tag key: input tag "time" on measurement "m" is invalid',
    batch: { rowCount: 1 },
  })
  expect(parse('m time=1\nm time=1,v=2\n')).toMatchObject({
    droppedCount: 1,
    dropReason: 'invalid field name: input field "time" on measurement "m" is invalid',
    batch: { rowCount: 1 },
  })
  const limits = { seriesCountMax: 2, spellingCountMax: 100, spellingBytesMax: 10_000 }
  const limited = parse('m,t=1 v=1\nm,t=2 v=1\nm,t=3 v=1\nm,t=1 v=2\n', 'ns', new MemorySeriesTable(limits))
  expect(limited).toMatchObject({
    droppedCount: 1,
    dropReason: 'max-series-per-database limit exceeded: (2)',
    batch: { rowCount: 3 },
  })
})
