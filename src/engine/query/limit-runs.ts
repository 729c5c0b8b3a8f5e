/**
 * LIMIT and OFFSET of a subquery that groups by tags which the whole statement does not group by: influxd 1.6.7 brings
 * the rows of all series into the order of time first, and then counts anew whenever the next row is of another series;
 * twice where the rows are no results of functions.
 */

import { gatherColumn } from './operators/column-slice.js'
import type { SeriesFrame } from './result.js'
import type { SelectPlan } from './select-plan.js'

/** Whether `inner` counts rows in runs rather than in series. */
export function countsRuns({ limit, offset, dimensions, rootDimensions }: SelectPlan): boolean {
  return (limit > 0 || offset > 0) && dimensions.some((key) => !rootDimensions.includes(key))
}

/** The same without LIMIT and OFFSET; of a group in a shard, one row more than they could leave is read. */
export function withoutLimit(inner: SelectPlan): SelectPlan {
  const rowsPerShardMax = inner.calls.length === 0 ? inner.limit + inner.offset + 1 : 0
  return { ...inner, limit: 0, offset: 0, rowsPerShardMax }
}

/** The frames of `withoutLimit(inner)` with the rows that the limits of `inner` leave. */
export async function* limitRuns(inner: SelectPlan, frames: AsyncIterable<SeriesFrame>): AsyncGenerator<SeriesFrame> {
  const all: SeriesFrame[] = []
  for await (const frame of frames) all.push(frame)
  const kept = all.map((): number[] => [])
  for (const group of rowsByGroup(inner.rootDimensions, all).values()) {
    let rows = cutRuns(inner, all, inTimeOrder(all, group, inner.isDescending))
    if (inner.calls.length === 0) rows = cutRuns(inner, all, rows)
    for (const { frame, row } of rows) kept[frame].push(row)
  }
  for (let i = 0; i < all.length; i++) yield gatherFrame(all[i], Int32Array.from(kept[i]))
}

interface FrameRow {
  /** Its index. */
  readonly frame: number
  readonly row: number
}

function rowsByGroup(
  dimensions: readonly string[],
  frames: readonly SeriesFrame[],
): ReadonlyMap<string, readonly FrameRow[]> {
  const groups = new Map<string, FrameRow[]>()
  frames.forEach(({ name, tags, rowCount }, frame) => {
    const values = (tags ?? []).filter(([key]) => dimensions.includes(key))
    const group = JSON.stringify([name, values])
    const rows = groups.get(group) ?? []
    groups.set(group, rows)
    for (let row = 0; row < rowCount; row++) rows.push({ frame, row })
  })
  return groups
}

/** Rows of one time keep the order of their series. */
function inTimeOrder(
  frames: readonly SeriesFrame[],
  rows: readonly FrameRow[],
  isDescending: boolean,
): readonly FrameRow[] {
  const timeOf = ({ frame, row }: FrameRow): bigint => frames[frame].columns[0].column.values[row] as bigint
  return [...rows].sort((a, b) => {
    const [first, second] = isDescending ? [timeOf(b), timeOf(a)] : [timeOf(a), timeOf(b)]
    return first < second ? -1 : first > second ? 1 : 0
  })
}

function cutRuns(
  { limit, offset }: SelectPlan,
  frames: readonly SeriesFrame[],
  rows: readonly FrameRow[],
): readonly FrameRow[] {
  const keys = frames.map(seriesKey)
  let run: string | null = null
  let position = 0
  return rows.filter(({ frame }) => {
    position = keys[frame] === run ? position + 1 : 1
    run = keys[frame]
    return position > offset && (limit === 0 || position <= offset + limit)
  })
}

function seriesKey({ name, tags }: SeriesFrame): string {
  return JSON.stringify([name, tags])
}

function gatherFrame(frame: SeriesFrame, rows: Int32Array): SeriesFrame {
  return {
    ...frame,
    rowCount: rows.length,
    columns: frame.columns.map(({ name, column }) => ({ name, column: gatherColumn(column, rows) })),
  }
}
