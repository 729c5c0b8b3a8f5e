/** What surrounds a backfill or a dump while it runs: its lock, its progress, what is rejected, and Ctrl-C, which ends it in order. */

import type { StateDirectory } from '../../operations/backfill/state-directory.js'
import { RejectedLines } from '../../operations/rejected-lines.js'
import { type ProgressMode, ProgressReporter } from '../progress/progress-reporter.js'
import { runInterruptible } from '../run-interruptible.js'

export interface LockedRun {
  readonly state: StateDirectory
  readonly flags: { readonly progress: ProgressMode; readonly quiet: boolean; readonly 'errors-file'?: string }
  /** The command that goes on after Ctrl-C. */
  readonly resume: () => string | null
}

export interface Surroundings {
  readonly reporter: ProgressReporter
  readonly rejected: RejectedLines
  readonly startedMs: number
  readonly signal: AbortSignal
}

/** Throws `locked` while another process works with the same state. */
export async function runLocked<T>(
  { state, flags, resume }: LockedRun,
  run: (around: Surroundings) => Promise<T>,
): Promise<T> {
  const unlock = state.lock()
  try {
    const reporter = ProgressReporter.fromFlags(flags)
    const rejected = new RejectedLines(flags['errors-file'] ?? null)
    const startedMs = performance.now()
    try {
      return await runInterruptible(resume, (signal) => run({ reporter, rejected, startedMs, signal }))
    } finally {
      reporter.finish({ rejected: rejected.count })
      rejected.close()
    }
  } finally {
    unlock()
  }
}
