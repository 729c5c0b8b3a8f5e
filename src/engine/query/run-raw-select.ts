/**
 * SELECT without functions: the rows of each group as they are, cut to LIMIT and OFFSET, in frames. Columns of storage
 * become columns of the answer without being copied.
 */

import type { GroupPiece } from './group-pieces.js'
import { defaultMissing } from './operators/default-missing.js'
import type { SeriesFrame } from './result.js'
import type { SelectContext } from './select-context.js'
import type { SelectPlan } from './select-plan.js'
import { type FrameRows, type FrameSeries, frameSeries, framesOf, sliceRows } from './series-frames.js'

export async function* runRawSelect(
  plan: SelectPlan,
  pieces: AsyncIterable<GroupPiece>,
  context: SelectContext,
): AsyncGenerator<SeriesFrame> {
  let series: FrameSeries | null = null
  const { limit } = plan
  let position = 0
  for await (const { name, values, rows, isLast } of pieces) {
    if (series === null) {
      series = frameSeries(plan, name, values)
      position = 0
    }
    const wanted = withDefaults(cutRows(rows, plan.offset, limit, position), plan, series)
    position += rows.rowCount
    const isEnd = isLast || (limit > 0 && position >= plan.offset + limit)
    if (wanted.rowCount > 0) yield* framesOf(plan, series, wanted, isEnd)
    if (isLast) series = null
    if (context.pace.isDue(rows.rowCount * plan.columns.length)) await context.pace.pause()
  }
}

function withDefaults(rows: FrameRows, plan: SelectPlan, { carried }: FrameSeries): FrameRows {
  return { ...rows, columns: defaultMissing(rows.columns, rows.rowCount, plan.fill, carried) }
}

/** The rows that LIMIT and OFFSET leave of a piece that starts at `position` of its group. */
function cutRows(rows: FrameRows, offset: number, limit: number, position: number): FrameRows {
  const start = Math.min(Math.max(offset - position, 0), rows.rowCount)
  const end = limit === 0 ? rows.rowCount : Math.min(Math.max(offset + limit - position, start), rows.rowCount)
  return start === 0 && end === rows.rowCount ? rows : sliceRows(rows, start, end)
}
