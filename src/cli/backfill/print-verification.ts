/** What a verification found. Pure text. */

import type { Verification } from '../../operations/backfill/verify-backfill.js'
import { formatCount } from '../progress/format-quantity.js'
import { renderTable } from '../render-table.js'

const SHOWN_MAX = 20

const COLUMNS = [
  { name: 'MEASUREMENT', align: 'left' },
  { name: 'FROM', align: 'left' },
  { name: 'FIELD', align: 'left' },
  { name: 'WHAT', align: 'left' },
  { name: 'SOURCE', align: 'right' },
  { name: 'TARGET', align: 'right' },
] as const

export function printVerification({ sliceCount, readSliceCount, pointCount, differences }: Verification): string {
  const read = `${sliceCount} slices, ${readSliceCount} of them value by value, ${formatCount(pointCount)} points`
  if (differences.length === 0) return `the same: ${read}`
  const rows = differences
    .slice(0, SHOWN_MAX)
    .map(({ measurement, startNs, field, what, source, target }) => [
      measurement,
      new Date(Number(BigInt(startNs) / 1_000_000n)).toISOString().slice(0, 10),
      field,
      what,
      source,
      target,
    ])
  const more = differences.length > SHOWN_MAX ? `and ${differences.length - SHOWN_MAX} more\n` : ''
  return `${renderTable(COLUMNS, rows, { isHeaderShown: true })}${more}${differences.length} differences: ${read}`
}
