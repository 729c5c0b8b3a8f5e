/**
 * Merges that somebody asked for: jobs that go on in the background, several merges at a time, until nothing is left of what
 * was asked for or somebody cancels. A merge that fails is told and left out; the others go on, unless the disk is full.
 */

import { type DoneMerge, type Engine, HyperbyteError, type PlannedMerge } from '../../engine/index.js'
import type { JobHandle, JobRegistry, JobState } from '../activity/job-registry.js'

export interface MergeOrder {
  readonly title: string
  readonly isWanted: (merge: PlannedMerge) => boolean
  /** Merges at the same time; the engine may allow fewer. */
  readonly jobCount: number
  /** Whether rows in memory are written to files first. */
  readonly isFlushed: boolean
}

export interface MergeFailure {
  readonly merge: PlannedMerge | null
  readonly code: string
  readonly text: string
}

export interface MergeJob {
  readonly id: string
  readonly state: JobState
  readonly jobCount: number
  readonly startedMs: number
  readonly endedMs: number | null
  readonly done: readonly DoneMerge[]
  readonly failures: readonly MergeFailure[]
}

export interface MergeJobsOptions {
  readonly engine: Engine
  readonly registry: JobRegistry
  readonly nowMs: () => number
  readonly onEnd?: (title: string, job: MergeJob) => void
}

/** What a job has done stays known until so many others have ended. */
const ENDED_COUNT_MAX = 20

export class MergeJobs {
  readonly #options: MergeJobsOptions
  readonly #jobs = new Map<string, Job>()

  constructor(options: MergeJobsOptions) {
    this.#options = options
  }

  start(order: MergeOrder): MergeJob {
    const job = new Job(this.#options, order)
    this.#jobs.set(job.id, job)
    void job.run().finally(() => this.#forgetOldest())
    return job.info()
  }

  /** In order of their start. */
  list(): MergeJob[] {
    return [...this.#jobs.values()].map((job) => job.info())
  }

  /** Merges under way are finished. Undefined when there is no such job. */
  cancel(id: string): MergeJob | undefined {
    const job = this.#jobs.get(id)
    job?.cancel()
    return job?.info()
  }

  cancelAll(): void {
    for (const job of this.#jobs.values()) job.cancel()
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs.values()].filter(({ isRunning }) => !isRunning)
    for (const { id } of ended.slice(0, Math.max(0, ended.length - ENDED_COUNT_MAX))) this.#jobs.delete(id)
  }
}

class Job {
  readonly #options: MergeJobsOptions
  readonly #order: MergeOrder
  readonly #jobCount: number
  readonly #handle: JobHandle
  readonly #startedMs: number
  readonly #done: DoneMerge[] = []
  readonly #failures: MergeFailure[] = []
  /** Of merges that are not tried again in this job, by their newest file. */
  readonly #failedFileIds = new Set<number>()
  #state: JobState = 'running'
  #endedMs: number | null = null
  #isStopping = false
  #isCancelled = false
  #readBytes = 0

  constructor(options: MergeJobsOptions, order: MergeOrder) {
    const { engine, registry, nowMs } = options
    this.#options = options
    this.#order = order
    this.#jobCount = Math.min(order.jobCount, engine.inspection.mergePlaceCount)
    this.#startedMs = nowMs()
    const planned = engine.inspection.plannedMerges().filter(order.isWanted)
    const totalBytes = planned.reduce((sum, { files }) => sum + bytesOf(files), 0)
    this.#handle = registry.start({ kind: 'compaction', title: order.title, totalBytes, cancel: () => this.cancel() })
  }

  get id(): string {
    return this.#handle.id
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  info(): MergeJob {
    return {
      id: this.id,
      state: this.#state,
      jobCount: this.#jobCount,
      startedMs: this.#startedMs,
      endedMs: this.#endedMs,
      done: [...this.#done],
      failures: [...this.#failures],
    }
  }

  cancel(): void {
    this.#isCancelled = this.isRunning
    this.#isStopping = true
  }

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      if (this.#order.isFlushed) await this.#options.engine.flush()
      await Promise.all(Array.from({ length: this.#jobCount }, () => this.#mergeAll()))
    } catch (error) {
      this.#fail(null, error)
    }
    this.#endedMs = this.#options.nowMs()
    this.#state = this.#failures.length > 0 ? 'failed' : this.#isCancelled ? 'cancelled' : 'done'
    const message = this.#failures[0]?.text ?? `${this.#done.length} merges`
    this.#handle.end(this.#state, message)
    this.#options.onEnd?.(this.#order.title, this.info())
  }

  async #mergeAll(): Promise<void> {
    while (!this.#isStopping) {
      let chosen: PlannedMerge | null = null
      const isWanted = (merge: PlannedMerge): boolean => {
        if (this.#isStopping || !this.#order.isWanted(merge) || this.#hasFailed(merge)) return false
        chosen = merge
        return true
      }
      try {
        const done = await this.#options.engine.mergeNext(isWanted)
        if (done === null) return
        this.#done.push(done)
        this.#readBytes += bytesOf(done.files)
        this.#handle.progress(this.#readBytes)
      } catch (error) {
        this.#fail(chosen, error)
      }
    }
  }

  #hasFailed({ files }: PlannedMerge): boolean {
    return files.some(({ id }) => this.#failedFileIds.has(id))
  }

  #fail(merge: PlannedMerge | null, error: unknown): void {
    const text = (error as Error).message
    const code = error instanceof HyperbyteError ? error.code : /no space left/i.test(text) ? 'no-space' : 'internal'
    this.#failures.push({ merge, code, text })
    for (const { id } of merge?.files ?? []) this.#failedFileIds.add(id)
    if (merge === null || code === 'no-space' || code === 'unavailable') this.#isStopping = true
  }
}

function bytesOf(files: PlannedMerge['files']): number {
  return files.reduce((sum, { byteCount }) => sum + byteCount, 0)
}
