/**
 * The answer of a subquery as rows of the select around it: its columns and the tags of its series become the columns
 * that the outer select refers to, the outer condition is checked, and each piece is told to which outer group it belongs.
 */

import { castColumn } from '../domain/cast-column.js'
import type { Column } from '../domain/column.js'
import { compareBytewise } from '../domain/compare-bytewise.js'
import { missingColumn } from '../domain/empty-column.js'
import type { GroupPiece } from './group-pieces.js'
import { constantStrings, gatherColumn } from './operators/column-slice.js'
import { filterRows } from './operators/filter-rows.js'
import type { Rows } from './operators/rows.js'
import type { SeriesFrame } from './result.js'
import type { PlanRef, SelectPlan } from './select-plan.js'

export async function* subqueryPieces(
  outer: SelectPlan,
  inner: SelectPlan,
  frames: AsyncIterable<SeriesFrame>,
): AsyncGenerator<GroupPiece> {
  const keys = [...outer.dimensions].sort(compareBytewise)
  for await (const frame of frames) {
    const rows = rowsOfFrame(outer, inner, frame)
    if (rows.rowCount === 0) continue
    yield { name: frame.name, values: keys.map((key) => tagOf(frame, key) ?? ''), rows, isLast: !frame.isPartial }
  }
}

function rowsOfFrame(outer: SelectPlan, inner: SelectPlan, frame: SeriesFrame): Rows {
  const [time] = frame.columns
  const rows: Rows = {
    rowCount: frame.rowCount,
    times: time.column.values as BigInt64Array,
    columns: outer.refs.map((ref) => columnOfRef(ref, inner, frame)),
  }
  if (outer.condition === null) return rows
  const passing = filterRows(
    outer.condition,
    frame.rowCount,
    ({ name }) => columnOfName(name, inner, frame) ?? constantStrings('', frame.rowCount),
  )
  if (passing.length === frame.rowCount) return rows
  return {
    rowCount: passing.length,
    times: BigInt64Array.from(passing, (row) => rows.times[row]),
    columns: rows.columns.map((column) => gatherColumn(column, passing)),
  }
}

function columnOfRef(ref: PlanRef, inner: SelectPlan, frame: SeriesFrame): Column {
  const column = columnOfName(ref.name, inner, frame)
  const type = ref.kind === 'field' ? ref.type : 'string'
  return column === null ? missingColumn(type, frame.rowCount) : castColumn(column, type, frame.rowCount)
}

/** A column of the answer, else a tag of the series; a tag that a series lacks is the empty string here. */
function columnOfName(name: string, inner: SelectPlan, frame: SeriesFrame): Column | null {
  const index = inner.columns.findIndex(({ plainName }) => plainName === name)
  if (index >= 0) return frame.columns[index + 1].column
  const value = tagOf(frame, name)
  return value === null ? null : constantStrings(value, frame.rowCount)
}

function tagOf({ tags }: SeriesFrame, key: string): string | null {
  return tags?.find(([tagKey]) => tagKey === key)?.[1] ?? null
}
