import { expect, test } from 'vitest'
import type { FieldColumn, MeasurementBatch } from '../../../src/engine/domain/point-batch.js'
import { MemorySeriesTable } from '../../../src/engine/metadata/memory-series-table.js'
import {
  checkRecord,
  decodeRecord,
  encodeRecord,
  readRecordHead,
  sealRecord,
  type WalRecord,
} from '../../../src/engine/wal/wal-record.js'
import { fc } from '../../support/fixed-random.js'

const int64 = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -200n, max: 200n }))

function fieldArbitrary(rowCount: number): fc.Arbitrary<FieldColumn> {
  const rows = { minLength: rowCount, maxLength: rowCount }
  const validity = fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 1 }).map((words) => Uint32Array.from(words)))
  const values = fc.oneof(
    fc.array(fc.double(), rows).map((list) => ({ type: 'float' as const, values: Float64Array.from(list) })),
    fc.array(int64, rows).map((list) => ({ type: 'integer' as const, values: BigInt64Array.from(list) })),
    fc
      .array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), rows)
      .map((list) => ({ type: 'unsigned' as const, values: BigUint64Array.from(list) })),
    fc.array(fc.string({ unit: 'grapheme' }), rows).map((list) => ({ type: 'string' as const, values: list })),
    fc.array(fc.boolean(), rows).map((list) => ({ type: 'boolean' as const, values: Uint8Array.from(list, Number) })),
  )
  return fc
    .record({ name: fc.string({ unit: 'grapheme' }), validity, column: values })
    .map(({ name, validity, column }) => ({ name, validity, ...column }) as FieldColumn)
}

const batchArbitrary: fc.Arbitrary<{ batch: MeasurementBatch; hosts: string[] }> = fc
  .integer({ min: 1, max: 32 })
  .chain((rowCount) =>
    fc.record({
      hosts: fc.array(fc.stringMatching(/^[a-z ,=é]+$/), { minLength: rowCount, maxLength: rowCount }),
      timestamps: fc.array(int64, { minLength: rowCount, maxLength: rowCount }),
      fields: fc.array(fieldArbitrary(rowCount), { minLength: 1, maxLength: 5 }),
      rowCount: fc.constant(rowCount),
    }),
  )
  .map(({ hosts, timestamps, fields, rowCount }) => ({
    hosts,
    batch: {
      measurement: 'm',
      rowCount,
      series: new Uint32Array(rowCount),
      timestamps: BigInt64Array.from(timestamps),
      fields,
    },
  }))

test('a record decodes to what was encoded, into a table that never saw its series', () => {
  fc.assert(
    fc.property(batchArbitrary, ({ batch, hosts }) => {
      const source = new MemorySeriesTable()
      const series = Uint32Array.from(hosts, (host) => source.intern('m', [['host', host]]))
      const written: WalRecord = {
        kind: 'points',
        database: 'd',
        retentionPolicy: 'p',
        origin: 7n,
        measurements: [{ ...batch, series }],
      }
      const bytes = encodeRecord(written, source)
      sealRecord(bytes, 42n, 7n)
      expect(checkRecord(bytes)).toBe(42n)

      const target = new MemorySeriesTable()
      target.intern('other', [])
      const read = decodeRecord(bytes, () => target)
      expect(read).toMatchObject({ kind: 'points', database: 'd', retentionPolicy: 'p', origin: 7n })
      if (read.kind !== 'points') throw new Error('a points record')
      const [decoded] = read.measurements
      expect(decoded.timestamps).toEqual(batch.timestamps)
      expect([...decoded.series].map((ordinal) => target.tagsOf(ordinal))).toEqual(
        hosts.map((host) => [['host', host]]),
      )
      expect(decoded.fields).toEqual(batch.fields)
    }),
  )
})

function dropRecord(): Uint8Array {
  const drop = { kind: 'drop', scope: 'measurement', database: 'd', retentionPolicy: '', measurement: 'm' } as const
  const bytes = encodeRecord(drop, new MemorySeriesTable())
  sealRecord(bytes, 9n, -7n)
  return bytes
}

test('the head of a record tells its place, its time and whose rows it has', () => {
  expect(readRecordHead(dropRecord())).toEqual({
    kind: 'drop',
    sequence: 9n,
    timeNs: -7n,
    database: 'd',
    retentionPolicy: '',
  })
})

test('a record of version 1 has no time and is read all the same', () => {
  const timed = dropRecord()
  const untimed = new Uint8Array([...timed.subarray(0, 18), ...timed.subarray(26)])
  untimed[8] = 1
  expect(readRecordHead(untimed)).toEqual({
    kind: 'drop',
    sequence: 9n,
    timeNs: null,
    database: 'd',
    retentionPolicy: '',
  })
  expect(decodeRecord(untimed, () => new MemorySeriesTable())).toEqual(
    decodeRecord(timed, () => new MemorySeriesTable()),
  )
})

test('any changed byte is noticed', () => {
  const bytes = dropRecord()
  for (let i = 0; i < bytes.length; i++) {
    const damaged = bytes.slice()
    damaged[i] ^= 0x10
    expect(checkRecord(damaged)).not.toBe(9n)
  }
})

test('a delete decodes to what was encoded, with all series or some', () => {
  const source = new MemorySeriesTable()
  source.intern('m', [['host', 'first']])
  const series = Uint32Array.from(['a', 'b c', 'é'], (host) => source.intern('m', [['host', host]]))
  for (const chosen of [null, series]) {
    const written: WalRecord = {
      kind: 'delete',
      database: 'd',
      retentionPolicy: '',
      measurement: 'm',
      range: { startNs: -5n, endNs: 2n ** 63n - 1n },
      shardGroupId: 12,
      series: chosen,
    }
    const bytes = encodeRecord(written, source)
    sealRecord(bytes, 7n, 0n)
    expect(checkRecord(bytes)).toBe(7n)
    const target = new MemorySeriesTable()
    const read = decodeRecord(bytes, () => target)
    if (read.kind !== 'delete') throw new Error('not a delete')
    expect({ ...read, series: null }).toEqual({ ...written, series: null })
    expect(read.series && Array.from(read.series, (ordinal) => target.keyOf(ordinal))).toEqual(
      chosen && Array.from(chosen, (ordinal) => source.keyOf(ordinal)),
    )
  }
})
