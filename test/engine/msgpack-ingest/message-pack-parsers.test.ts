import { inspect } from 'node:util'
import { Encoder, encode } from '@msgpack/msgpack'
import { expect, test } from 'vitest'
import { isValid } from '../../../src/engine/domain/column.js'
import { HyperbyteError } from '../../../src/engine/domain/errors.js'
import type { PointParser } from '../../../src/engine/domain/parsed-points.js'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { MessagePackColumnParser } from '../../../src/engine/msgpack-ingest/message-pack-column-parser.js'
import { MessagePackPointParser } from '../../../src/engine/msgpack-ingest/message-pack-point-parser.js'
import { fc } from '../../support/fixed-random.js'

const NOW_NS = 1_600_000_000_123_456_789n

/** `[series key, time, field, type, value]` of every value, and what was dropped. */
function finish(parser: PointParser, table: MemorySeriesTable, sliceBytes = 1 << 20) {
  while (!parser.parseSlice(sliceBytes));
  const { batch, droppedCount, dropReason } = parser.finish()
  const values = batch.measurements.flatMap(({ rowCount, series, timestamps, fields }) =>
    Array.from({ length: rowCount }, (_, row) =>
      fields
        .filter(({ validity }) => isValid(validity, row))
        .map(({ name, type, values: cells }) => {
          const key = Buffer.from(table.keyOf(series[row])).toString()
          return [key, timestamps[row], name, type, cells[row]]
        }),
    ).flat(),
  )
  const fieldNames = [...new Set(batch.measurements.flatMap(({ fields }) => fields.map(({ name }) => name)))].sort()
  return { values, fieldNames, rowCount: batch.rowCount, droppedCount, dropReason }
}

function parsePoints(body: Uint8Array, precision: Precision = 'ns', sliceBytes?: number) {
  const table = new MemorySeriesTable()
  return finish(new MessagePackPointParser(body, { table, precision, nowNs: NOW_NS }), table, sliceBytes)
}

function parseColumns(body: Uint8Array, precision: Precision = 'ns', sliceBytes?: number) {
  const table = new MemorySeriesTable()
  return finish(new MessagePackColumnParser(body, { table, precision, nowNs: NOW_NS }), table, sliceBytes)
}

function faultOf(parse: (body: Uint8Array) => unknown, value: unknown): string {
  try {
    parse(value instanceof Uint8Array ? value : encode(value, { useBigInt64: true }))
  } catch (error) {
    if (error instanceof HyperbyteError && error.code === 'invalid') return error.message
    throw error
  }
  return 'no fault'
}

const exact = new Encoder({ useBigInt64: true })

test('points carry typed and plain values, exact to 64 bits', () => {
  const fields = {
    f: { Float: 2 },
    i: { Integer: -(2n ** 63n) },
    u: { UInteger: 2n ** 64n - 1n },
    s: { String: 'ä "x"' },
    b: { Boolean: true },
    plain: 1.5,
    small: -200,
    big: 2n ** 53n + 1n,
    text: 't',
    flag: false,
    none: null,
  }
  const body = exact.encode([{ measurement: 'm', tags: { z: '1', a: 'x y', none: '' }, fields, timestamp: 7n }])
  expect(parsePoints(body).values.map(([key, time, ...rest]) => [key, time, ...rest])).toEqual(
    [
      ['f', 'float', 2],
      ['i', 'integer', -(2n ** 63n)],
      ['u', 'unsigned', 2n ** 64n - 1n],
      ['s', 'string', 'ä "x"'],
      ['b', 'boolean', 1],
      ['plain', 'float', 1.5],
      ['small', 'integer', -200n],
      ['big', 'integer', 2n ** 53n + 1n],
      ['text', 'string', 't'],
      ['flag', 'boolean', 0],
    ].map((rest) => ['m,a=x\\ y,z=1', 7n, ...rest]),
  )
})

