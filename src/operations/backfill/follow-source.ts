/**
 * After the history: again and again what came in since the last look, and `overlapMs` before it for points that come
 * late, until stopped. New measurements and fields are found as they appear.
 */

import { sleepUnlessAborted } from '../rate-limiter.js'
import { copySlice } from './copy-slice.js'
import { discoverSource } from './discover-source.js'
import type { RunOptions } from './run-backfill.js'

const NS_PER_MS = 1_000_000n

export interface FollowOptions extends RunOptions {
  readonly overlapMs: number
  /** From the end of one look to the beginning of the next. */
  readonly intervalMs: number
  /** What came in before is copied. */
  readonly fromMs: number
  readonly nowMs: () => number
}

/** Never resolves; rejects with the signal's reason. */
export async function followSource(options: FollowOptions): Promise<never> {
  const { signal, progress, guard, journal, intervalMs, nowMs } = options
  let { fromMs } = options
  let pointCount = 0
  for (;;) {
    await guard.pass(signal)
    const untilMs = nowMs()
    try {
      pointCount += await copyWindow(options, fromMs, untilMs)
      journal.append({ kind: 'followed', untilMs })
      fromMs = untilMs
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // A source or target that is away for a while is caught up with at the next look.
      progress.warn(`following: ${(error as Error).message}; again in ${Math.round(intervalMs / 1000)} s`)
    }
    const details = [{ name: 'read until', value: new Date(fromMs).toISOString() }]
    progress.update({ phase: 'follow', done: pointCount, total: null, unit: 'points', details })
    await sleepUnlessAborted(intervalMs, signal)
  }
}

/** Clocks differ and points come late: `overlapMs` more on both sides. Resolves with the number of field values. */
async function copyWindow(options: FollowOptions, fromMs: number, untilMs: number): Promise<number> {
  const { source, plan, overlapMs, openSink } = options
  const { database } = plan.source
  const current = await discoverSource(source, {
    database,
    retentionPolicies: plan.policies.map(({ name }) => name),
    measurements: plan.wantedMeasurements ?? [],
    window: {
      startNs: BigInt(fromMs - overlapMs) * NS_PER_MS,
      endNs: BigInt(untilMs + overlapMs) * NS_PER_MS,
    },
    version: plan.source.version,
    nowMs: untilMs,
  })
  let pointCount = 0
  for (const measurement of current.measurements) {
    const { retentionPolicy, name } = measurement
    const { ranges } = current.policies.find((policy) => policy.name === retentionPolicy)!
    for (const { startNs, endNs } of ranges) {
      const slice = { retentionPolicy, measurement: name, startNs: BigInt(startNs), endNs: BigInt(endNs) }
      const tally = await copySlice(slice, openSink, { ...options, database, measurement, onRows: () => {} })
      pointCount += tally.pointCount
    }
  }
  return pointCount
}
