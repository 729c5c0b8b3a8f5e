/** Sets into another repository, for a second place. */

import { Flags } from '@oclif/core'
import { paceFlags, repoFlags } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { exitCode } from '../../cli/exit-codes.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'

export default class BackupCopy extends BaseCommand {
  static override summary = 'Copy backup sets to another repository'
  static override description =
    `Only blobs that the other repository lacks are moved, and each is checked on the way. Sets go oldest first and are whole one by one; what was cut off goes on when it is run again. A damaged set is left out, and the others are copied. Pins stay behind.

EXIT CODES
  0 done   4 a repository is unreachable   5 not allowed   6 no such repository or set   7 the other place holds something else
  8 a set is damaged and was left out   9 somebody else works on a repository   11 no room`
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
    verify: Flags.option({ options: ['none', 'new'] as const })({
      default: 'new' as const,
      helpGroup: 'HOW',
      summary: 'Whether to read back and compare what was written before a set is made.',
    }),
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
      const { copied, present, damaged, blobs, bytes } = await runInterruptible(
        () => 'run the same command again; what was copied is used',
        (signal) =>
          copySets({
            from,
            to,
            set: flags.set,
            jobCount: flags.jobs,
            waitLockMs: flags['wait-lock'],
            isDryRun: flags['dry-run'],
            isReadBack: flags.verify === 'new',
            pace: new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal }),
          }),
      )
      progress.finish({ sets: copied.length, bytes, damaged: damaged.length })
      if (damaged.length > 0) process.exitCode = exitCode('mismatch')
      const verb = flags['dry-run'] ? 'would copy' : 'copied'
      if (!flags.quiet) {
        this.log(
          `${verb} ${copied.length} sets, ${blobs} blobs, ${formatBytes(bytes)}; ${present.length} sets were there`,
        )
      }
      for (const { id, reason } of damaged) this.log(`BAD  ${id}  ${reason}`)
      return {
        schema: 'hyperbyte.backup.copy/1',
        repo: flags.repo,
        to: flags.to,
        dry_run: flags['dry-run'],
        copied,
        present,
        damaged,
        blobs,
        bytes: String(bytes),
      }
    } finally {
      progress.finish()
    }
  }
}
