/**
 * Makes one side of a comparison have what the other has: the rows of each part are read from the one and written to the
 * other. Rows that only the other has stay, and so do its values in fields that the one does not have.
 */

import type { Target } from '../../client/target.js'
import { selectRowsText } from '../backfill/influxql-text.js'
import { ColumnWriter } from '../column-writer.js'
import { rejectRows } from '../reject-rows.js'
import { RejectedLines } from '../rejected-lines.js'
import type { DifferingPart } from './diff-targets.js'

export interface CopyDifferencesOptions {
  readonly signal: AbortSignal
  readonly onRows: (rowCount: number) => void
}

export interface CopiedDifferences {
  readonly rowCount: number
  /** Refused by the other side, such as those of another type. */
  readonly rejectedCount: number
}

/** Parts with an obstacle are passed over. Rejects when a side fails; what has been written until then stays. */
export async function copyDifferences(
  from: Target,
  to: Target,
  parts: readonly DifferingPart[],
  { signal, onRows }: CopyDifferencesOptions,
): Promise<CopiedDifferences> {
  const rejected = new RejectedLines(null)
  let rowCount = 0
  for (const { table, range, fields, obstacle } of parts) {
    if (obstacle !== null) continue
    const { database, policy: retentionPolicy, measurement } = table
    const place = { target: to, database, retentionPolicy, isCompressed: true }
    const writer = new ColumnWriter({ ...place, refusals: rejectRows({ ...place, rejected }), signal })
    const text = selectRowsText({ retentionPolicy, measurement, fields: [...fields.keys()], range })
    for await (const columns of from.readColumns({ text, database, types: fields, signal })) {
      signal.throwIfAborted()
      await writer.add(columns)
      rowCount += columns.rowCount
      onRows(columns.rowCount)
    }
    await writer.drain()
  }
  await to.flush()
  return { rowCount: rowCount - rejected.count, rejectedCount: rejected.count }
}
