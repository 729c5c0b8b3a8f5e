/**
 * Makes one side of a comparison have what the other has: the rows of each part are read from the one and written to the
 * other. Rows that only the other has stay, and so do its values in fields that the one does not have.
 */

import type { Target } from '../../client/target.js'
import type { PointColumns } from '../../engine/index.js'
import { ColumnWriter } from '../column-writer.js'
import { rejectRows } from '../reject-rows.js'
import { RejectedLines } from '../rejected-lines.js'
import type { DifferingPart } from './diff-targets.js'
import { selectFields } from './select-fields.js'
import { SideReader, type SideReaderOptions } from './side-reader.js'

export interface CopyDifferencesOptions extends SideReaderOptions {
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
  options: CopyDifferencesOptions,
): Promise<CopiedDifferences> {
  const { signal, onRows } = options
  const rejected = new RejectedLines(null)
  const reader = new SideReader(from, options)
  let rowCount = 0
  for (const { table, range, fields, obstacle } of parts) {
    if (obstacle !== null) continue
    const { database, policy: retentionPolicy } = table
    const place = { target: to, database, retentionPolicy, isCompressed: true }
    const writer = new ColumnWriter({ ...place, refusals: rejectRows({ ...place, rejected, signal }), signal })
    const selections = selectFields([fields])
    const ranges = await reader.rangesOf(table, selections, range)
    const onProgress = (_fraction: number, count: number): void => {
      rowCount += count
      onRows(count)
    }
    // Rows of a piece that comes again are written again: the same points.
    const gathering = { add: (columns: PointColumns) => writer.add(columns), keep: () => {} }
    await reader.read({ table, selections, ranges, onProgress }, () => gathering)
    await writer.drain()
  }
  await to.flush()
  return { rowCount: rowCount - rejected.count, rejectedCount: rejected.count }
}
