/** Rows of every type, with gaps, several series and names that need escapes; and rows as text to compare. */

import { isValid, type PointColumns } from '../../src/engine/index.js'

export const MIXED: PointColumns = {
  measurement: 'm, x',
  series: [
    [
      ['host', 'a b'],
      ['ünit', 'x=y,z'],
    ],
    [],
  ],
  seriesOfRow: Uint32Array.of(0, 0, 1),
  rowCount: 3,
  timestamps: BigInt64Array.of(-5n, 1_700_000_000_123_456_789n, 9_223_372_036_854_775_806n),
  fields: [
    { name: 'f', type: 'float', values: Float64Array.of(-0, 1e300, 0.1), validity: null },
    {
      name: 'i',
      type: 'integer',
      values: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n),
      validity: Uint32Array.of(0b101),
    },
    { name: 'u', type: 'unsigned', values: BigUint64Array.of(2n ** 64n - 1n, 7n, 0n), validity: Uint32Array.of(0b011) },
    { name: 'b', type: 'boolean', values: Uint8Array.of(1, 0, 1), validity: null },
    { name: 's t', type: 'string', values: ['say "hi"\\', '', 'zwei\nZeilen'], validity: Uint32Array.of(0b101) },
  ],
}

/** One text per row and series, in order. */
export function printRows(part: PointColumns): string[] {
  const rows: string[] = []
  for (let row = 0; row < part.rowCount; row++) {
    const tags = part.series[part.seriesOfRow?.[row] ?? 0].map(([key, value]) => `${key}=${value}`).sort()
    const values = part.fields
      .filter(({ validity }) => isValid(validity, row))
      .map(({ name, type, values }) => `${name}:${type}=${Object.is(values[row], -0) ? '-0' : values[row]}`)
    rows.push([part.measurement, ...tags, ...values.sort(), part.timestamps[row]].join(' '))
  }
  return rows
}
