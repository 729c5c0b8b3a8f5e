/** Takes old sets, remains of failed backups and unneeded blobs out of a repository. */

import { Flags } from '@oclif/core'
import { keepFlags, repoFlags, toRetentionRules } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { yesFlag } from '../../cli/confirm-destruction.js'
import { OperationError } from '../../cli/operation-error.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { PruneOutcome } from '../../operations/backup/prune-repository.js'

export default class BackupPrune extends BaseCommand {
  static override summary = 'Remove backup sets that are no longer to be kept'
  static override description =
    `Says what would go, and removes it with --yes. A set stays when any rule keeps it; pinned sets and the newest one always stay. The rules hold for each database, and each selection of one, by itself; as with restic's forget, a rule that has not found its number keeps the oldest set too. Backups that never ended and blobs that no set needs go as well; with --partial nothing else does.

EXIT CODES
  0 done, or shown   2 no rule given   6 no such repository   8 a manifest that would stay is damaged   9 somebody else works on the repository`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --keep-daily 14 --keep-weekly 8',
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --keep-daily 14 --keep-weekly 8 --yes',
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --partial --yes',
  ]
  static override flags = {
    ...repoFlags,
    ...keepFlags,
    partial: Flags.boolean({ default: false, summary: 'Only what failed backups left behind.' }),
    ...progressFlags,
    yes: { ...yesFlag.yes, default: false, summary: 'Remove it.' },
  }

  async run() {
    const { flags } = await this.parse(BackupPrune)
    const rules = toRetentionRules(flags)
    const [{ BytePace }, { hasRules }, { pruneRepository }, { openStore }] = await Promise.all([
      import('../../operations/backup/byte-pace.js'),
      import('../../operations/backup/plan-retention.js'),
      import('../../operations/backup/prune-repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    if (!flags.partial && !hasRules(rules)) {
      throw new OperationError('nothing says which sets to keep', {
        exit: 'usage',
        hint: '--keep-daily 14, or --partial for what failed backups left',
      })
    }
    const store = await openStore(flags.repo, process.env)
    const progress = ProgressReporter.fromFlags(flags)
    let outcome: PruneOutcome
    try {
      outcome = await runInterruptible(
        () => 'run the same command again',
        (signal) =>
          pruneRepository({
            store,
            rules,
            isPartialOnly: flags.partial,
            isDryRun: !flags.yes,
            nowMs: Date.now(),
            waitLockMs: flags['wait-lock'],
            pace: new BytePace({ bytesPerSecond: null, progress, signal }),
          }),
      )
      progress.finish({ sets: outcome.removed.length + outcome.partial.length, bytes: outcome.removedBytes })
    } finally {
      progress.finish()
    }
    if (!flags.quiet) this.log(describe(outcome, flags.yes))
    const { kept, removed, partial, removedBlobs, removedBytes } = outcome
    return {
      schema: 'hyperbyte.backup.prune/1',
      repo: flags.repo,
      done: flags.yes,
      kept,
      removed,
      partial,
      blobs: removedBlobs,
      bytes: String(removedBytes),
    }
  }
}

function describe({ kept, removed, partial, removedBlobs, removedBytes }: PruneOutcome, isDone: boolean): string {
  const lines = [
    ...kept.map(({ id, reasons }) => `keep    ${id}  ${reasons.join(', ')}`),
    ...removed.map((id) => `remove  ${id}`),
    ...partial.map((id) => `remove  ${id}  partial`),
    `${isDone ? 'removed' : 'would remove'} ${removed.length + partial.length} sets and ${removedBlobs} blobs, ${formatBytes(removedBytes)}`,
  ]
  if (!isDone && removed.length + partial.length + removedBlobs > 0) lines.push('add --yes to do it')
  return lines.join('\n')
}
