import { expect, test } from 'vitest'
import { ClientError } from '../../src/client/client-error.js'
import type { ColumnWriteCall, Target } from '../../src/client/target.js'
import type { PointColumns } from '../../src/engine/index.js'
import { ColumnWriter } from '../../src/operations/column-writer.js'
import { printRows } from '../client/point-columns.js'

/** Rows of two series; every third value of `s` is missing. */
function rowsOf(rowCount: number): PointColumns {
  const indexes = Array.from({ length: rowCount }, (_, row) => row)
  const validity = new Uint32Array(Math.ceil(rowCount / 32))
  for (const row of indexes) if (row % 3 !== 0) validity[row >>> 5] |= 1 << (row & 31)
  return {
    measurement: 'm',
    series: [[['host', 'a']], [['host', 'b']]],
    seriesOfRow: Uint32Array.from(indexes, (row) => row % 2),
    rowCount,
    timestamps: BigInt64Array.from(indexes, BigInt),
    fields: [
      { name: 'v', type: 'float', validity: null, values: Float64Array.from(indexes) },
      { name: 's', type: 'string', validity, values: indexes.map((row) => `text ${row}`) },
    ],
  }
}

/** Takes requests of so many rows at the most. */
function writerInto(rowCountMax: number, rowsPerRequest?: number) {
  const calls: (readonly PointColumns[])[] = []
  const target = {
    writeColumns: async ({ columns }: ColumnWriteCall) => {
      const rowCount = columns.reduce((sum, part) => sum + part.rowCount, 0)
      if (rowCount > rowCountMax) throw new ClientError('rejected', 'Request Entity Too Large', { status: 413 })
      calls.push(columns)
      return 0
    },
  } as unknown as Target
  const writer = new ColumnWriter({
    target,
    database: 'd',
    retentionPolicy: '',
    isCompressed: false,
    refusals: { onRefused: async () => {}, onUnspelled: () => {} },
    signal: new AbortController().signal,
    ...(rowsPerRequest !== undefined && { rowsPerRequest }),
  })
  return { writer, calls }
}

test('a request that is too large is written in halves, and every row arrives as it was', async () => {
  const { writer, calls } = writerInto(100)
  const parts = [rowsOf(1000), rowsOf(70), rowsOf(5)]
  for (const part of parts) await writer.add(part)
  await writer.drain()
  expect(calls.length).toBeGreaterThan(10)
  expect(calls.flat().flatMap(printRows).sort()).toEqual(parts.flatMap(printRows).sort())
})

test('rows that cannot be halved any more are told to be too large', async () => {
  const { writer } = writerInto(10)
  await writer.add(rowsOf(40))
  await expect(writer.drain()).rejects.toThrow('Request Entity Too Large')
})

test('requests keep to the number of rows that was asked for', async () => {
  const { writer, calls } = writerInto(Number.POSITIVE_INFINITY, 100)
  for (let i = 0; i < 5; i++) await writer.add(rowsOf(40))
  await writer.drain()
  expect(calls.map((parts) => parts.map(({ rowCount }) => rowCount))).toEqual([[40, 40], [40, 40], [40]])
})
