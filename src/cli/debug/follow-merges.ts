/**
 * Waits for merges: those of a job, and those that were under way when the waiting began. What is done is told as it comes.
 * When the signal aborts, a job is asked to end after the merges that it has begun.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { ClientError } from '../../client/client-error.js'
import type { DebugDoneMerge, DebugMergeJob, DebugParams, DebugRunningMerge } from '../../client/debug-documents.js'
import type { ProgressSink } from '../../operations/progress.js'
import type { DebugSource } from './debug-source.js'

const POLL_MS_MIN = 50
const POLL_MS_MAX = 500
/** A server that is away for a moment goes on merging. */
const FAILURES_MAX = 20

export interface FollowOptions {
  readonly source: DebugSource
  readonly progress: ProgressSink
  readonly signal: AbortSignal
  readonly onMerge: (merge: DebugDoneMerge) => void
}

/** Resolves with the job as it ended, all of its merges told. Rejects with the signal's reason once it has ended. */
export async function followJob(
  begun: DebugMergeJob,
  totalBytes: number,
  options: FollowOptions,
): Promise<DebugMergeJob> {
  const { source, progress, signal, onMerge } = options
  const merges: DebugDoneMerge[] = []
  let job = begun
  let isCancelled = false
  for await (const _ of pauses(signal)) {
    if (signal.aborted && !isCancelled) {
      isCancelled = true
      await source.ask('compact', { cancel: job.id })
    }
    const answer = await askPatiently(source, { id: job.id, after: String(merges.length) })
    if (answer === undefined || answer.started !== begun.started) {
      throw new ClientError('missing', `${source.name} no longer knows merge job ${job.id}: it has been restarted`)
    }
    job = answer
    for (const merge of job.merges) {
      merges.push(merge)
      onMerge(merge)
    }
    const details = [{ name: 'merges', value: job.merge_count }]
    const total = Math.max(totalBytes, job.read_bytes)
    progress.update({ phase: 'merge', done: job.read_bytes, total, unit: 'bytes', details })
    if (job.state !== 'running' && merges.length >= job.merge_count) break
  }
  signal.throwIfAborted()
  return { ...job, merges }
}

/** Resolves when none of the merges that run now is under way any more, and no job that runs now. */
export async function followRunning(params: DebugParams, options: FollowOptions): Promise<readonly DebugMergeJob[]> {
  const { source, progress, signal } = options
  const ids = (await source.ask('compaction')).jobs.filter(({ state }) => state === 'running').map(({ id }) => id)
  const keys = new Set((await source.ask('merges', params)).running.map(keyOf))
  for await (const _ of pauses(signal)) {
    signal.throwIfAborted()
    const { running } = await source.ask('merges', params)
    const { jobs } = await source.ask('compaction', { after: '1000000' })
    const left = running.filter((merge) => keys.has(keyOf(merge)))
    const known = jobs.filter(({ id }) => ids.includes(id))
    const leftJobs = known.filter(({ state }) => state === 'running')
    const details = [{ name: 'jobs', value: leftJobs.length }]
    progress.update({ phase: 'wait', done: keys.size - left.length, total: keys.size, unit: 'merges', details })
    if (left.length === 0 && leftJobs.length === 0) return known
  }
  return []
}

async function askPatiently(source: DebugSource, params: DebugParams): Promise<DebugMergeJob | undefined> {
  for (let failureCount = 1; ; failureCount++) {
    try {
      return (await source.ask('compaction', params)).jobs[0]
    } catch (error) {
      const isAway = error instanceof ClientError && error.kind === 'unreachable'
      if (!isAway || failureCount > FAILURES_MAX) throw error
      await sleep(POLL_MS_MAX)
    }
  }
}

/** Short at first, so that small work does not seem to take long; also after the signal has aborted. */
async function* pauses(signal: AbortSignal): AsyncGenerator<void> {
  for (let ms = POLL_MS_MIN; ; ms = Math.min(POLL_MS_MAX, ms * 2)) {
    yield
    await sleep(ms, undefined, signal.aborted ? {} : { signal }).catch(() => {})
  }
}

/** A merge is known by what it reads. */
function keyOf({ files }: DebugRunningMerge): string {
  return files.join('\0')
}
