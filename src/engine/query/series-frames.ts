/**
 * A stretch of a series' rows → frames: expressions become the columns of the answer, and long stretches are cut so
 * that the next frame is made while this one is sent.
 */

import type { Column } from '../domain/column.js'
import { compareBytewise } from '../domain/compare-bytewise.js'
import { sliceColumn } from './operators/column-slice.js'
import type { CarriedValues } from './operators/default-missing.js'
import { evaluate, withoutNaN } from './operators/evaluate.js'
import type { ResultColumn, SeriesFrame } from './result.js'
import type { PlanColumn, SelectPlan } from './select-plan.js'

/** A multiple of 32, so that slices of bitmaps are views. */
export const FRAME_ROW_COUNT = 8192

/** One series of the answer while its frames are made. */
export interface FrameSeries {
  readonly name: string
  readonly tags: SeriesFrame['tags']
  readonly carried: CarriedValues
}

/** `values` belong to the GROUP BY tags in bytewise order of their keys. */
export function frameSeries(plan: SelectPlan, name: string, values: readonly string[]): FrameSeries {
  const keys = [...plan.dimensions].sort(compareBytewise)
  return { name, tags: keys.length === 0 ? null : keys.map((key, i) => [key, values[i]] as const), carried: [] }
}

export interface FrameRows {
  readonly rowCount: number
  readonly times: BigInt64Array
  /** What the plan's expressions refer to. */
  readonly columns: readonly Column[]
}

/** `isLast`: no more rows of this series come after these. */
export function* framesOf(
  plan: SelectPlan,
  series: FrameSeries,
  rows: FrameRows,
  isLast: boolean,
): Generator<SeriesFrame> {
  for (let start = 0; start < rows.rowCount; start += FRAME_ROW_COUNT) {
    const end = Math.min(start + FRAME_ROW_COUNT, rows.rowCount)
    const isWhole = start === 0 && end === rows.rowCount
    yield frameOf(plan, series, isWhole ? rows : sliceRows(rows, start, end), !isLast || end < rows.rowCount)
  }
}

function frameOf(plan: SelectPlan, series: FrameSeries, rows: FrameRows, isPartial: boolean): SeriesFrame {
  const { rowCount } = rows
  const frame = {
    name: series.name,
    tags: series.tags,
    columns: [timeColumn(plan, rows), ...plan.columns.map(resultColumn)],
    rowCount,
    isPartial,
  }
  return plan.timeZone === null ? frame : { ...frame, timeZone: plan.timeZone }

  function resultColumn({ name, expr, isRankedTag }: PlanColumn): ResultColumn {
    const value = evaluate(expr, rows.columns, rowCount)
    const column = plan.isSubquery ? value : withoutNaN(value, rowCount)
    return isRankedTag ? { name, column, isTag: true } : { name, column }
  }
}

function timeColumn(plan: SelectPlan, { times, rowCount }: FrameRows): ResultColumn {
  return { name: plan.timeName, column: { type: 'time', values: times.subarray(0, rowCount), validity: null } }
}

export function sliceRows(rows: FrameRows, start: number, end: number): FrameRows {
  return {
    rowCount: end - start,
    times: rows.times.subarray(start, end),
    columns: rows.columns.map((column) => sliceColumn(column, start, end)),
  }
}
