/**
 * Merges as they are planned, under way, asked for and done. All choose by the same parameters, so that a preview shows what
 * will be.
 */

import type {
  DebugBucket,
  DebugDocuments,
  DebugDoneMerge,
  DebugMerge,
  DebugMergeJob,
  DebugParams,
  DebugRunningMerge,
} from '../../client/debug-documents.js'
import {
  type BucketFacts,
  type DoneMerge,
  type FileEntry,
  formatTime,
  HyperbyteError,
  type PlannedMerge,
  type RunningMerge,
  reasonOf,
} from '../../engine/index.js'
import { type DocumentContext, numberParam, tableFilter, timeParam } from './document-context.js'
import type { MergeFailure, MergeJob } from './merge-jobs.js'
import { toTable } from './table-documents.js'

/** In one answer; who wants more asks with `after`. */
const TOLD_COUNT_MAX = 1000

export function makeMerges({ engine }: DocumentContext, params: DebugParams): DebugDocuments['merges'] {
  const { inspection } = engine
  const isWanted = isWantedMerge(params)
  return {
    merges: inspection.plannedMerges().filter(isWanted).map(toMerge),
    running: inspection.runningMerges().filter(isWanted).map(toRunningMerge),
    jobs_max: inspection.mergePlaceCount,
  }
}

export function makeBuckets({ engine }: DocumentContext, params: DebugParams): DebugDocuments['buckets'] {
  const isWanted = isWantedMerge(params)
  return { buckets: engine.inspection.buckets().filter(isWanted).map(toBucket) }
}

/** Begins a job, or with `cancel` ends one after the merges it has begun. */
export function makeCompact({ mergeJobs }: DocumentContext, params: DebugParams): DebugDocuments['compact'] {
  const { cancel } = params
  if (cancel !== undefined) {
    const job = mergeJobs.cancel(cancel)
    if (job === undefined) throw new HyperbyteError('invalid', `there is no merge job ${cancel}`)
    return { job: toMergeJob(job) }
  }
  const jobCount = Math.max(1, Number(numberParam(params, 'jobs')))
  const title = ['db', 'rp', 'measurement'].flatMap((name) => params[name] ?? []).join('.') || 'all databases'
  return { job: toMergeJob(mergeJobs.start({ title, isWanted: isWantedMerge(params), jobCount, isFlushed: false })) }
}

/** `id`: only this one; `after`: without so many of its first merges. */
export function makeCompaction({ mergeJobs }: DocumentContext, params: DebugParams): DebugDocuments['compaction'] {
  const after = Number(numberParam(params, 'after'))
  const jobs = mergeJobs.list().filter(({ id }) => params['id'] === undefined || params['id'] === id)
  return { jobs: jobs.map((job) => toMergeJob(job, after)) }
}

/** Of a range `[start, end)`: merges that read a file which has rows there. */
function isWantedMerge(params: DebugParams): (merge: Pick<PlannedMerge, 'table' | 'files'>) => boolean {
  const isWantedTable = tableFilter(params)
  const startNs = timeParam(params, 'start')
  const endNs = timeParam(params, 'end')
  const isInRange = ({ minNs, maxNs }: FileEntry) =>
    (startNs === null || maxNs >= startNs) && (endNs === null || minNs < endNs)
  return ({ table, files }) => isWantedTable(table) && files.some(isInRange)
}

function toMerge({ table, bucketStartNs, files, reason }: PlannedMerge): DebugMerge {
  return {
    ...toTable(table),
    bucket: formatTime(bucketStartNs),
    files: files.map(({ path }) => path),
    rows: sum(files.map(({ rowCount }) => rowCount)),
    bytes: sum(files.map(({ byteCount }) => byteCount)),
    reason,
  }
}

function toRunningMerge(merge: RunningMerge): DebugRunningMerge {
  return { ...toMerge(merge), elapsed_s: seconds(merge.elapsedMs) }
}

function toDoneMerge(done: DoneMerge): DebugDoneMerge {
  const { output, elapsedMs } = done
  return {
    ...toMerge(done),
    written_file: output?.path ?? null,
    written_bytes: output?.byteCount ?? 0,
    elapsed_s: seconds(elapsedMs),
  }
}

function toMergeJob(job: MergeJob, after = 0): DebugMergeJob {
  const { id, state, jobCount, startedMs, endedMs, done, failures } = job
  return {
    id,
    state,
    jobs: jobCount,
    started: new Date(startedMs).toISOString(),
    ended: endedMs === null ? null : new Date(endedMs).toISOString(),
    merge_count: done.length,
    read_bytes: sum(done.flatMap(({ files }) => files.map(({ byteCount }) => byteCount))),
    written_bytes: sum(done.map(({ output }) => output?.byteCount ?? 0)),
    merges: done.slice(after, after + TOLD_COUNT_MAX).map(toDoneMerge),
    failures: failures.map(toFailure),
  }
}

function toFailure({ merge, code, text }: MergeFailure): DebugMergeJob['failures'][number] {
  const table = merge === null ? null : toTable(merge.table)
  return {
    database: table?.database ?? null,
    retention_policy: table?.retention_policy ?? null,
    measurement: table?.measurement ?? null,
    bucket: merge === null ? null : formatTime(merge.bucketStartNs),
    code,
    error: text,
  }
}

function toBucket(facts: BucketFacts): DebugBucket {
  const { table, bucketStartNs, files, hiddenFileCount, isAtRest, idleMs, restMs, retryMs, isMerging, verdict } = facts
  const levels = [...new Set(files.map(({ level }) => level))].sort((a, b) => a - b)
  return {
    ...toTable(table),
    bucket: formatTime(bucketStartNs),
    files: files.length,
    rows: sum(files.map(({ rowCount }) => rowCount)),
    bytes: sum(files.map(({ byteCount }) => byteCount)),
    levels: levels.map((level) => {
      const ofLevel = files.filter((file) => file.level === level)
      return { level, files: ofLevel.length, bytes: sum(ofLevel.map(({ byteCount }) => byteCount)) }
    }),
    hidden_files: hiddenFileCount,
    at_rest: isAtRest,
    idle_s: idleMs === null ? null : seconds(idleMs),
    rest_s: seconds(restMs),
    retry_s: retryMs === 0 ? null : seconds(retryMs),
    merging: isMerging,
    verdict: verdict.kind,
    merge_files: 'plan' in verdict ? verdict.plan.length : 0,
    merge_bytes: 'plan' in verdict ? sum(verdict.plan.map(({ byteCount }) => byteCount)) : 0,
    reason: 'plan' in verdict ? reasonOf(verdict.plan) : null,
  }
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
