/**
 * Does merges, a few at a time and never two in one bucket: those of the background and those that somebody asked for share
 * the same places. A bucket whose merge failed is left alone by the background for a while.
 */

import { tableKey } from './domain/table-name.js'
import type { EngineState } from './engine-state.js'
import { type DoneMerge, type PlannedMerge, toPlannedMerge } from './planned-merge.js'
import type { FileEntry } from './registry/file-entry.js'
import type { IsBucketAtRest } from './storage/merge-bucket.js'

/** A failed merge is tried again after this time. */
const RETRY_MS = 5 * 60_000
/** The writer's memory is shared by all of them; more would only spill. */
const MERGES_AT_A_TIME_MAX = 4

export interface RunningMerge extends PlannedMerge {
  readonly elapsedMs: number
}

type Bucket = Pick<PlannedMerge, 'table' | 'bucketStartNs'>

export class MergeRunner {
  readonly #state: EngineState
  /** By bucket. */
  readonly #running = new Map<string, { readonly merge: PlannedMerge; readonly startedMs: number }>()
  readonly #retryAtMs = new Map<string, number>()
  #endWaiters: (() => void)[] = []
  #isStopped = false
  compactionCount = 0

  constructor(state: EngineState) {
    this.#state = state
  }

  /** How many may run at the same time. */
  get placeCount(): number {
    return Math.max(1, Math.min(MERGES_AT_A_TIME_MAX, this.#state.options.duckdbThreads))
  }

  /** Oldest first. */
  get running(): readonly RunningMerge[] {
    const nowMs = this.#state.options.monotonicMs()
    return [...this.#running.values()].map(({ merge, startedMs }) => ({ ...merge, elapsedMs: nowMs - startedMs }))
  }

  isRunning(bucket: Bucket): boolean {
    return this.#running.has(bucketKey(bucket))
  }

  /** Milliseconds until the background tries a merge again that has failed; 0 = now. */
  waitMsOf(bucket: Bucket): number {
    return Math.max(0, (this.#retryAtMs.get(bucketKey(bucket)) ?? 0) - this.#state.options.monotonicMs())
  }

  /** Does one merge of those that are wanted, as soon as there is a place for it; null when none is left. */
  async mergeNext(isAtRest: IsBucketAtRest, isWanted: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null> {
    while (!this.#isStopped) {
      if (this.#running.size >= this.placeCount) {
        await this.#nextEnd()
        continue
      }
      let isOneRunning = false
      const isFree = (merge: PlannedMerge): boolean => {
        if (!isWanted(merge)) return false
        isOneRunning ||= this.isRunning(merge)
        return !this.isRunning(merge)
      }
      const done = await this.#mergeOnce(isAtRest, isFree)
      if (done !== null || !isOneRunning) return done
      // What comes of the one that runs may need a merge again.
      await this.#nextEnd()
    }
    return null
  }

  /** Gives up the merges under way: their inputs are still there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    while (this.#running.size > 0) {
      this.#state.stores.writer.interrupt()
      await this.#nextEnd()
    }
    for (const wake of this.#endWaiters.splice(0)) wake()
  }

  async #mergeOnce(isAtRest: IsBucketAtRest, isFree: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null> {
    const { monotonicMs } = this.#state.options
    const startedMs = monotonicMs()
    let begun: PlannedMerge | null = null
    try {
      // Chosen before anything is awaited, so that nobody else can choose the same.
      const made = await this.#state.storage.compactOnce(isAtRest, (merge) => {
        const planned = toPlannedMerge(merge)
        if (!isFree(planned)) return false
        begun = planned
        this.#running.set(bucketKey(planned), { merge: planned, startedMs })
        return true
      })
      if (made === null) return null
      await this.#state.applyChange(made.change, () => [])
      this.compactionCount++
      const [output = null] = made.change.added
      const done = { ...toPlannedMerge(made.merge), output, elapsedMs: monotonicMs() - startedMs }
      this.#report(done)
      return done
    } catch (error) {
      // A bucket whose merge fails, because a file of it is damaged for example, must not keep the others from theirs.
      if (begun !== null) this.#retryAtMs.set(bucketKey(begun), monotonicMs() + RETRY_MS)
      throw error
    } finally {
      if (begun !== null) this.#running.delete(bucketKey(begun))
      for (const wake of this.#endWaiters.splice(0)) wake()
    }
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => this.#endWaiters.push(resolve))
  }

  #report({ table, files, output, elapsedMs }: DoneMerge): void {
    this.#state.options.onEvent?.({
      kind: 'merge',
      table,
      inputFileCount: files.length,
      inputByteCount: totalBytes(files),
      outputByteCount: output?.byteCount ?? 0,
      elapsedMs,
    })
  }
}

export function totalBytes(files: readonly FileEntry[]): number {
  return files.reduce((sum, { byteCount }) => sum + byteCount, 0)
}

function bucketKey({ table, bucketStartNs }: Bucket): string {
  return `${tableKey(table)} ${bucketStartNs}`
}
