/**
 * When a continuous query runs and over which time: InfluxDB's rules as a pure function of its schedule, its last run
 * and the clock. A query is due at each multiple of its step (EVERY, else the interval) and covers the interval that has
 * just ended, or as much as FOR says. What was missed is caught up with in one run.
 *
 * Unlike InfluxDB's, boundaries are those of GROUP BY time: intervals that do not divide a day, weeks among them, never
 * get a bucket computed from a part of its points.
 */

import type { TimeRange } from '../../domain/time-range.js'
import { bucketEnd, bucketStart, type Window } from '../operators/window.js'

export interface RunSchedule {
  /** Of GROUP BY time. */
  readonly window: Window
  /** RESAMPLE EVERY and FOR; 0 = not given. */
  readonly everyNs: bigint
  readonly forNs: bigint
}

export interface DueRun {
  /** To be remembered as the last run, once the range is computed: the last moment at which the query was due. */
  readonly dueNs: bigint
  /** null when no interval has ended yet. */
  readonly range: TimeRange | null
}

/** A server that was away for long catches up with this many intervals: a week of minutes. */
const CAUGHT_UP_INTERVALS_MAX = 10_080n

/**
 * `lastRunNs` is the `dueNs` of the last run, or null when it never ran: then only the interval that has just ended is
 * computed. A last run in the future means that the clock was put back, and counts as none. null when not due.
 */
export function planRun(
  { window, everyNs, forNs }: RunSchedule,
  lastRunNs: bigint | null,
  nowNs: bigint,
): DueRun | null {
  const { intervalNs } = window
  const stepNs = everyNs || intervalNs
  const steps = { ...window, intervalNs: stepNs }
  const dueNs = bucketStart(steps, nowNs)
  let firstDueNs = nowNs
  if (lastRunNs !== null && lastRunNs <= dueNs) {
    firstDueNs = bucketEnd(steps, lastRunNs)
    if (firstDueNs > nowNs) return null
  }
  const coveredNs = forNs || maxOf(intervalNs, stepNs)
  // A step shorter than the interval computes the bucket in progress as well.
  const endNs = bucketStart(window, nowNs + intervalNs - minOf(intervalNs, stepNs))
  const startNs = maxOf(
    bucketStart(window, firstDueNs + intervalNs - coveredNs - 1n),
    bucketStart(window, endNs - maxOf(CAUGHT_UP_INTERVALS_MAX * intervalNs, coveredNs)),
  )
  return { dueNs, range: startNs < endNs ? { startNs, endNs } : null }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function minOf(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