test('a point may be an array, a body one point, and timestamps instants or missing', () => {
  const points = [
    ['m', { t: 'a' }, { v: 1 }, 3],
    ['m', {}, { v: 2 }, null],
    { measurement: 'm', fields: { v: 3 }, timestamp: new Date(1_500) },
    { fields: { v: 4 }, tags: null, measurement: 'm' },
  ]
  expect(parsePoints(encode(points), 's').values).toEqual([
    ['m,t=a', 3_000_000_000n, 'v', 'integer', 1n],
    ['m', 1_600_000_000_000_000_000n, 'v', 'integer', 2n],
    ['m', 1_500_000_000n, 'v', 'integer', 3n],
    ['m', 1_600_000_000_000_000_000n, 'v', 'integer', 4n],
  ])
  expect(parsePoints(encode({ measurement: 'm', fields: { v: 3.5 }, timestamp: 1 })).rowCount).toBe(1)
  expect(parsePoints(new Uint8Array(0)).rowCount).toBe(0)
  expect(parsePoints(encode([])).rowCount).toBe(0)
})

test('every faulty body is told where it is wrong', () => {
  const fault = (value: unknown) => faultOf(parsePoints, value).replace('unable to parse msgpack write body: ', '')
  const good = { measurement: 'm', fields: { v: 1 } }
  expect(fault(5)).toBe('expected array at offset 0, found integer')
  expect(fault([good, 5])).toMatch(/^point 1: expected array at offset \d+, found integer$/)
  expect(fault([{ fields: { v: 1 } }])).toBe('point 0: missing measurement')
  expect(fault([{ measurement: '', fields: { v: 1 } }])).toBe('point 0: missing measurement')
  expect(fault([{ measurement: 'm' }])).toBe('point 0: missing fields')
  expect(fault([{ measurement: 'm', fields: { v: null } }])).toBe('point 0: missing fields')
  expect(fault([{ ...good, feilds: {} }])).toBe('point 0: unknown key "feilds"')
  expect(fault([{ measurement: 'm', fields: { '': 1 } }])).toBe('point 0: missing field key')
  expect(fault([{ ...good, tags: { '': 'x' } }])).toBe('point 0: missing tag key')
  expect(fault([{ ...good, tags: { a: 'x\\' } }])).toBe('point 0: name must not end with a backslash: x\\')
  expect(fault([{ measurement: 'm', fields: { v: { Integer: 2n ** 63n } } }])).toBe(
    'point 0: 9223372036854775808 is out of range for type integer',
  )
  expect(fault([{ measurement: 'm', fields: { v: 2n ** 63n } }])).toMatch(/out of range for type integer$/)
  expect(fault([{ measurement: 'm', fields: { v: Number.NaN } }])).toBe('point 0: NaN and infinity are not supported')
  expect(fault([{ measurement: 'm', fields: { v: { Decimal: 1 } } }])).toBe('point 0: unknown field type "Decimal"')
  expect(fault([{ measurement: 'm', fields: { v: [1] } }])).toBe('point 0: a field cannot be of kind array')
  expect(fault([{ ...good, timestamp: 2n ** 63n }])).toMatch(/^point 0: time outside range/)
  expect(fault([['m', {}, { v: 1 }]])).toBe('point 0: a point has 4 elements, not 3')
  expect(fault(encode([good]).subarray(0, -1))).toMatch(/^point 0: body ends within a value/)
  expect(fault(Buffer.concat([encode([good]), Buffer.from([0])]))).toMatch(/body goes on behind its end/)
  expect(fault(Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff))).toMatch(/^body ends within a value/)
  expect(fault([{ measurement: 'x'.repeat(70_000), fields: { v: 1 } }])).toBe(
    'point 0: max key length exceeded: 70000 > 65535',
  )
})

test('what may not be stored is dropped with the reason line protocol gives', () => {
  const points = [
    { measurement: 'm', tags: { time: 'x' }, fields: { v: 1 } },
    { measurement: 'm', fields: { time: 1 } },
    { measurement: 'm', fields: { time: 1, v: 2 } },
  ]
  expect(parsePoints(encode(points))).toMatchObject({
    rowCount: 1,
    droppedCount: 2,
    dropReason: 'invalid tag key: input tag "time" on measurement "m" is invalid',
  })
})

