import { expect, test } from 'vitest'
import { isValid } from '../../../src/engine/domain/column.js'
import type { PointBatch } from '../../../src/engine/domain/point-batch.js'
import type { Precision } from '../../../src/engine/domain/precision.js'
import { parseLineProtocol } from '../../../src/engine/line-protocol/line-protocol-parser.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import { fc } from '../../support/fixed-random.js'
import { parseByReference, type ReferenceField, type ReferencePoint } from './reference-parser.js'

const SEED = 20_240_229
const RUN_COUNT = 500
const NOW_NS = 1_600_000_000_123_456_789n

const NANOSECONDS_PER_UNIT: Record<Precision, bigint> = {
  n: 1n,
  ns: 1n,
  u: 1000n,
  us: 1000n,
  µ: 1000n,
  ms: 10n ** 6n,
  s: 10n ** 9n,
  m: 60n * 10n ** 9n,
  h: 3600n * 10n ** 9n,
}

const precision = fc.constantFrom<Precision>('n', 'ns', 'u', 'us', 'µ', 'ms', 's', 'm', 'h')

/** A name as spelled: few different ones, so that lines share series and fields, and pieces that are hard to read. */
const name = fc.oneof(
  fc.constantFrom('cpu', 'host', 'a', 'b', 'v'),
  fc
    .tuple(
      fc.constantFrom('a', 'é', '"', '😀', '7', '-', '\\ ', '\\,', '\\='),
      fc.array(fc.constantFrom('b', 'ü', '"', '#', ':', '0', '\\ ', '\\,', '\\=', '\\x', '\\"'), { maxLength: 4 }),
    )
    .map(([first, rest]) => first + rest.join('')),
)

const quotedText = fc
  .array(fc.constantFrom('a', 'é', ' ', ',', '=', '#', '\n', '\\"', '\\\\', '\\n', '1i', '\t'), { maxLength: 6 })
  .map((pieces) => `"${pieces.join('')}"`)

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => `${float}`),
  fc.constantFrom('0', '-0', '1.', '.5', '-.5', '1e5', '1.5E+3', '2e-7', '-1E-320', '0.1', '9007199254740993', '1e308'),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((integer) => `${integer}i`),
  fc.constantFrom('0i', '-0i', '007i', '9223372036854775807i', '-9223372036854775808i', '4294967296i'),
  fc.bigInt(0n, 2n ** 64n - 1n).map((integer) => `${integer}u`),
  fc.constantFrom('0u', '18446744073709551615u'),
  fc.constantFrom('t', 'T', 'true', 'True', 'TRUE', 'f', 'F', 'false', 'False', 'FALSE'),
  quotedText,
)

/** The whole range InfluxDB has at this precision, its ends included. */
function timeIn(unit: Precision): fc.Arbitrary<string> {
  const unitsMax = 9223372036854775806n / NANOSECONDS_PER_UNIT[unit]
  return fc.oneof(
    fc.constantFrom('', ' ', ' 0', ' -1', '  42 ', ` ${unitsMax}`, ` -${unitsMax}  `),
    fc.bigInt(-unitsMax, unitsMax).map((units) => ` ${units}`),
  )
}

/** A point may name a field twice; a tag twice would make the line bad. */
const pointWithoutTime = fc
  .record({
    measurement: name,
    tags: fc.uniqueArray(fc.tuple(name, name), { maxLength: 3, selector: ([key]) => key }),
    fields: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }),
  })
  .map(({ measurement, tags, fields }) => {
    const pairs = (list: readonly (readonly [string, string])[]) => list.map((pair) => pair.join('='))
    return `${[measurement, ...pairs(tags)].join(',')} ${pairs(fields).join(',')}`
  })

const comment = fc.constantFrom('', '  ', '# a comment, v=1', '\t# v')

const precisionAndBody = precision.chain((unit) => {
  const point = fc.tuple(pointWithoutTime, timeIn(unit)).map((parts) => parts.join(''))
  const line = fc.oneof({ weight: 8, arbitrary: point }, comment)
  return fc.tuple(
    fc.constant(unit),
    fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n')),
  )
})

const mutation = fc.record({
  at: fc.nat(),
  removed: fc.constantFrom(0, 1),
  inserted: fc.oneof(fc.constant(''), fc.constantFrom(...' ,="\\\n#:i', ...'0179', ...'aetuxNT-.')),
})

const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 })

/** By whole characters: half of a surrogate pair is no text. */
function mutate(text: string, edits: readonly { at: number; removed: number; inserted: string }[]): string {
  const characters = [...text]
  for (const { at, removed, inserted } of edits) characters.splice(at % (characters.length + 1), removed, inserted)
  return characters.join('')
}

