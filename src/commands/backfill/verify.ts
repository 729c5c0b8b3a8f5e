/** Is what was copied the same? Ends with 8 when it is not. */

import { Flags } from '@oclif/core'
import { printVerification } from '../../cli/backfill/print-verification.js'
import { openState, stateFlag } from '../../cli/backfill/state-flag.js'
import { BaseCommand } from '../../cli/base-command.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import { sourceFlags, withSource } from '../../cli/source-flags.js'
import { formatTime } from '../../engine/index.js'
import type { Verification } from '../../operations/backfill/verify-backfill.js'

export default class BackfillVerify extends BaseCommand {
  static override summary = 'Compare source and target of a backfill'
  static override description =
    `Compares the number of values of every field in every slice; --sample reads that share of the slices from both sides and
compares times, sums and hashes of every value. Points that were rejected, or that came in after the plan was made, are differences too.

EXIT CODES
  0 the same   2 wrong flag   4 source or target unreachable   5 not allowed   6 no such backfill or database
  8 something differs   9 the data directory is in use   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --state ./bf',
    '<%= config.bin %> <%= command.id %> --state ./bf --sample 100% --json',
  ]
  static override flags = {
    ...sourceFlags,
    ...targetFlags,
    ...stateFlag,
    sample: Flags.string({
      default: '10%',
      helpValue: 'P%',
      summary: 'Share of the slices to compare value by value.',
    }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackfillVerify)
    const { verifyBackfill } = await import('../../operations/backfill/verify-backfill.js')
    const state = await openState(flags.state)
    const plan = state.readPlan()
    const { hosts, dataDir, targetDatabase, choice } = state.readSettings()
    const place = { ...flags, host: hosts === null ? flags.host : [...hosts], 'data-dir': dataDir ?? flags['data-dir'] }
    const sample = parseShare(flags.sample)
    const reporter = ProgressReporter.fromFlags(flags)
    try {
      const outcome = await runInterruptible(
        () => null,
        (signal) =>
          withSource(flags.source ?? plan.source.url, flags, (source) =>
            withTarget(place, (target) =>
              verifyBackfill({ source, target, plan, targetDatabase, choice, sample, progress: reporter, signal }),
            ),
          ),
      )
      reporter.finish({ differences: outcome.differences.length })
      this.log(printVerification(outcome))
      if (outcome.differences.length > 0) process.exitCode = exitCode('mismatch')
      return toDocument(outcome)
    } finally {
      reporter.finish()
    }
  }
}

function toDocument({ sliceCount, readSliceCount, pointCount, differences }: Verification) {
  return {
    schema: 'hyperbyte.backfill.verify/2',
    slices: sliceCount,
    read_slices: readSliceCount,
    points: pointCount,
    differences: differences.map(({ retentionPolicy, measurement, startNs, endNs, field, what, source, target }) => ({
      retention_policy: retentionPolicy,
      measurement,
      start: formatTime(BigInt(startNs)),
      end: formatTime(BigInt(endNs)),
      field,
      what,
      source,
      target,
    })),
  }
}

function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text)
  const share = match === null ? Number.NaN : Number(match[1]) / 100
  if (share >= 0 && share <= 1) return share
  throw new OperationError(`--sample ${text} is no share`, { exit: 'usage', hint: '--sample 10%' })
}
