/**
 * Work in the background of an open database, looked after once a second: flushes that are due by age, merges of files,
 * retention, and bringing back a log that the disk refused.
 */

import { type CompactionVerdict, explainCompaction } from './compaction/explain-compaction.js'
import { COMPACTION_LIMITS } from './compaction/plan-compaction.js'
import type { TableName } from './domain/table-name.js'
import type { MergeGroup } from './engine-insight.js'
import type { EngineState } from './engine-state.js'
import type { Flusher } from './flusher.js'
import { MergeRunner, totalBytes } from './merge-runner.js'
import type { DoneMerge, PlannedMerge } from './planned-merge.js'
import type { FileEntry } from './registry/file-entry.js'
import { removeOrphans } from './remove-orphans.js'
import type { RowDeletions } from './row-deletions.js'
import type { TableState } from './storage/table-state.js'

const TICK_MS = 1000
/** A bucket that got no flush for this long, or for two flush ages, is at rest. */
const REST_MS_MIN = 30_000
const RETENTION_CHECK_MS = 10 * 60_000
/** Younger unregistered files are left alone. */
const ORPHAN_AGE_MS = 10 * 60_000

/** The files of one bucket, and why they are to be merged or not. */
export interface BucketFacts {
  readonly table: TableName
  readonly bucketStartNs: bigint
  readonly files: readonly FileEntry[]
  /** Files with rows that deletes have hidden. */
  readonly hiddenFileCount: number
  readonly isAtRest: boolean
  /** Since it was last flushed to; null = not since the start. */
  readonly idleMs: number | null
  /** `idleMs` after which it is at rest. */
  readonly restMs: number
  /** A merge of it has failed: until the background tries again. */
  readonly retryMs: number
  readonly isMerging: boolean
  readonly verdict: CompactionVerdict
}

export class Housekeeping {
  readonly #state: EngineState
  readonly #flusher: Flusher
  readonly #deletions: RowDeletions
  readonly #merges: MergeRunner
  readonly #openedAtMs: number
  #timer: NodeJS.Timeout | null = null
  #compacting: Promise<void> | null = null
  #retentionCheckedAtMs = 0
  #isReopening = false
  #isStopped = false

  constructor(state: EngineState, flusher: Flusher, deletions: RowDeletions) {
    this.#state = state
    this.#flusher = flusher
    this.#deletions = deletions
    this.#merges = new MergeRunner(state)
    this.#openedAtMs = state.options.monotonicMs()
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
    void this.#removeOrphans()
  }

  /** Gives up merges under way: their inputs are still there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#flusher.settle()
    await this.#merges.stop()
    await this.#compacting
  }

  /** Merges until every bucket is within its bounds. */
  async compactAll(): Promise<void> {
    while ((await this.mergeNext(() => true)) !== null);
  }

  /** See `Engine.mergeNext`. */
  mergeNext(isWanted: (merge: PlannedMerge) => boolean): Promise<DoneMerge | null> {
    return this.#merges.mergeNext(() => true, isWanted)
  }

  get merges(): Pick<MergeRunner, 'running' | 'placeCount' | 'compactionCount'> {
    return this.#merges
  }

  /** Walks over all files. */
  explainBuckets(): BucketFacts[] {
    const { storage, options } = this.#state
    return [...storage.buckets()].map(({ table, bucketStartNs, files }) => {
      const isAtRest = this.#isAtRest(table, bucketStartNs)
      const hiddenCount = ({ id }: FileEntry): number => table.hiddenIn(id).length
      const flushedAtMs = this.#flusher.flushedAtMs(table.name, bucketStartNs)
      const bucket = { table: table.name, bucketStartNs }
      return {
        ...bucket,
        files,
        hiddenFileCount: files.filter((file) => hiddenCount(file) > 0).length,
        isAtRest,
        idleMs: flushedAtMs === undefined ? null : options.monotonicMs() - flushedAtMs,
        restMs: this.#restMs,
        retryMs: this.#merges.waitMsOf(bucket),
        isMerging: this.#merges.isRunning(bucket),
        verdict: explainCompaction(files, isAtRest, COMPACTION_LIMITS, hiddenCount),
      }
    })
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
    this.#compacting = this.#merges
      .mergeNext(
        (table, bucketStartNs) => this.#isAtRest(table, bucketStartNs),
        (merge) => this.#merges.waitMsOf(merge) === 0,
      )
      .then(() => {})
      .catch((error) => {
        if (!this.#isStopped) this.#state.logFault('compact', error)
      })
      .finally(() => {
        this.#compacting = null
      })
  }

  #isAtRest({ name }: TableState, bucketStartNs: bigint): boolean {
    const { monotonicMs } = this.#state.options
    const flushedAtMs = this.#flusher.flushedAtMs(name, bucketStartNs)
    if (flushedAtMs === undefined) return monotonicMs() - this.#openedAtMs > REST_MS_MIN
    return monotonicMs() - flushedAtMs > this.#restMs
  }

  get #restMs(): number {
    return Math.max(REST_MS_MIN, 2 * this.#state.options.flushAgeMsMax)
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
    const { stores, options } = this.#state
    const newestMs = Number(options.nowNs() / 1_000_000n) - ORPHAN_AGE_MS
    try {
      // Not those in use: one that was missing at the start may be back.
      const registered = new Set<string>()
      for await (const file of stores.metaStore.files()) registered.add(file.path)
      const removed = await removeOrphans(this.#state.dataPath(), (name) => registered.has(name), newestMs)
      if (removed.length > 0) options.log.info('removed files that were never registered', { files: removed.length })
    } catch (error) {
      if (!this.#isStopped) this.#state.logFault('remove orphaned files', error)
    }
  }
}
