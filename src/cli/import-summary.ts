/** How an import ended, for people and machines. */

import type { RejectedLines } from '../operations/rejected-lines.js'
import { exitCode } from './exit-codes.js'
import type { OperationSummary } from './operation-summary.js'
import { formatCount, formatCounted, formatSeconds } from './progress/format-quantity.js'

export interface ImportCounts {
  readonly schema: string
  readonly unit: 'lines' | 'rows'
  readonly count: number
  readonly fileCount: number
  readonly startedMs: number
  readonly isDryRun: boolean
}

export function summariseImport(counts: ImportCounts, rejected: RejectedLines): OperationSummary {
  const { schema, unit, count, fileCount, startedMs, isDryRun } = counts
  const seconds = (performance.now() - startedMs) / 1000
  const rate = Math.round(count / seconds)
  const verb = isDryRun ? 'would import' : 'imported'
  const storedCount = count - Math.min(count, rejected.count)
  return {
    exitCode: rejected.count > 0 ? exitCode('partial') : 0,
    lines: [
      `${verb} ${formatCounted(storedCount, unit.slice(0, -1))} of ${formatCounted(fileCount, 'file')} in ${formatSeconds(seconds)}, ${formatCount(rate)} ${unit}/s`,
      ...rejected.reasons.map(({ reason, count: times }) => `rejected ${times}: ${reason}`),
    ],
    document: {
      schema,
      [unit]: count,
      files: fileCount,
      rejected: rejected.count,
      rejected_by_reason: rejected.reasons,
      elapsed_s: Number(seconds.toFixed(3)),
      [`${unit}_per_s`]: rate,
    },
  }
}
