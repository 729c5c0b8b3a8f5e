/** Which rows of a series in a block are to be read: runs of neighbouring rows, without those that deletes have hidden. */

import type { TimeRange } from '../domain/time-range.js'
import { searchTime } from './file-reader.js'

/** Rows `[from, to)`, never empty. */
export interface RowRun {
  readonly from: number
  readonly to: number
}

/** `rows` without those whose time is in one of the ranges; `times` ascend within `rows`. */
export function cutHidden(rows: RowRun, times: BigInt64Array, hidden: readonly TimeRange[]): RowRun[] {
  let runs = rows.to > rows.from ? [rows] : []
  for (const { startNs, endNs } of hidden) {
    runs = runs.flatMap(({ from, to }) => {
      const hiddenFrom = searchTime(times, from, to, startNs)
      const hiddenTo = searchTime(times, hiddenFrom, to, endNs)
      if (hiddenFrom === hiddenTo) return [{ from, to }]
      return [
        { from, to: hiddenFrom },
        { from: hiddenTo, to },
      ].filter((run) => run.to > run.from)
    })
  }
  return runs
}

/** The first rows of the runs, or with `isFromEnd` the last ones; `isCut` when there were more than `rowCountMax`. */
export function cutRuns(
  runs: readonly RowRun[],
  rowCountMax: number,
  isFromEnd: boolean,
): { runs: readonly RowRun[]; isCut: boolean } {
  const rowCount = runs.reduce((sum, { from, to }) => sum + to - from, 0)
  if (rowCount <= rowCountMax) return { runs, isCut: false }
  const kept: RowRun[] = []
  let room = rowCountMax
  for (const { from, to } of isFromEnd ? [...runs].reverse() : runs) {
    if (room === 0) break
    const count = Math.min(room, to - from)
    kept.push(isFromEnd ? { from: to - count, to } : { from, to: from + count })
    room -= count
  }
  return { runs: isFromEnd ? kept.reverse() : kept, isCut: true }
}