test('a block of columns gives a row per value', () => {
  const block = { measurement: 'm', tags: { t: 'a' }, field: 'v', values: [1, 2.5, null], timestamps: [1, 2, 3] }
  expect(parseColumns(encode(block), 'ms').values).toEqual([
    ['m,t=a', 1_000_000n, 'v', 'float', 1],
    ['m,t=a', 2_000_000n, 'v', 'float', 2.5],
  ])
  expect(parseColumns(encode({ measurement: 'm', field: 'v', values: [1] })).values).toEqual([
    ['m', NOW_NS, 'v', 'float', 1],
  ])
})

test('blocks may have many fields, typed, plain or packed', () => {
  const packed = (array: Float64Array | BigInt64Array | BigUint64Array | Uint8Array) => new Uint8Array(array.buffer)
  const fields = {
    plain: [1, null, 2.5],
    whole: [1, 2, null],
    text: ['a', null, 'c'],
    typed: { UInteger: [1, null, 2n ** 64n - 1n] },
    f: { Float: packed(Float64Array.of(1, -0, 1e300)) },
    i: { Integer: packed(BigInt64Array.of(1n, -(2n ** 63n), 5n)) },
    b: { Boolean: packed(Uint8Array.of(1, 0, 2)) },
  }
  const timestamps = packed(BigInt64Array.of(1n, 2n, 3n))
  const blocks = [
    { measurement: 'm', fields, timestamps },
    { measurement: 'n', fields: { a: [true] }, timestamps: [9] },
  ]
  const { values } = parseColumns(exact.encode(blocks))
  expect(values.filter(([, time]) => time === 2n).map(([, , ...rest]) => rest)).toEqual([
    ['whole', 'integer', 2n],
    ['f', 'float', -0],
    ['i', 'integer', -(2n ** 63n)],
    ['b', 'boolean', 0],
  ])
  expect(values.filter(([, , name]) => name === 'plain').map(([, , , type, value]) => [type, value])).toEqual([
    ['float', 1],
    ['float', 2.5],
  ])
  expect(values.at(-1)).toEqual(['n', 9n, 'a', 'boolean', 1])
})

test('packed columns give the same rows as arrays of values, whatever else is in their blocks', () => {
  const bytes = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer)
  const row = fc.record({
    time: fc.bigInt({ min: -(2n ** 63n) + 2n, max: 2n ** 63n - 2n }),
    // The encoder writes -0 as the integer 0 where it is a value of its own; packed it stays -0.
    f: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    i: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    u: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    b: fc.boolean(),
    s: fc.option(fc.string()),
    g: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  })
  const block = fc.record({
    host: fc.constantFrom('a', 'b'),
    isPacked: fc.boolean(),
    rows: fc.array(row, { maxLength: 70 }),
  })
  fc.assert(
    fc.property(fc.array(block, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), (blocks, slice) => {
      const body = (isAllPacked: boolean) =>
        exact.encode(
          blocks.map(({ host, isPacked, rows }) => {
            const isMeant = isAllPacked && isPacked
            const f = rows.map((each) => each.f)
            const i = rows.map((each) => each.i)
            const u = rows.map((each) => each.u)
            const b = rows.map((each) => each.b)
            const times = rows.map((each) => each.time)
            const fields = {
              s: { String: rows.map((each) => each.s) },
              f: { Float: isMeant ? bytes(Float64Array.from(f)) : f },
              i: { Integer: isMeant ? bytes(BigInt64Array.from(i)) : i },
              u: { UInteger: isMeant ? bytes(BigUint64Array.from(u)) : u },
              b: { Boolean: isMeant ? Uint8Array.from(b, Number) : b },
              g: { Float: rows.map((each) => each.g) },
              none: { Integer: rows.map(() => null) },
            }
            const timestamps = isMeant ? bytes(BigInt64Array.from(times)) : times
            return { measurement: 'm', tags: { host }, fields, timestamps }
          }),
        )
      const packed = parseColumns(body(true), 'ns', slice)
      const plain = parseColumns(body(false))
      const inOrder = ({ values }: typeof packed) => values.map((value) => inspect(value)).sort()
      expect(inOrder(packed)).toEqual(inOrder(plain))
      expect(packed.rowCount).toBe(plain.rowCount)
      expect(packed.fieldNames).toEqual(plain.fieldNames)
    }),
    { numRuns: 200 },
  )
})

