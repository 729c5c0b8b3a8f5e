import { expect, test } from 'vitest'
import { isValid } from '../../../src/engine/domain/column.js'
import type { FieldType } from '../../../src/engine/domain/field-type.js'
import type { PointBatch } from '../../../src/engine/domain/point-batch.js'
import { LineProtocolParser, parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { DEFAULT_SERIES_TABLE_LIMITS, MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { fc } from '../../support/fixed-random.js'

interface Field {
  readonly name: string
  readonly type: FieldType
  readonly value: unknown
  readonly text: string
}

interface Point {
  readonly measurement: string
  readonly tags: readonly (readonly [string, string])[]
  readonly fields: readonly Field[]
  readonly time: bigint
}

// Names as clients have them, and some as nobody should.
const name = fc
  .oneof(
    fc.constantFrom(
      'cpu',
      'host',
      'usage_user',
      'a',
      'b',
      'ä ö',
      'x,y',
      'k=v',
      '"q"',
      '\u{1f600}',
      'C:\\dir\\x',
      'a b, c',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  )
  .filter((text) => !/[\0\t\n]|\\$|\\[\\,="  ]/.test(text) && text !== 'time' && !text.startsWith('#'))

const number = fc.double({ noNaN: true, noDefaultInfinity: true })

const field: fc.Arbitrary<Omit<Field, 'name'>> = fc.oneof(
  number.map(
    (value): Omit<Field, 'name'> => ({ type: 'float', value, text: Object.is(value, -0) ? '-0' : `${value}` }),
  ),
  fc
    .tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 8 }))
    .map(([digits, scale]): Omit<Field, 'name'> => {
      const text = (digits / 10 ** scale).toFixed(scale)
      return { type: 'float', value: Number(text), text }
    }),
  fc
    .bigInt(-(2n ** 63n), 2n ** 63n - 1n)
    .map((value): Omit<Field, 'name'> => ({ type: 'integer', value, text: `${value}i` })),
  fc
    .integer({ min: -200, max: 200 })
    .map((value): Omit<Field, 'name'> => ({ type: 'integer', value: BigInt(value), text: `${value}i` })),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value): Omit<Field, 'name'> => ({ type: 'unsigned', value, text: `${value}u` })),
  fc
    .constantFrom('t', 'true', 'TRUE', 'F', 'False')
    .map((text): Omit<Field, 'name'> => ({ type: 'boolean', value: /^t/i.test(text) ? 1 : 0, text })),
  fc
    .string({ unit: 'binary', maxLength: 12 })
    .map((value): Omit<Field, 'name'> => ({ type: 'string', value, text: `"${value.replace(/["\\]/g, '\\$&')}"` })),
)

const point: fc.Arbitrary<Point> = fc.record({
  measurement: name,
  tags: fc.uniqueArray(fc.tuple(name, name), { maxLength: 4, selector: ([key]) => key }),
  fields: fc.uniqueArray(
    fc.tuple(name, field).map(([fieldName, rest]): Field => ({ name: fieldName, ...rest })),
    { minLength: 1, maxLength: 5, selector: (one) => one.name },
  ),
  time: fc.oneof(fc.bigInt(-9223372036854775806n, 9223372036854775806n), fc.bigInt(-5n, 5n)),
})

function print({ measurement, tags, fields, time }: Point): string {
  const key = [
    escaped(measurement, /[, ]/g),
    ...tags.map(([tag, value]) => `${escaped(tag, /[,= ]/g)}=${escaped(value, /[,= ]/g)}`),
  ]
  return `${key.join(',')} ${fields.map((one) => `${escaped(one.name, /[,= ]/g)}=${one.text}`).join(',')} ${time}`
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, '\\$&')
}

/** One text per point, in order within its measurement. */
function describePoints(points: readonly Point[]): string[] {
  return points.map(({ measurement, tags, fields, time }) => {
    const sorted = [...tags].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    return describeRow(measurement, sorted, time, fields)
  })
}

