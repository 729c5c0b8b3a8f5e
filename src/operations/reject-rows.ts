/**
 * Rows that a target refuses go among the rejected lines, each with its reason, and the rest goes on. They are found by
 * writing the request again in halves, as lines, which changes nothing for those that were taken.
 */

import { encodeLines } from '../client/encode-line-protocol.js'
import { findRejected } from '../client/find-rejected.js'
import type { ColumnWriterOptions, RefusalHandler } from './column-writer.js'
import type { RejectedLines } from './rejected-lines.js'
import { retryBusy } from './retry-busy.js'

export interface RejectRowsOptions extends Omit<ColumnWriterOptions, 'refusals'> {
  readonly rejected: RejectedLines
}

export function rejectRows(options: RejectRowsOptions): RefusalHandler {
  const { target, database, retentionPolicy, isCompressed, rejected, signal } = options
  const place = { database, retentionPolicy, precision: 'ns', isCompressed }
  const onUnspelled = (rowCount: number): void => {
    rejected.addCount('a name that line protocol cannot spell', rowCount)
  }
  return {
    onUnspelled,
    onRefused: async (columns, error) => {
      const parts = columns.map(encodeLines)
      onUnspelled(parts.reduce((sum, { unspelledCount }) => sum + unspelledCount, 0))
      await findRejected(
        parts.flatMap(({ lines }) => lines),
        error.message,
        {
          send: (lines) => {
            const body = Buffer.from(lines.join('\n') + '\n')
            return retryBusy(() => target.write({ ...place, body }), signal)
          },
          onRejected: ({ line, reason }) => rejected.add(line, reason),
        },
      )
    },
  }
}
