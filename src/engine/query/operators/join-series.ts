/**
 * Brings the series of a statement's calls side by side: one row for each time that any of them has, in the query's
 * direction. Series with the same times, which is the ordinary case, are taken as they are.
 */

import type { Column, ColumnType } from '../../domain/column.js'
import { missingColumn } from '../../domain/empty-column.js'
import type { FillMode } from '../../influxql/ast.js'
import { gatherColumn } from './column-slice.js'
import { fillAbsent } from './fill.js'
import type { Series } from './rows.js'

export interface JoinedRows {
  readonly rowCount: number
  readonly times: BigInt64Array
  /** One per series given, in that order. */
  readonly columns: readonly Column[]
}

/** A call of a group: its type counts when it made no point at all. */
export interface JoinInput {
  readonly type: ColumnType
  readonly series: Series | null
}

/**
 * A call without a point in a row has the number of fill(number), and under fill(previous) its value in the row
 * before. A point that is null stays null.
 */
export function joinSeries(inputs: readonly JoinInput[], isDescending: boolean, fill: FillMode): JoinedRows {
  const present = inputs.flatMap(({ series }) => (series === null || series.count === 0 ? [] : [series]))
  if (present.length === 0) return { rowCount: 0, times: new BigInt64Array(0), columns: [] }
  const [first] = present
  if (present.every((series) => hasSameTimes(series, first))) {
    return {
      rowCount: first.count,
      times: first.times,
      columns: inputs.map((input) => columnOf(input, first.count, fill)),
    }
  }
  return merge(inputs, present, isDescending, fill)
}

function columnOf({ series, type }: JoinInput, rowCount: number, fill: FillMode): Column {
  return series === null || series.count === 0 ? absentColumn(type, rowCount, fill) : series.column
}

/** No point in any row: the number of fill(number) stands there as it is, in place of texts and booleans too. */
function absentColumn(callType: ColumnType, rowCount: number, fill: FillMode): Column {
  const isOther = fill.kind === 'number' && (callType === 'string' || callType === 'boolean')
  const type = isOther ? (typeof fill.value === 'bigint' ? 'integer' : 'float') : callType
  return fillAbsent(missingColumn(type, rowCount), new Int32Array(rowCount).fill(-1), fill)
}

function hasSameTimes(a: Series, b: Series): boolean {
  if (a.count !== b.count) return false
  if (a.times === b.times) return true
  for (let i = 0; i < a.count; i++) if (a.times[i] !== b.times[i]) return false
  return true
}

/** Equal times within one series stay separate rows; each takes one point of the other series, while they last. */
function merge(
  inputs: readonly JoinInput[],
  present: readonly Series[],
  isDescending: boolean,
  fill: FillMode,
): JoinedRows {
  const times: bigint[] = []
  const points = present.map((): number[] => [])
  const heads = present.map(() => 0)
  for (;;) {
    const nextNs = nextTime(present, heads, isDescending)
    if (nextNs === null) break
    times.push(nextNs)
    for (let i = 0; i < present.length; i++) {
      const isHere = heads[i] < present[i].count && present[i].times[heads[i]] === nextNs
      const absent = fill.kind === 'previous' ? (points[i].at(-1) ?? -1) : -1
      points[i].push(isHere ? heads[i]++ : absent)
    }
  }
  const gathered = new Map(
    present.map((series, i) => {
      const rows = Int32Array.from(points[i])
      return [series, fillAbsent(gatherColumn(series.column, rows), rows, fill)]
    }),
  )
  return {
    rowCount: times.length,
    times: BigInt64Array.from(times),
    columns: inputs.map(({ series, type }) => {
      const column = series === null ? undefined : gathered.get(series)
      return column ?? absentColumn(type, times.length, fill)
    }),
  }
}

function nextTime(present: readonly Series[], heads: readonly number[], isDescending: boolean): bigint | null {
  let next: bigint | null = null
  for (let i = 0; i < present.length; i++) {
    if (heads[i] >= present[i].count) continue
    const timeNs = present[i].times[heads[i]]
    if (next === null || (isDescending ? timeNs > next : timeNs < next)) next = timeNs
  }
  return next
}
