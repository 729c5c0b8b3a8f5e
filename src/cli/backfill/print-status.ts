/** The status of a backfill as a table. Pure text. */

import type { BackfillStatus } from '../../operations/backfill/backfill-status.js'
import { formatCount } from '../progress/format-quantity.js'
import { renderTable } from '../render-table.js'

const COLUMNS = [
  { name: 'RP', align: 'left' },
  { name: 'MEASUREMENT', align: 'left' },
  { name: 'DONE', align: 'right' },
  { name: 'POINTS', align: 'right' },
  { name: 'REJECTED', align: 'right' },
] as const

export function printStatus({ database, measurements, pointCount, rejectedCount }: BackfillStatus): string {
  const rows = measurements.map(({ retentionPolicy, measurement, fractionDone, ...one }) => [
    retentionPolicy,
    measurement,
    `${Math.floor(fractionDone * 100)}%`,
    formatCount(one.pointCount),
    String(one.rejectedCount),
  ])
  const doneCount = measurements.filter(({ isDone }) => isDone).length
  const summary = `${database}: ${doneCount} of ${measurements.length} measurements, ${formatCount(pointCount)} points, ${rejectedCount} rejected`
  return renderTable(COLUMNS, rows, { isHeaderShown: true }) + summary
}
