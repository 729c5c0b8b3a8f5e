/**
 * Work in the background of an open database, looked after once a second: flushes that are due by age, merges of files,
 * retention, and bringing back a log that the disk refused.
 */

import { tableKey } from './domain/table-name.js'
import type { MergeGroup } from './engine-insight.js'
import type { EngineState } from './engine-state.js'
import type { Flusher } from './flusher.js'
import { type DoneMerge, type PlannedMerge, toPlannedMerge } from './planned-merge.js'
import type { FileEntry } from './registry/file-entry.js'
import { removeOrphans } from './remove-orphans.js'
import type { RowDeletions } from './row-deletions.js'
import { SerialQueue } from './serial-queue.js'
import type { TableState } from './storage/table-state.js'

const TICK_MS = 1000
/** A bucket that got no flush for this long, or for two flush ages, is at rest. */
const REST_MS_MIN = 30_000
const RETENTION_CHECK_MS = 10 * 60_000
/** Younger unregistered files are left alone. */
const ORPHAN_AGE_MS = 10 * 60_000

/** A failed merge is tried again after this time. */
const RETRY_MS = 5 * 60_000

type IsAtRest = (table: TableState, bucketStartNs: bigint) => boolean

export class Housekeeping {
  readonly #state: EngineState
  readonly #flusher: Flusher
  readonly #deletions: RowDeletions
  readonly #merges = new SerialQueue()
  readonly #openedAtMs: number
  #timer: NodeJS.Timeout | null = null
  #compacting: Promise<void> | null = null
  #retentionCheckedAtMs = 0
  /** By bucket: when a merge that failed is tried again. */
  readonly #retryAtMs = new Map<string, number>()
  #isReopening = false
  #isStopped = false
  #mergingCount = 0
  compactionCount = 0

  constructor(state: EngineState, flusher: Flusher, deletions: RowDeletions) {
    this.#state = state
    this.#flusher = flusher
    this.#deletions = deletions
    this.#openedAtMs = state.options.monotonicMs()
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
    void this.#removeOrphans()
  }

  /** Gives up a merge under way: its inputs are still there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#flusher.settle()
    if (this.#compacting !== null) this.#state.stores.writer.interrupt()
    await this.#compacting
  }

  /** Merges until every bucket is within its bounds. */
  async compactAll(): Promise<void> {
    while ((await this.mergeNext(() => true)) !== null);
  }

  /** See `Engine.mergeNext`. */
  mergeNext(isWanted: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null> {
    return this.#compactOnce(() => true, isWanted)
  }

  get isMerging(): boolean {
    return this.#mergingCount > 0
  }

  /** Walks over all files. */
  planMerges(): MergeGroup[] {
    const plans = this.#state.storage.plannedMerges((table, bucketStartNs) => this.#isAtRest(table, bucketStartNs))
    return [...plans].map(({ table, bucketStartNs, plan }) => ({
      table: table.name,
      bucketStartNs,
      fileCount: plan.length,
      byteCount: totalBytes(plan),
    }))
  }

  #tick(): void {
    const { options, stores } = this.#state
    this.#flusher.flushIfDue()
    if (stores.wal.isBroken) void this.#reopenWal()
    if (options.monotonicMs() - this.#retentionCheckedAtMs > RETENTION_CHECK_MS) {
      this.#retentionCheckedAtMs = options.monotonicMs()
      void this.#enforceRetention().catch((error) => this.#state.logFault('enforce retention', error))
    }
    if (this.#compacting === null && !this.#flusher.isBusy) this.#startCompaction()
  }

  #startCompaction(): void {
    this.#compacting = this.#compactOnce(
      (table, bucketStartNs) => this.#isAtRest(table, bucketStartNs),
      (merge) => (this.#retryAtMs.get(bucketOf(merge)) ?? 0) <= this.#state.options.monotonicMs(),
    )
      .then(() => {})
      .catch((error) => {
        if (!this.#isStopped) this.#state.logFault('compact', error)
      })
      .finally(() => {
        this.#compacting = null
      })
  }

  #compactOnce(isAtRest: IsAtRest, isWanted: (merge: PlannedMerge) => boolean = () => true): Promise<DoneMerge | null> {
    return this.#merges.run(async () => {
      const startedMs = this.#state.options.monotonicMs()
      this.#mergingCount++
      let begun: PlannedMerge | null = null
      try {
        const made = await this.#state.storage.compactOnce(isAtRest, (merge) => {
          begun = toPlannedMerge(merge)
          return isWanted(begun)
        })
        if (made === null) return null
        await this.#state.applyChange(made.change, () => [])
        this.compactionCount++
        const [output = null] = made.change.added
        const elapsedMs = this.#state.options.monotonicMs() - startedMs
        const done = { ...toPlannedMerge(made.merge), output, elapsedMs }
        this.#report(done)
        return done
      } catch (error) {
        // A bucket whose merge fails, because a file of it is damaged for example, must not keep the others from theirs.
        if (begun !== null) this.#retryAtMs.set(bucketOf(begun), this.#state.options.monotonicMs() + RETRY_MS)
        throw error
      } finally {
        this.#mergingCount--
      }
    })
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

  #isAtRest({ name }: TableState, bucketStartNs: bigint): boolean {
    const { flushAgeMsMax, monotonicMs } = this.#state.options
    const flushedAtMs = this.#flusher.flushedAtMs(name, bucketStartNs)
    if (flushedAtMs === undefined) return monotonicMs() - this.#openedAtMs > REST_MS_MIN
    return monotonicMs() - flushedAtMs > Math.max(REST_MS_MIN, 2 * flushAgeMsMax)
  }

  /** Whole shard groups that the policy no longer keeps. */
  async #enforceRetention(): Promise<void> {
    const { meta, shardGroups, options } = this.#state
    for (const { name: database, retentionPolicies } of meta.databases.values()) {
      for (const { name, durationNs } of retentionPolicies) {
        if (durationNs === 0n) continue
        const expiryNs = options.nowNs() - durationNs
        const expired = shardGroups.ofPolicy(database, name).filter(({ endNs }) => endNs <= expiryNs)
        for (const { id, startNs } of expired) {
          await this.#deletions.dropShardGroup(id)
          options.onEvent?.({ kind: 'expiry', database, retentionPolicy: name, startNs })
        }
      }
    }
  }

  async #reopenWal(): Promise<void> {
    if (this.#isReopening) return
    this.#isReopening = true
    if (await this.#state.stores.wal.reopen()) this.#state.options.log.info('the disk accepts writes again')
    this.#isReopening = false
  }

  async #removeOrphans(): Promise<void> {
    const { storage, options } = this.#state
    const registered = new Set(storage.files().map((file) => file.path))
    const newestMs = Number(options.nowNs() / 1_000_000n) - ORPHAN_AGE_MS
    try {
      const removed = await removeOrphans(this.#state.dataPath(), (name) => registered.has(name), newestMs)
      if (removed.length > 0) options.log.info('removed files that were never registered', { files: removed.length })
    } catch (error) {
      this.#state.logFault('remove orphaned files', error)
    }
  }
}

function totalBytes(files: readonly FileEntry[]): number {
  return files.reduce((sum, { byteCount }) => sum + byteCount, 0)
}

function bucketOf({ table, bucketStartNs }: PlannedMerge): string {
  return `${tableKey(table)} ${bucketStartNs}`
}
