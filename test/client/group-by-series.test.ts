import { expect, test } from 'vitest'
import { groupBySeries } from '../../src/client/group-by-series.js'
import type { PointColumns } from '../../src/engine/index.js'
import { MIXED, printRows } from './point-columns.js'

test('rows come series by series, those of one series in their old order', () => {
  const part: PointColumns = {
    measurement: 'm',
    series: [[['host', 'a']], [['host', 'b']]],
    seriesOfRow: Uint32Array.of(1, 0, 1, 0, 1),
    rowCount: 5,
    timestamps: BigInt64Array.of(1n, 1n, 1n, 2n, 2n),
    fields: [
      { name: 'f', type: 'float', values: Float64Array.of(0.5, -0, 2, 3, 4), validity: Uint32Array.of(0b11011) },
      { name: 'i', type: 'integer', values: BigInt64Array.of(1n, 2n ** 62n + 1n, 3n, 4n, -5n), validity: null },
      { name: 's', type: 'string', values: ['p', 'q', 'r', 's', 't'], validity: null },
      { name: 'b', type: 'boolean', values: Uint8Array.of(0, 1, 0, 1, 0), validity: null },
    ],
  }
  const grouped = groupBySeries(part)
  expect([...(grouped.seriesOfRow ?? [])]).toEqual([0, 0, 1, 1, 1])
  expect(printRows(grouped)).toEqual([1, 3, 0, 2, 4].map((row) => printRows(part)[row]))
})

test('rows that lie series by series are left as they are', () => {
  expect(groupBySeries(MIXED)).toBe(MIXED)
})
