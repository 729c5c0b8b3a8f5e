/**
 * After the history: again and again what came in since the last look, and `overlapMs` before it for points that come
 * late, until stopped. New measurements and fields are found as they appear.
 */

import { sleepUnlessAborted } from '../rate-limiter.js'
import { copySlice } from './copy-slice.js'
import { discoverSource } from './discover-source.js'
import type { RunOptions } from './run-backfill.js'
import type { Slice } from './work-list.js'

export interface FollowOptions extends RunOptions {
  readonly overlapMs: number
  /** When the copy of the history began. */
  readonly fromMs: number
}

const INTERVAL_MS = 30_000
const NS_PER_MS = 1_000_000n

/** Never resolves; rejects with the signal's reason. */
export async function followSource(options: FollowOptions): Promise<never> {
  const { source, plan, signal, progress, overlapMs } = options
  let fromMs = options.fromMs - overlapMs
  let pointCount = 0
  for (;;) {
    const untilMs = Date.now()
    const { database } = plan.source
    const window = { startNs: BigInt(fromMs) * NS_PER_MS, endNs: BigInt(untilMs + overlapMs) * NS_PER_MS }
    try {
      const current = await discoverSource(source, {
        database,
        retentionPolicies: plan.policies.map(({ name }) => name),
        measurements: [],
        window,
        version: plan.source.version,
      })
      for (const measurement of current.measurements) {
        const { ranges } = current.policies.find(({ name }) => name === measurement.retentionPolicy)!
        for (const range of ranges) {
          const slice: Slice = {
            retentionPolicy: measurement.retentionPolicy,
            measurement: measurement.name,
            startNs: BigInt(range.startNs),
            endNs: BigInt(range.endNs),
          }
          const tally = await copySlice(slice, options.openSink, {
            ...options,
            database,
            measurement,
            onRows: () => {},
          })
          pointCount += tally.pointCount
        }
      }
      fromMs = untilMs - overlapMs
    } catch (error) {
      if (signal.aborted) throw signal.reason
      // A source or target that is away for a while is caught up with at the next look.
      progress.warn(`following: ${(error as Error).message}`)
    }
    const details = [{ name: 'read until', value: new Date(untilMs).toISOString() }]
    progress.update({ phase: 'follow', done: pointCount, total: null, unit: 'points', details })
    await sleepUnlessAborted(INTERVAL_MS, signal)
  }
}
