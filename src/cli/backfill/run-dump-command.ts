/** From the flags of `backfill dump` to a dump; its directory is the state of the work as well. */

import { DumpSink, dumpFileOf } from '../../operations/backfill/dump-sink.js'
import { runBackfill } from '../../operations/backfill/run-backfill.js'
import { StateDirectory } from '../../operations/backfill/state-directory.js'
import { RateLimiter } from '../../operations/rate-limiter.js'
import { RejectedLines } from '../../operations/rejected-lines.js'
import { type ProgressMode, ProgressReporter } from '../progress/progress-reporter.js'
import { requireFlag } from '../require-flag.js'
import { resumeCommand } from '../resume-command.js'
import { runInterruptible } from '../run-interruptible.js'
import { type SourceFlagValues, withSource } from '../source-flags.js'
import {
  guardOf,
  planFromFlags,
  type RunSummary,
  refuseOtherScope,
  type ScopeFlagValues,
  summarise,
} from './run-backfill-command.js'

export interface DumpFlags extends SourceFlagValues, ScopeFlagValues {
  readonly source?: string
  readonly out: string
  readonly 'source-jobs': number
  readonly 'slice-points': number
  readonly rate?: number
  readonly 'max-source-load': string
  readonly 'quiet-hours'?: string
  readonly progress: ProgressMode
  readonly quiet: boolean
}

export async function runDumpCommand(flags: DumpFlags): Promise<RunSummary> {
  const state = new StateDirectory(flags.out)
  const unlock = state.lock()
  const reporter = ProgressReporter.fromFlags(flags)
  const rejected = new RejectedLines(null)
  const startedMs = performance.now()
  try {
    return await runInterruptible(
      () => resumeCommand(process.argv.slice(2)),
      async (signal) => {
        const saved = state.hasPlan ? state.readPlan() : null
        if (saved !== null) refuseOtherScope(flags, saved, state)
        const url = requireFlag(flags.source ?? saved?.source.url, '--source URL')
        return await withSource(url, flags, async (source) => {
          const plan = saved ?? (await planFromFlags(source, flags))
          state.save(plan, { hosts: null, dataDir: null, targetDatabase: plan.source.database, choice: 'keep' })
          const journal = state.openJournal()
          try {
            const tally = await runBackfill({
              source,
              plan,
              journal,
              choice: 'keep',
              jobCount: flags['source-jobs'],
              slicePointCount: flags['slice-points'],
              limiter: flags.rate === undefined ? null : new RateLimiter(flags.rate),
              guard: guardOf(source, flags, (text) => reporter.warn(text)),
              progress: reporter,
              signal,
              rejectedCount: () => rejected.count,
              openSink: (slice) =>
                new DumpSink({ directory: flags.out, database: plan.source.database, slice, rejected }),
              fileOf: dumpFileOf,
            })
            return summarise('hyperbyte.backfill.dump/1', tally, { rejected, startedMs })
          } finally {
            journal.close()
          }
        })
      },
    )
  } finally {
    reporter.finish({ rejected: rejected.count })
    unlock()
  }
}
