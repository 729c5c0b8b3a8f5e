/** From the flags of `backfill dump` to a dump; its directory is the state of the work as well. */

import { DumpSink, dumpFileOf } from '../../operations/backfill/dump-sink.js'
import { runBackfill } from '../../operations/backfill/run-backfill.js'
import { StateDirectory } from '../../operations/backfill/state-directory.js'
import type { OperationSummary } from '../operation-summary.js'
import type { ProgressMode } from '../progress/progress-reporter.js'
import { requireFlag } from '../require-flag.js'
import { resumeCommand } from '../resume-command.js'
import { type SourceFlagValues, withSource } from '../source-flags.js'
import { planFromFlags, refuseOtherScope, type ScopeFlagValues } from './plan-from-flags.js'
import { type PaceFlagValues, readingOptions } from './reading-options.js'
import { runLocked } from './run-locked.js'
import { summariseRun } from './summarise-run.js'

export interface DumpFlags extends SourceFlagValues, ScopeFlagValues, PaceFlagValues {
  readonly source?: string
  readonly out: string
  readonly progress: ProgressMode
  readonly quiet: boolean
}

export async function runDumpCommand(flags: DumpFlags): Promise<OperationSummary> {
  const state = new StateDirectory(flags.out)
  return await runLocked({ state, flags, resume: () => resumeCommand(process.argv.slice(2)) }, async (around) => {
    const saved = state.hasPlan ? state.readPlan() : null
    if (saved !== null) refuseOtherScope(flags, saved, state)
    const url = requireFlag(flags.source ?? saved?.source.url, '--source URL')
    return await withSource(url, flags, async (source) => {
      const plan = saved ?? (await planFromFlags(source, flags))
      state.save(plan, { hosts: null, dataDir: null, targetDatabase: plan.source.database, choice: 'keep' })
      const journal = state.openJournal()
      try {
        const tally = await runBackfill({
          ...readingOptions(source, flags, around),
          plan,
          journal,
          choice: 'keep',
          openSink: (slice) =>
            new DumpSink({
              directory: flags.out,
              database: plan.source.database,
              slice,
              rejected: around.rejected,
            }),
          fileOf: dumpFileOf,
        })
        return summariseRun('hyperbyte.backfill.dump/1', tally, around)
      } finally {
        journal.close()
      }
    })
  })
}
