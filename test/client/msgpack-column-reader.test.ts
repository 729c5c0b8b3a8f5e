import { encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import { MsgpackColumnReader } from '../../src/client/msgpack-column-reader.js'
import type { FieldType, PointColumns } from '../../src/engine/index.js'
import { printRows } from './point-columns.js'

/** As influxd 1.6.7 sends it, times and integers in their shortest form, floats in eight bytes. */
function answer(...results: unknown[]): Uint8Array {
  return Buffer.concat(results.map((result) => encode({ results: [result] }, { useBigInt64: true })))
}

function series(tags: Record<string, string>, values: readonly unknown[][], partial = true) {
  const columns = ['time', 'f', 'i', 's', 'b', 'n']
  return { statement_id: 0, series: [{ name: 'm', tags, columns, values, partial }], partial: true }
}

const BYTES = answer(
  series({ host: '', rack: '1' }, [
    [-5_000_000_000n, 1.5, null, 'ä', true, null],
    [100, 2.5, -3, null, null, null],
  ]),
  series({ host: '', rack: '1' }, [[2n ** 62n, null, 2n ** 63n - 1n, '', null, null]]),
  series({ host: 'b', rack: '' }, [[7, null, 65_536, null, false, null]]),
)

const ROWS = [
  'm rack=1 b:boolean=1 f:float=1.5 s:string=ä -5000000000',
  'm rack=1 f:float=2.5 i:integer=-3 100',
  'm rack=1 i:integer=9223372036854775807 s:string= 4611686018427387904',
  'm host=b b:boolean=0 i:integer=65536 7',
]

function read(bytes: Uint8Array, pieceBytes: number, declared: [string, FieldType[]][] = []): PointColumns[] {
  const reader = new MsgpackColumnReader(new Map(declared))
  const parts: PointColumns[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) parts.push(...reader.push(bytes.subarray(at, at + pieceBytes)))
  parts.push(...reader.finish())
  return parts
}

test.each([1, 2, 3, 7, 64, 100_000])('rows come out the same from pieces of %i bytes', (pieceBytes) => {
  expect(read(BYTES, pieceBytes).flatMap(printRows)).toEqual(ROWS)
})

test('series with the same columns come together; those that never have a value leave no column', () => {
  const [part, ...others] = read(BYTES, 1000)
  expect(others).toEqual([])
  expect(part.series).toEqual([[['rack', '1']], [['rack', '1']], [['host', 'b']]])
  expect(part.fields.map(({ name }) => name)).toEqual(['f', 's', 'b', 'i'])
})

test('a declared type decides where the bytes do not', () => {
  const bytes = answer(series({}, [[1, 2, 3, 's', true, null]]))
  const [row] = read(bytes, 9, [
    ['f', ['float']],
    ['i', ['unsigned']],
  ]).flatMap(printRows)
  expect(row).toBe('m b:boolean=1 f:float=2 i:unsigned=3 s:string=s 1')
})

test('long series are cut', () => {
  const values = Array.from({ length: 40_000 }, (_, row) => [row, 0.5, null, null, null, null])
  const parts = read(answer(series({ host: 'a' }, values)), 65_536)
  expect(parts.map(({ rowCount }) => rowCount)).toEqual([16_384, 16_384, 7232])
  expect(parts[2].timestamps[7231]).toBe(39_999n)
  expect(parts[2].series).toEqual([[['host', 'a']]])
})

test('a failure inside the answer is an error, and so is an answer that stops', () => {
  expect(() => read(answer({ statement_id: 0, error: 'database not found: x' }), 10)).toThrow('database not found')
  expect(() => read(BYTES.subarray(0, BYTES.length - 3), 10)).toThrow('stopped in the middle')
  expect(() => read(answer(series({}, [[1, 'text', null, null, null, null]])), 10, [['f', ['float']]])).toThrow(
    'not as expected',
  )
})
