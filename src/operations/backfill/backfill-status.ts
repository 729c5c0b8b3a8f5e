/** How far a backfill is, by measurement, from plan and journal. Pure. */

import type { BackfillPlan } from './backfill-plan.js'
import { doneSlices, type JournalEntry } from './journal.js'
import { plannedWork } from './run-backfill.js'
import { subtractRanges, type TimeRange } from './time-ranges.js'

export interface BackfillStatus {
  readonly database: string
  readonly measurements: readonly MeasurementStatus[]
  readonly pointCount: number
  readonly rowCount: number
  readonly rejectedCount: number
}

export interface MeasurementStatus {
  readonly retentionPolicy: string
  readonly measurement: string
  /** Of the planned time, 0 to 1. */
  readonly fractionDone: number
  readonly isDone: boolean
  readonly pointCount: number
  readonly rejectedCount: number
}

export function statusOf(plan: BackfillPlan, entries: readonly JournalEntry[]): BackfillStatus {
  const done = doneSlices(entries)
  const measurements = plannedWork(plan, { entries: [...entries] }).map((work): MeasurementStatus => {
    const slices = done.filter(
      (slice) => slice.measurement === work.measurement && slice.retentionPolicy === work.retentionPolicy,
    )
    const left = subtractRanges(work.ranges, work.done)
    const totalNs = lengthOf(work.ranges)
    return {
      retentionPolicy: work.retentionPolicy,
      measurement: work.measurement,
      fractionDone: totalNs === 0 ? 1 : 1 - lengthOf(left) / totalNs,
      isDone: left.length === 0,
      pointCount: slices.reduce((sum, { pointCount }) => sum + pointCount, 0),
      rejectedCount: slices.reduce((sum, { rejectedCount }) => sum + rejectedCount, 0),
    }
  })
  return {
    database: plan.source.database,
    measurements,
    pointCount: done.reduce((sum, { pointCount }) => sum + pointCount, 0),
    rowCount: done.reduce((sum, { rowCount }) => sum + rowCount, 0),
    rejectedCount: done.reduce((sum, { rejectedCount }) => sum + rejectedCount, 0),
  }
}

function lengthOf(ranges: readonly TimeRange[]): number {
  return Number(ranges.reduce((sum, { startNs, endNs }) => sum + endNs - startNs, 0n))
}