function describeBatch(batch: PointBatch, table: MemorySeriesTable): string[] {
  return batch.measurements.flatMap((part) =>
    Array.from({ length: part.rowCount }, (_, row) => {
      const fields = part.fields
        .filter(({ validity }) => isValid(validity, row))
        .map(({ name: fieldName, type, values }) => ({ name: fieldName, type, value: values[row] }))
      return describeRow(part.measurement, table.tagsOf(part.series[row]), part.timestamps[row], fields)
    }),
  )
}

function describeRow(
  measurement: string,
  tags: readonly (readonly [string, string])[],
  time: bigint,
  fields: readonly Pick<Field, 'name' | 'type' | 'value'>[],
): string {
  const values = fields.map((one) => [one.name, one.type, Object.is(one.value, -0) ? '-0' : `${one.value}`])
  return JSON.stringify([measurement, tags, `${time}`, values.sort()])
}

const OPTIONS = { precision: 'ns', nowNs: 0n } as const

test('what is printed is parsed, by whichever way through the parser', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 6 }), (points) => {
      const table = new MemorySeriesTable()
      const body = Buffer.from(points.map((one) => `${print(one)}\n`).join(''))
      for (let round = 0; round < 2; round++) {
        // Twice in one body: the second half consists of known lines only.
        const parsed = parseLineProtocol(Buffer.concat([body, body]), { table, ...OPTIONS })
        expect(parsed.errors).toEqual([])
        expect(describeBatch(parsed.batch, table).sort()).toEqual(describePoints([...points, ...points]).sort())
      }
    }),
    { numRuns: 100 },
  )
})

const mutatedBody = fc
  .tuple(
    fc.array(point, { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat(3),
        fc.constantFrom(
          '',
          ' ',
          ',',
          '=',
          '"',
          '\\',
          '\n',
          '\r',
          '#',
          '-',
          '.',
          'e5',
          'i',
          'u',
          '00',
          't',
          '\\ ',
          '\\\\',
          '\t',
          '\0',
          'time=1,',
        ),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([points, edits]) => {
    let text = points.map((one) => `${print(one)}\n`).join('')
    for (const [at, removed, piece] of edits) {
      const start = at % (text.length + 1)
      text = text.slice(0, start) + piece + text.slice(start + removed)
    }
    return Buffer.from(text)
  })

test('the fast way through a mutated body ends where the exact way ends', () => {
  const exactOnly = { ...DEFAULT_SERIES_TABLE_LIMITS, spellingCountMax: 0 }
  fc.assert(
    fc.property(mutatedBody, (body) => {
      const repeated = Buffer.concat([body, Buffer.from('\n'), body, Buffer.from('\n')])
      const exact = new MemorySeriesTable(exactOnly)
      const known = new MemorySeriesTable()
      const expected = parseLineProtocol(repeated, { table: exact, ...OPTIONS })
      for (let round = 0; round < 2; round++) {
        const actual = parseLineProtocol(repeated, { table: known, ...OPTIONS })
        expect({ ...actual, batch: describeBatch(actual.batch, known) }).toEqual({
          ...expected,
          batch: describeBatch(expected.batch, exact),
        })
      }
    }),
    { numRuns: 200 },
  )
})

test('slices of any size give the same as the whole', () => {
  fc.assert(
    fc.property(mutatedBody, fc.integer({ min: 1, max: 60 }), (body, size) => {
      const whole = new MemorySeriesTable()
      const sliced = new MemorySeriesTable()
      const parser = new LineProtocolParser(body, { table: sliced, ...OPTIONS })
      while (!parser.parseSlice(size));
      const expected = parseLineProtocol(body, { table: whole, ...OPTIONS })
      const actual = parser.finish()
      expect(actual.errors).toEqual(expected.errors)
      expect(describeBatch(actual.batch, sliced)).toEqual(describeBatch(expected.batch, whole))
    }),
    { numRuns: 100 },
  )
})
