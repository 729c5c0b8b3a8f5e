/** Is what the repository holds what was written? */

import { Flags } from '@oclif/core'
import { paceFlags, repoFlags } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { exitCode } from '../../cli/exit-codes.js'
import { parseShareFlag } from '../../cli/parse-share-flag.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { Fault, SetReport, VerifyOutcome } from '../../operations/backup/verify-repository.js'

export default class BackupVerify extends BaseCommand {
  static override summary = 'Check that backup sets are what was written'
  static override description =
    `Four stages: the manifest's checksum, the list of files, the hash of every file (or of a share, another one each time), and the content: registry, log to its end, footer of every Parquet file. Names what is bad.

EXIT CODES
  0 all is as it was written   4 repository unreachable   6 no such repository or set   8 something is not   9 somebody prunes the repository`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --all',
    'Weekly from cron, a tenth of the newest set:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --set latest --read-data 1/10 --quiet',
  ]
  static override flags = {
    ...repoFlags,
    set: Flags.string({ helpGroup: 'WHAT', helpValue: 'latest|ID', summary: 'Only this set.', exclusive: ['all'] }),
    all: Flags.boolean({
      default: false,
      helpGroup: 'WHAT',
      summary: 'Every set, and blobs of none; this is the default.',
    }),
    'read-data': Flags.custom<number>({ parse: parseShareFlag })({
      default: 1,
      defaultHelp: async () => '100%',
      helpGroup: 'HOW',
      helpValue: 'SHARE',
      summary: 'Share of the bytes whose hashes are checked: 10% or 1/10.',
    }),
    ...paceFlags,
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackupVerify)
    const [{ BytePace }, { verifyRepository }, { openStore }] = await Promise.all([
      import('../../operations/backup/byte-pace.js'),
      import('../../operations/backup/verify-repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const store = await openStore(flags.repo, process.env)
    const progress = ProgressReporter.fromFlags(flags)
    try {
      const outcome = await runInterruptible(
        () => null,
        (signal) =>
          verifyRepository({
            store,
            setId: flags.set ?? null,
            readShare: flags['read-data'],
            jobCount: flags.jobs,
            waitLockMs: flags['wait-lock'],
            nowMs: Date.now(),
            pace: new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal }),
          }),
      )
      const faults = faultsOf(outcome)
      progress.finish({ faults: faults.length })
      if (faults.length > 0) process.exitCode = exitCode('mismatch')
      if (!flags.quiet || faults.length > 0) this.log(describe(outcome))
      return {
        schema: 'hyperbyte.backup.verify/1',
        repo: flags.repo,
        good: faults.length === 0,
        read_share: flags['read-data'],
        sets: outcome.sets.map(({ id, files, checkedBytes, faults: ofSet }) => ({
          id,
          good: ofSet.length === 0,
          files,
          checked_bytes: String(checkedBytes),
          faults: ofSet,
        })),
        faults: outcome.faults,
      }
    } finally {
      progress.finish()
    }
  }
}

function faultsOf({ sets, faults }: VerifyOutcome): Fault[] {
  return [...sets.flatMap((set) => set.faults), ...faults]
}

function describe({ sets, faults }: VerifyOutcome): string {
  return [...sets.flatMap(describeSet), ...faults.map(describeFault)].join('\n') || 'there are no sets'
}

function describeSet({ id, files, checkedBytes, faults }: SetReport): string[] {
  const word = faults.length === 0 ? 'good' : `BAD, ${faults.length} faults`
  return [`${id}  ${word}  (${files} files, ${formatBytes(checkedBytes)} read)`, ...faults.map(describeFault)]
}

function describeFault({ stage, name, reason }: Fault): string {
  return `  ${stage}: ${name}: ${reason}`
}
