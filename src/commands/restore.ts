/** A backup set back into a database. */

import { Flags } from '@oclif/core'
import { paceFlags, repoFlags, selectionFlags, toSelectionFlags } from '../cli/backup-flags.js'
import { BaseCommand } from '../cli/base-command.js'
import { withDirectory } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { parseTimeFlag } from '../cli/parse-time-flag.js'
import { formatBytes, formatCount, formatSeconds } from '../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../cli/progress/progress-reporter.js'
import { runInterruptible } from '../cli/run-interruptible.js'
import type { SetChoice } from '../operations/restore/choose-set.js'
import type { RestoreOutcome } from '../operations/restore/restore-directory.js'

export default class Restore extends BaseCommand {
  static override summary = 'Put a backup back'
  static override description =
    `Into a data directory that no server has. Everything is put together next to what is there, checked, and moved into place at the end; what is replaced is removed last. A restore that was cut off goes on when it is run again.

EXIT CODES
  0 done   2 wrong flags   6 no such repository, set or database   7 the target holds something; a set of a newer format
  8 the set is damaged   9 a server has the directory, or somebody prunes the repository   11 not enough space`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --into /var/lib/hyperbyte',
    'One database under another name:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --into ./copy --database a --to-database b',
    'As it was yesterday at noon:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --into ./copy --at 2026-11-19T12:00:00Z --dry-run',
  ]
  static override flags = {
    ...repoFlags,
    set: Flags.string({
      default: 'latest',
      exclusive: ['at'],
      helpGroup: 'WHAT',
      helpValue: 'latest|ID',
      summary: 'The set to restore.',
    }),
    at: Flags.custom<bigint>({ parse: parseTimeFlag })({
      helpGroup: 'WHAT',
      helpValue: 'TIME',
      summary: 'The newest set that is not after this time, and the log from there up to it.',
    }),
    ...selectionFlags,
    'to-database': Flags.string({ helpGroup: 'WHAT', helpValue: 'NAME', summary: 'New name for the one database.' }),
    'to-rp': Flags.string({ helpGroup: 'WHAT', helpValue: 'NAME', summary: 'New name for the one retention policy.' }),
    into: Flags.string({ helpGroup: 'WHERE', helpValue: 'DIR', summary: 'Data directory to restore into.' }),
    'if-exists': Flags.option({ options: ['fail', 'replace'] as const })({
      default: 'fail' as const,
      helpGroup: 'HOW',
      summary: 'When there is a database already.',
    }),
    verify: Flags.boolean({
      default: true,
      allowNo: true,
      helpGroup: 'HOW',
      summary: 'Open the restored database before it takes its place.',
    }),
    resume: Flags.boolean({
      default: false,
      helpGroup: 'HOW',
      summary: 'Go on with the set of a restore that was cut off, even if there is a newer one.',
    }),
    ...paceFlags,
    'dry-run': Flags.boolean({
      default: false,
      helpGroup: 'HOW',
      summary: 'Say what would be restored, write nothing.',
    }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(Restore)
    const { into } = flags
    if (into === undefined) {
      throw new OperationError('there is nowhere to restore to', { exit: 'usage', hint: 'add --into DIR' })
    }
    const [{ BytePace }, { restoreDirectory }, { toSelection }, { openStore }] = await Promise.all([
      import('../operations/backup/byte-pace.js'),
      import('../operations/restore/restore-directory.js'),
      import('../operations/backup/selection.js'),
      import('../operations/backup/store/open-store.js'),
    ])
    const progress = ProgressReporter.fromFlags(flags)
    try {
      const outcome = await runInterruptible(
        () => 'run the same command again, with --resume to keep to the same set',
        async (signal) =>
          await restoreDirectory({
            store: await openStore(flags.repo, process.env),
            into,
            choice: toChoice(flags),
            selection: toSelection(toSelectionFlags(flags)),
            renames: { database: flags['to-database'] ?? null, retentionPolicy: flags['to-rp'] ?? null },
            ifExists: flags['if-exists'],
            isResumed: flags.resume,
            isVerified: flags.verify,
            isDryRun: flags['dry-run'],
            jobCount: flags.jobs,
            waitLockMs: flags['wait-lock'],
            pace: new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal }),
            withEngine: (dataDir, run) => withDirectory(dataDir, ({ engine }) => run(engine)),
          }),
      )
      progress.finish({ set: outcome.set, bytes: outcome.bytes })
      if (!flags.quiet) this.log(describe(outcome, into, flags['dry-run']))
      return toDocument(outcome, into, flags['dry-run'])
    } finally {
      progress.finish()
    }
  }
}

function toChoice({ set, at }: { set: string; at?: bigint }): SetChoice {
  if (at !== undefined) return { kind: 'at', timeNs: at }
  return set === 'latest' ? { kind: 'latest' } : { kind: 'id', id: set }
}

function describe(
  { set, time, files, bytes, rows, replaced, elapsedMs }: RestoreOutcome,
  into: string,
  isDryRun: boolean,
) {
  const size = `${files} files, ${formatBytes(bytes)}, ${formatCount(rows)} rows`
  if (isDryRun)
    return `would restore ${set} into ${into}: ${size}${replaced ? '; the database there would be replaced' : ''}`
  const speed = `${formatSeconds(elapsedMs / 1000)}`
  return `restored ${set} into ${into} in ${speed}: ${size}\n  as of ${time}${replaced ? '\n  the database that was there has been replaced' : ''}`
}

function toDocument({ elapsedMs, ...outcome }: RestoreOutcome, into: string, isDryRun: boolean) {
  return {
    schema: 'hyperbyte.restore/1',
    dry_run: isDryRun,
    into,
    set: outcome.set,
    time: outcome.time,
    files: outcome.files,
    bytes: String(outcome.bytes),
    rows: String(outcome.rows),
    log_records: outcome.logRecords,
    reused_files: outcome.reusedFiles,
    replaced: outcome.replaced,
    elapsed_s: Number((elapsedMs / 1000).toFixed(3)),
  }
}
