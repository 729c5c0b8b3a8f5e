/** What a backfill or a dump has done, as lines, as a document and as an exit code. */

import type { RunTally } from '../../operations/backfill/run-backfill.js'
import { exitCode } from '../exit-codes.js'
import type { OperationSummary } from '../operation-summary.js'
import { formatCount, formatSeconds } from '../progress/format-quantity.js'
import type { Surroundings } from './run-locked.js'

export function summariseRun(schema: string, tally: RunTally, { rejected, startedMs }: Surroundings): OperationSummary {
  const seconds = (performance.now() - startedMs) / 1000
  const rate = Math.round(tally.pointCount / seconds)
  const lines = [
    `copied ${formatCount(tally.pointCount)} points in ${formatCount(tally.rowCount)} rows, ${tally.sliceCount} slices` +
      `${tally.splitCount === 0 ? '' : `, ${tally.splitCount} times halved`}, ${formatSeconds(seconds)}, ${formatCount(rate)} points/s`,
    ...rejected.reasons.map(({ reason, count }) => `rejected ${count}: ${reason}`),
  ]
  return {
    lines,
    exitCode: rejected.count > 0 ? exitCode('partial') : 0,
    document: {
      schema,
      points: tally.pointCount,
      rows: tally.rowCount,
      slices: tally.sliceCount,
      slices_halved: tally.splitCount,
      rejected: rejected.count,
      rejected_by_reason: rejected.reasons,
      elapsed_s: Number(seconds.toFixed(3)),
      points_per_s: rate,
    },
  }
}
