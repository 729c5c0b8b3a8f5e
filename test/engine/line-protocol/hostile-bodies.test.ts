import { expect, test } from 'vitest'
import type { PointBatch } from '../../../src/engine/domain/point-batch.js'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'

function parse(body: string | Uint8Array, table = new MemorySeriesTable()) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return parseLineProtocol(bytes, { table, precision: 'ns', nowNs: 0n })
}

function cellCount(batch: PointBatch): number {
  return batch.measurements.reduce(
    (sum, { timestamps, fields }) =>
      sum + timestamps.length * (1 + fields.filter(({ type }) => type !== 'string').length),
    0,
  )
}

/** The end of the first error: the rest may be a MiB long. */
function faultOf(body: string): string {
  return parse(body).errors[0].slice(-80)
}

test('a line of megabytes is refused, or stored if it is one long string', () => {
  const long = 1_200_000
  expect(faultOf('x'.repeat(long))).toMatch(/x…': missing fields$/)
  expect(faultOf(`m,t=${'x'.repeat(long)} v=1 1`)).toMatch(/max key length exceeded: 1200004 > 65535$/)
  expect(parse(`m v=${'1'.repeat(long)}i 1`).errors[0].length).toBeLessThan(2_300_000)
  expect(faultOf(`m v=${'1'.repeat(long)} 1`)).toMatch(/invalid float$/)
  const { batch } = parse(`m v="${'x'.repeat(long)}" 1\n`)
  expect(batch.measurements[0].fields[0].values[0]).toHaveLength(long)
})

test('hundreds of thousands of fields in one line are refused', () => {
  const fields = Array.from({ length: 200_000 }, (_, i) => `f${i}=1`).join(',')
  const parsed = parse(`m ${fields} 1\nm a=1 1\n`)
  expect(parsed.errors[0].slice(-80)).toMatch(/: too many fields: more than 65536 in one request$/)
  expect(parsed.batch.rowCount).toBe(1)
})

test('a wide line before many narrow ones does not make a wide and long table', () => {
  const wide = `m ${Array.from({ length: 5_000 }, (_, i) => `f${i}=1`).join(',')} 1\n`
  const { batch } = parse(wide + 'm f1=1 2\n'.repeat(50_000))
  expect(batch.rowCount).toBe(50_001)
  expect(cellCount(batch)).toBeLessThan(40_000_000)
})

test('many lines that the fast way gives up are refused behind a wide one', () => {
  // Were each of them made as wide as the first, this would not end.
  const wide = `m ${Array.from({ length: 20_000 }, (_, i) => `f${i}=1`).join(',')} 1\n`
  expect(parse(wide + 'm f1=x 2\n'.repeat(10_000)).faultyCount).toBe(10_000)
})

test('tags of 64 KB and thousands of tags are held to the longest key', () => {
  expect(parse(`m,t=${'x'.repeat(65_000)} v=1 1\n`).batch.rowCount).toBe(1)
  expect(faultOf(`m,t=${'x'.repeat(65_531)} v=1 1\n`)).toMatch(/max key length exceeded: 65540 > 65535$/)
  expect(faultOf(`m,t=${'x'.repeat(65_532)} v=1 1\n`)).toMatch(/max key length exceeded: 65536 > 65535$/)
  const tags = Array.from({ length: 8_000 }, (_, i) => `${(i * 7919) % 8000}=1`).join(',')
  expect(parse(`m,${tags} v=1 1\n`.repeat(2)).batch.rowCount).toBe(2)
})

test('long bodies without any newline, space or sense are read to their end', () => {
  // Were every byte looked at again for each, this would not end.
  expect(parse('a\n'.repeat(50_000)).faultyCount).toBe(50_000)
  expect(parse('a'.repeat(500_000)).faultyCount).toBe(1)
  expect(parse(`m v="${'\n'.repeat(500_000)}`).faultyCount).toBe(1)
  expect(parse('\\'.repeat(500_000)).faultyCount).toBe(1)
  expect(parse('\0'.repeat(500_000)).faultyCount).toBe(0)
  expect(parse(',=" \\\n'.repeat(20_000)).batch.rowCount).toBe(0)
})

test('the errors of one body are bounded, and every bad line is counted', () => {
  const parsed = parse('a\n'.repeat(50_000))
  expect(parsed.errors.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(1_100_000)
  expect(parsed.faultyCount).toBe(50_000)
})

test('keys that are not UTF-8 are refused, values have the faulty bytes replaced', () => {
  const body = Buffer.concat([Buffer.from('m s="a'), Buffer.from([0xff, 0xe2, 0x82]), Buffer.from('b" 1\n')])
  const { batch } = parse(Buffer.concat([body, body]))
  expect(batch.measurements[0].fields[0].values).toEqual(['a\ufffd\ufffd\ufffdb', 'a\ufffd\ufffd\ufffdb'])
  const key = parse(Buffer.concat([Buffer.from('m,t='), Buffer.from([0xff]), Buffer.from(' v=1 1\n')]))
  const lenient = parse(Buffer.concat([Buffer.from('m s="'), Buffer.alloc(500_000, 0xff), Buffer.from('" 1')]))
  expect(lenient.batch.measurements[0].fields[0].values[0]).toHaveLength(500_000)
  expect(key).toMatchObject({ droppedCount: 1, dropReason: 'key contains invalid unicode: "m,t=\ufffd"' })
  const field = parse(Buffer.concat([Buffer.from('m v'), Buffer.from([0xff]), Buffer.from('=1 1\n')]))
  expect(field).toMatchObject({ droppedCount: 1, dropReason: 'key contains invalid unicode: "v\ufffd"' })
})

test('many spellings of one series are forgotten rather than kept without end', () => {
  const table = new MemorySeriesTable({ seriesCountMax: 0, spellingCountMax: 100, spellingBytesMax: 4_000 })
  const orders = Array.from({ length: 120 }, (_, i) => `m,z=1,a${i}=1,b=2 v=1 1\n`).join('')
  expect(parse(orders, table).batch.rowCount).toBe(120)
  expect(parse(orders, table).batch.rowCount).toBe(120)
  expect(table.count).toBe(120)
  expect(table.spellings.count).toBeLessThanOrEqual(100)
})
