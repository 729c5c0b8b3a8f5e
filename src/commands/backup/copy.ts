/** Sets into another repository, for a second place. */

import { Flags } from '@oclif/core'
import { paceFlags, repoFlags } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'

export default class BackupCopy extends BaseCommand {
  static override summary = 'Copy backup sets to another repository'
  static override description =
    `Only blobs that the other repository lacks are moved, and each is checked on the way. What was cut off goes on when it is run again.

EXIT CODES
  0 done   4 a repository is unreachable   5 not allowed   6 no such repository or set   7 the other place holds something else
  8 a blob is damaged   9 somebody else works on a repository   11 no room`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --to s3://bucket/hb',
    '<%= config.bin %> <%= command.id %> --repo s3://bucket/hb --to ./hb --set latest --rate 50MiB',
  ]
  static override flags = {
    ...repoFlags,
    to: Flags.string({
      required: true,
      helpGroup: 'WHERE',
      helpValue: 'DIR|s3://…',
      summary: 'The other repository; made when there is none.',
    }),
    set: Flags.string({ default: 'all', helpGroup: 'WHAT', helpValue: 'all|latest|ID', summary: 'What to copy.' }),
    ...paceFlags,
    'dry-run': Flags.boolean({ default: false, helpGroup: 'HOW', summary: 'Say what would be copied, write nothing.' }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackupCopy)
    const [{ BytePace }, { copySets }, { openStore }] = await Promise.all([
      import('../../operations/backup/byte-pace.js'),
      import('../../operations/backup/copy-sets.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const [from, to] = [await openStore(flags.repo, process.env), await openStore(flags.to, process.env)]
    const progress = ProgressReporter.fromFlags(flags)
    try {
      const { copied, present, blobs, bytes } = await runInterruptible(
        () => 'run the same command again; what was copied is used',
        (signal) =>
          copySets({
            from,
            to,
            set: flags.set,
            jobCount: flags.jobs,
            waitLockMs: flags['wait-lock'],
            isDryRun: flags['dry-run'],
            pace: new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal }),
          }),
      )
      progress.finish({ sets: copied.length, bytes })
      const verb = flags['dry-run'] ? 'would copy' : 'copied'
      if (!flags.quiet) {
        this.log(
          `${verb} ${copied.length} sets, ${blobs} blobs, ${formatBytes(bytes)}; ${present.length} sets were there`,
        )
      }
      return {
        schema: 'hyperbyte.backup.copy/1',
        repo: flags.repo,
        to: flags.to,
        dry_run: flags['dry-run'],
        copied,
        present,
        blobs,
        bytes: String(bytes),
      }
    } finally {
      progress.finish()
    }
  }
}