test('faults in packed columns are found', () => {
  const bytes = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer as ArrayBuffer)
  const fault = (values: readonly number[], times: readonly bigint[]) => {
    const timestamps = bytes(BigInt64Array.from(times))
    return faultOf(parseColumns, {
      measurement: 'm',
      fields: { f: { Float: bytes(Float64Array.from(values)) } },
      timestamps,
    })
  }
  expect(fault([1, 2], [1n, 2n])).toBe('no fault')
  expect(fault([1, Number.NaN], [1n, 2n])).toMatch(/NaN and infinity are not supported$/)
  expect(fault([Number.NEGATIVE_INFINITY], [1n])).toMatch(/NaN and infinity are not supported$/)
  expect(fault([1, 2], [1n, -(2n ** 63n)])).toMatch(/time outside range/)
  expect(fault([1, 2], [2n ** 63n - 1n, 0n])).toMatch(/time outside range/)
})

test('every faulty block is told where it is wrong', () => {
  const fault = (value: unknown) =>
    faultOf(parseColumns, value).replace('unable to parse columnar msgpack write body: ', '')
  const block = { measurement: 'm', field: 'v', values: [1, 2] }
  expect(fault({ ...block, timestamps: [1] })).toBe('block 0: 1 timestamps for 2 rows')
  expect(fault({ measurement: 'm', field: 'v' })).toMatch(/either `fields` or both/)
  expect(fault({ ...block, fields: {} })).toMatch(/either `fields` or both/)
  expect(fault({ measurement: 'm', fields: {} })).toBe('block 0: missing fields')
  expect(fault({ measurement: 'm', fields: { a: [1], b: [1, 2] } })).toBe('block 0: field "b" has 2 values, not 1')
  expect(fault({ measurement: 'm', fields: { a: [1, 'x'] } })).toBe('block 0: a column holds integer and string')
  expect(fault({ measurement: 'm', fields: { a: Uint8Array.of(1) } })).toMatch(/explicit numeric type$/)
  expect(fault({ measurement: 'm', fields: { a: { Float: Uint8Array.of(1) } } })).toBe(
    'block 0: 1 bytes are no whole values',
  )
  expect(fault([block, { field: 'v', values: [] }])).toBe('block 1: missing measurement')
  expect(fault({ measurement: 'm', field: 'v', values: ['x'] })).toMatch(/^block 0: expected float/)
})

test('bodies of any bytes end in points or in a fault', () => {
  const some = encode([{ measurement: 'm', tags: { a: 'b' }, fields: { v: 1.5, w: { Integer: 1 } }, timestamp: 5 }])
  const damaged = fc.tuple(fc.nat(some.length - 1), fc.nat(255)).map(([at, byte]) => {
    const bytes = Uint8Array.from(some)
    bytes[at] = byte
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), damaged), fc.integer({ min: 1, max: 20 }), (body, slice) => {
      for (const parse of [parsePoints, parseColumns]) {
        expect(faultOf((bytes) => parse(bytes, 'ns', slice), body)).toMatch(
          /^no fault$|^unable to parse (columnar )?msgpack/,
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('deep nesting, long lengths and many tiny values cost no more than their bytes', () => {
  const deep = new Uint8Array(1_000_000).fill(0x91)
  expect(faultOf(parsePoints, deep)).toMatch(/a point has 4 elements, not 1$/)
  const nested = Buffer.concat([Buffer.of(0x91, 0x81), encode('tags'), deep])
  expect(faultOf(parsePoints, nested)).toMatch(/body ends within a value/)
  const zeros = Buffer.concat([Buffer.from([0xdd, 0, 0x0f, 0, 0]), new Uint8Array(0x0f0000)])
  expect(faultOf(parsePoints, zeros)).toMatch(/point 0: expected array/)
})