/** One text per point; fields of a batch have no order. */
function describePoint({ measurement, tags, fields, timeNs }: ReferencePoint): string {
  const values = fields.map((field) => [field.name, field.type, Object.is(field.value, -0) ? '-0' : `${field.value}`])
  return JSON.stringify([measurement, tags, values.map((field) => JSON.stringify(field)).sort(), `${timeNs}`])
}

function pointsOf(batch: PointBatch, table: MemorySeriesTable): ReferencePoint[] {
  return batch.measurements.flatMap(({ measurement, rowCount, series, timestamps, fields }) =>
    Array.from({ length: rowCount }, (_, row): ReferencePoint => {
      const present = fields.filter(({ validity }) => isValid(validity, row))
      return {
        measurement,
        tags: table.tagsOf(series[row]),
        timeNs: timestamps[row],
        fields: present.map(({ name: field, type, values }): ReferenceField => {
          return { name: field, type, value: type === 'boolean' ? values[row] === 1 : values[row] }
        }),
      }
    }),
  )
}

/** Points by measurement, in the order of their lines. */
function describeByMeasurement(points: readonly ReferencePoint[]): Record<string, string[]> {
  const described: Record<string, string[]> = {}
  for (const one of points) {
    described[one.measurement] ??= []
    described[one.measurement].push(describePoint(one))
  }
  return described
}

/**
 * Also with the text twice in one body: what is repeated takes the fast way. Returns how many lines of the two copies
 * are rejected.
 */
function expectAgreement(once: string, unit: Precision): number {
  let rejectedCount = 0
  for (const whole of [once, `${once}\n${once}\n`]) {
    const table = new MemorySeriesTable()
    const parsed = parseLineProtocol(Buffer.from(whole), { table, precision: unit, nowNs: NOW_NS })
    const lines = parseByReference(whole, { nanosecondsPerUnit: NANOSECONDS_PER_UNIT[unit], nowNs: NOW_NS })
    const points = lines.filter((line) => line !== 'rejected')
    rejectedCount = lines.length - points.length
    expect(describeByMeasurement(pointsOf(parsed.batch, table))).toEqual(describeByMeasurement(points))
    expect(parsed.faultyCount + parsed.droppedCount).toBe(rejectedCount)
  }
  return rejectedCount
}

test('well-formed lines are read as the reference reads them', () => {
  fc.assert(
    fc.property(precisionAndBody, ([unit, body]) => {
      expect(expectAgreement(body, unit)).toBe(0)
    }),
    { seed: SEED, numRuns: RUN_COUNT },
  )
})

test('damaged lines are taken, refused and read as the reference does', () => {
  fc.assert(
    fc.property(precisionAndBody, mutations, ([unit, body], edits) => {
      expectAgreement(mutate(body, edits), unit)
    }),
    { seed: SEED, numRuns: RUN_COUNT },
  )
})

// Dense enough that the quotes, commas and backslashes of one field meet those of the next.
const section = fc.array(fc.constantFrom('a=', 'b="', '"', '=', ',', '\\', ' ', '1', 'i', 't', '\n'), { maxLength: 14 })

test('heaps of special characters are taken, refused and read as the reference does', () => {
  fc.assert(
    fc.property(section, (pieces) => {
      expectAgreement(`m a=${pieces.join('')}`, 'ns')
      expectAgreement(`m a="${pieces.join('')}"`, 'ns')
      expectAgreement(`m a\\\\="${pieces.join('')}`, 'ns')
      expectAgreement(`${pieces.join('')} v=1`, 'ns')
    }),
    { seed: SEED, numRuns: RUN_COUNT },
  )
})

// Behind two backslashes and an `=`, or behind a string that goes on after its end, the second reading finds values in
// the middle of what the first took for something else.
test.each([
  'm a\\\\="=5" 1',
  'm a\\\\="=5"i 1',
  'm a\\\\="=5"u 1',
  'm a\\\\="=tx" 1',
  'm a\\\\="=" 1',
  'm a\\\\="=99999999999999999999i,b="x"" 1',
  'm a\\\\="=1e999,b="x"" 1',
  'm a="x"a=1,"=" 1',
  'm a="x"a=1,"=5" 1',
])('%s is refused, and the lines around it are kept', (line) => {
  expect(expectAgreement(`m v=1 1\n${line}\nm v=2 2`, 'ns')).toBe(2)
})

test('a value that only the second reading finds is taken when it is well-formed', () => {
  expect(expectAgreement('m a\\\\="=5i,b="x"" 1', 'ns')).toBe(0)
})
