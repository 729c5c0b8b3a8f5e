/**
 * Conducts a backfill: slices from the plan to a sink, a few at a time, each in the journal when it is stored for good.
 * Running it again goes on where the journal ends. A slice that the source cannot answer comes again in halves.
 */

import type { Target } from '../../client/target.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { BackfillPlan, PlannedMeasurement } from './backfill-plan.js'
import { sliceCountOf } from './backfill-plan.js'
import { copySlice, type OpenSink, SourceFailure } from './copy-slice.js'
import { doneSlices, type Journal } from './journal.js'
import type { TypeChoice } from './settle-types.js'
import { SlicePatience } from './slice-patience.js'
import type { SourceGuard } from './source-guard.js'
import type { TimeRange } from './time-ranges.js'
import { type PlannedWork, type Slice, WorkList } from './work-list.js'

export interface RunOptions {
  readonly source: Target
  readonly plan: BackfillPlan
  readonly journal: Journal
  readonly choice: TypeChoice
  /** Slices read at the same time. */
  readonly jobCount: number
  /** Values of a slice above which the next ones are shorter. */
  readonly slicePointCount: number
  readonly limiter: RateLimiter | null
  readonly guard: SourceGuard
  readonly progress: ProgressSink
  readonly signal: AbortSignal
  /** Number of points rejected so far. */
  readonly rejectedCount: () => number
  readonly openSink: OpenSink
  /** Called between writing a slice and noting it as done. */
  readonly fileOf: (slice: Slice) => string | undefined
}

export interface RunTally {
  sliceCount: number
  rowCount: number
  pointCount: number
  splitCount: number
}

/** Resolves when every slice is done. Rejects with the signal's reason, or with the failure that cannot be got around. */
export async function runBackfill(options: RunOptions): Promise<RunTally> {
  const run = new Run(options)
  return await run.run()
}

export function plannedWork(plan: BackfillPlan, journal: Pick<Journal, 'entries'>): PlannedWork[] {
  const done = new Map<string, TimeRange[]>()
  for (const slice of doneSlices(journal.entries)) {
    const key = keyOf(slice.retentionPolicy, slice.measurement)
    const ranges = done.get(key)
    if (ranges === undefined) done.set(key, [slice])
    else ranges.push(slice)
  }
  const ranges = new Map(plan.policies.map((policy) => [policy.name, policy.ranges.map(toRange)]))
  return plan.measurements.map(({ retentionPolicy, name }) => ({
    retentionPolicy,
    measurement: name,
    ranges: ranges.get(retentionPolicy) ?? [],
    done: done.get(keyOf(retentionPolicy, name)) ?? [],
  }))
}

function toRange({ startNs, endNs }: { readonly startNs: string; readonly endNs: string }): TimeRange {
  return { startNs: BigInt(startNs), endNs: BigInt(endNs) }
}

function keyOf(retentionPolicy: string, measurement: string): string {
  return `${retentionPolicy}\0${measurement}`
}

class Run {
  readonly #options: RunOptions
  readonly #work: WorkList
  readonly #measurements: ReadonlyMap<string, PlannedMeasurement>
  readonly #tally: RunTally = { sliceCount: 0, rowCount: 0, pointCount: 0, splitCount: 0 }
  readonly #plannedCount: number
  readonly #patience: SlicePatience
  /** Ends every job when one of them fails. */
  readonly #stop = new AbortController()
  readonly #signal: AbortSignal

  constructor(options: RunOptions) {
    this.#options = options
    this.#work = new WorkList(plannedWork(options.plan, options.journal))
    this.#measurements = new Map(
      options.plan.measurements.map((measurement) => [
        keyOf(measurement.retentionPolicy, measurement.name),
        measurement,
      ]),
    )
    this.#plannedCount = sliceCountOf(options.plan)
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal])
    const warn = (message: string): void => options.progress.warn(message)
    this.#patience = new SlicePatience({ work: this.#work, warn, signal: this.#signal })
  }

  async run(): Promise<RunTally> {
    this.#report()
    const jobs = Array.from({ length: this.#options.jobCount }, () => this.#job())
    const outcomes = await Promise.allSettled(jobs)
    this.#options.signal.throwIfAborted()
    const failed = outcomes.find((outcome) => outcome.status === 'rejected' && outcome.reason !== STOPPED)
    if (failed?.status === 'rejected') throw failed.reason
    this.#tally.splitCount = this.#work.splitCount
    return this.#tally
  }

  async #job(): Promise<void> {
    try {
      for (let slice = this.#work.take(); slice !== null; slice = this.#work.take()) {
        await this.#options.guard.pass(this.#signal)
        await this.#copy(slice)
      }
    } catch (error) {
      this.#stop.abort(STOPPED)
      throw error
    }
  }

  async #copy(slice: Slice): Promise<void> {
    const { source, plan, choice, limiter, journal, openSink, fileOf, slicePointCount, rejectedCount } = this.#options
    const measurement = this.#measurements.get(keyOf(slice.retentionPolicy, slice.measurement))!
    const startedMs = performance.now()
    const rejectedBefore = rejectedCount()
    try {
      const tally = await copySlice(slice, openSink, {
        source,
        database: plan.source.database,
        measurement,
        choice,
        limiter,
        signal: this.#signal,
        onRows: (rowCount, pointCount) => {
          this.#tally.rowCount += rowCount
          this.#tally.pointCount += pointCount
          this.#report()
        },
      })
      const elapsedMs = Math.round(performance.now() - startedMs)
      const rejected = rejectedCount() - rejectedBefore
      const file = fileOf(slice)
      journal.append({
        kind: 'done',
        ...slice,
        ...tally,
        rejectedCount: rejected,
        elapsedMs,
        ...(file !== undefined && { file }),
      })
      this.#patience.afterSuccess()
      this.#tally.sliceCount++
      this.#work.finish(slice, tally.pointCount / slicePointCount)
      this.#report()
    } catch (error) {
      if (!(error instanceof SourceFailure) || this.#signal.aborted) throw error
      await this.#patience.afterFailure(slice, error.cause)
    }
  }

  #report(): void {
    const { progress, rejectedCount } = this.#options
    const done = Math.round(this.#work.fractionDone * this.#plannedCount * 100) / 100
    const details = [
      { name: 'points', value: this.#tally.pointCount },
      { name: 'rejected', value: rejectedCount() },
    ]
    progress.update({ phase: 'copy', done, total: this.#plannedCount, unit: 'slices', details })
  }
}

const STOPPED = new Error('another job failed')
