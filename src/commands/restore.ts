/** A backup set back into a database. */

import { tmpdir } from 'node:os'
import { Flags, type Interfaces } from '@oclif/core'
import { paceFlags, repoFlags, selectionFlags, toSelectionFlags } from '../cli/backup-flags.js'
import { BaseCommand } from '../cli/base-command.js'
import { exitCode } from '../cli/exit-codes.js'
import { type OpenDirectoryOptions, targetFlags, withDirectory, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { parseShareFlag } from '../cli/parse-share-flag.js'
import { parseTimeFlag } from '../cli/parse-time-flag.js'
import { formatBytes, formatCount, formatSeconds } from '../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../cli/progress/progress-reporter.js'
import { runInterruptible } from '../cli/run-interruptible.js'
import type { HttpClient } from '../client/http-client.js'
import type { Target } from '../client/target.js'
import type { DirectoryTarget } from '../daemon/directory-target.js'
import type { Checkpoint } from '../engine/index.js'
import type { SetChoice } from '../operations/restore/choose-set.js'
import type { RestoreDirectoryOptions, RestoreOutcome } from '../operations/restore/restore-directory.js'
import type { RestoreRowsOutcome } from '../operations/restore/restore-rows.js'

export default class Restore extends BaseCommand {
  static override summary = 'Put a backup back'
  static override description =
    `Into a data directory that no server has (--into): files are copied as they are, put together next to what is there, checked, and moved into place at the end; what is replaced is removed last.

Into a running server (--host) or a stopped database that has other data (--data-dir): the rows are written, then continuous queries and subscriptions are made. The set is put together in --temp-dir first. With --if-exists replace the old database is backed up to the repository before it is dropped, and that set is removed when all is well. Users come back only with --into: of their passwords a backup knows hashes.

A restore that was cut off goes on when it is run again.

EXIT CODES
  0 done   2 wrong flags   3 something was left out: rows older than the policy keeps, users   4 server unreachable   5 not allowed
  6 no such repository, set or database   7 the target holds something; a set of a newer format   8 the set is damaged
  9 a server has the directory, or somebody prunes the repository   11 not enough space`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --into /var/lib/hyperbyte',
    'One database under another name:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --into ./copy --database a --to-database b',
    'Into a running server, over what is there:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --host http://127.0.0.1:8086 --database a --if-exists merge',
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
    into: Flags.string({
      exclusive: ['host', 'data-dir', 'unix-socket'],
      helpGroup: 'WHERE',
      helpValue: 'DIR',
      summary: 'Data directory to restore into, empty or to be replaced.',
    }),
    'temp-dir': Flags.string({
      helpGroup: 'WHERE',
      helpValue: 'DIR',
      summary: "Where the set is put together before its rows are written [default: the system's].",
    }),
    'if-exists': Flags.option({ options: ['fail', 'merge', 'replace'] as const })({
      default: 'fail' as const,
      helpGroup: 'HOW',
      summary: 'When there is a database already; merge: what is restored wins.',
    }),
    verify: Flags.boolean({
      default: true,
      allowNo: true,
      helpGroup: 'HOW',
      summary:
        'Open the restored database before it takes its place; where rows are written, compare how many values each field has on each day.',
    }),
    'read-data': Flags.custom<number>({ parse: parseShareFlag })({
      exclusive: ['into'],
      helpGroup: 'HOW',
      helpValue: 'SHARE',
      summary: 'Share of the written rows to read back and compare value by value: 10% or 1/10.',
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
    ...targetFlags,
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(Restore)
    const [{ BytePace }, { toSelection }, { openStore }] = await Promise.all([
      import('../operations/backup/byte-pace.js'),
      import('../operations/backup/selection.js'),
      import('../operations/backup/store/open-store.js'),
    ])
    const selection = toSelection(toSelectionFlags(flags))
    const store = await openStore(flags.repo, process.env)
    const progress = ProgressReporter.fromFlags(flags)
    try {
      const outcome = await runInterruptible(
        () => 'run the same command again, with --resume to keep to the same set',
        async (signal) => {
          const parts: RestoreParts = {
            store,
            choice: toChoice(flags),
            selection,
            renames: { database: flags['to-database'] ?? null, retentionPolicy: flags['to-rp'] ?? null },
            isResumed: flags.resume,
            isVerified: flags.verify,
            isDryRun: flags['dry-run'],
            jobCount: flags.jobs,
            waitLockMs: flags['wait-lock'],
            pace: new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal }),
            withEngine: (dataDir, run) => withDirectory(dataDir, ({ engine }) => run(engine), PASSING_THROUGH),
          }
          return flags.into === undefined ? await this.#writeRows(flags, parts) : await fillDirectory(flags, parts)
        },
      )
      progress.finish({ set: outcome.set, bytes: outcome.bytes })
      if (isPartial(outcome)) process.exitCode = exitCode('partial')
      if (!flags.quiet) this.log(describe(outcome, flags['dry-run']))
      return toDocument(outcome, flags['dry-run'])
    } finally {
      progress.finish()
    }
  }

  async #writeRows(flags: RestoreFlags, parts: RestoreParts): Promise<Told> {
    if (flags.host === undefined && flags['data-dir'] === undefined && flags['unix-socket'] === undefined) {
      throw new OperationError('there is nowhere to restore to', {
        exit: 'usage',
        hint: '--into DIR for a directory, --host URL for a running server',
      })
    }
    const [{ restoreRows }, { createBackup }, { Repository }] = await Promise.all([
      import('../operations/restore/restore-rows.js'),
      import('../operations/backup/create-backup.js'),
      import('../operations/backup/repository/repository.js'),
    ])
    return await withTarget(flags, async (target) => {
      const rowOutcome = await restoreRows({
        ...parts,
        target,
        ifExists: flags['if-exists'],
        stageIn: flags['temp-dir'] ?? tmpdir(),
        readShare: flags['read-data'] ?? 0,
        now: () => BigInt(Date.now()) * 1_000_000n,
        safeguard: async (databases) => {
          const { manifest } = await createBackup({
            ...parts,
            openCheckpoint: await checkpointsOf(target),
            type: 'auto',
            fullEveryMs: Number.POSITIVE_INFINITY,
            selection: { databases, excluded: [], retentionPolicies: null, start: null, end: null },
            verify: 'new',
            compression: 'auto',
            labels: { 'replaced-by-restore': databases.join(' ') },
            program: this.config.version,
          })
          this.note(`what is replaced has been backed up as ${manifest.id}`)
          return manifest.id
        },
        forgetSafeguard: async (id) => (await Repository.open(parts.store)).removeSet(id),
      })
      return { ...rowOutcome, place: target.name, rowOutcome }
    })
  }
}

/** What is put together stays as it was backed up. */
const PASSING_THROUGH: OpenDirectoryOptions = { isCreated: false, engine: { hasHousekeeping: false } }

type RestoreFlags = Interfaces.InferredFlags<typeof Restore.flags>
type RestoreParts = Omit<RestoreDirectoryOptions, 'into' | 'ifExists'>

/** What the command tells; `rowOutcome` when rows were written. */
interface Told extends RestoreOutcome {
  readonly place: string
  readonly rowOutcome: RestoreRowsOutcome | null
}

async function fillDirectory(flags: RestoreFlags, parts: RestoreParts): Promise<Told> {
  const { into = '', 'if-exists': ifExists } = flags
  if (ifExists === 'merge') {
    throw new OperationError('a directory that is filled with files cannot be merged with', {
      exit: 'usage',
      hint: `--data-dir ${into} --if-exists merge writes the rows into it`,
    })
  }
  const { restoreDirectory } = await import('../operations/restore/restore-directory.js')
  return { ...(await restoreDirectory({ ...parts, into, ifExists })), place: into, rowOutcome: null }
}

async function checkpointsOf(target: Target): Promise<() => Promise<Checkpoint>> {
  if (target.kind === 'directory') {
    const { engine } = target as DirectoryTarget
    return () => engine.checkpoint()
  }
  const { RemoteCheckpoint } = await import('../client/remote-checkpoint.js')
  return () => RemoteCheckpoint.open(target as HttpClient)
}

function toChoice({ set, at }: { set: string; at?: bigint }): SetChoice {
  if (at !== undefined) return { kind: 'at', timeNs: at }
  return set === 'latest' ? { kind: 'latest' } : { kind: 'id', id: set }
}

function isPartial({ rowOutcome }: Told): boolean {
  return rowOutcome !== null && (rowOutcome.expiredRows > 0 || rowOutcome.leftOut.length > 0)
}

function describe(told: Told, isDryRun: boolean): string {
  const { set, time, files, bytes, rows, logRecords, replaced, elapsedMs, place, rowOutcome } = told
  const log = logRecords === 0 ? '' : `, and ${formatCount(logRecords)} records of the log`
  const size = `${files} files, ${formatBytes(bytes)}, ${formatCount(rows)} rows${log}`
  if (isDryRun) return describePlan(told, size)
  const lines = [`restored ${set} into ${place} in ${formatSeconds(elapsedMs / 1000)}: ${size}`, `  as of ${time}`]
  if (rowOutcome !== null) lines.push(...describeRows(rowOutcome))
  if (replaced) lines.push('  the database that was there has been replaced')
  return lines.join('\n')
}

function describePlan({ set, time, bytes, replaced, place, rowOutcome }: Told, size: string): string {
  const lines = [`would restore ${set} into ${place}: ${size}`, `  as of ${time}`]
  if (rowOutcome === null) {
    if (replaced) lines.push('  the database there would be replaced')
    return lines.join('\n')
  }
  lines.push(`  needs ${formatBytes(bytes)} in the place of --temp-dir meanwhile`)
  const { databases, existing } = rowOutcome
  if (databases.length > 0) lines.push(`  would write into ${databases.join(', ')}`)
  if (existing !== '') lines.push(`  is there and would be ${replaced ? 'replaced' : 'merged with'}: ${existing}`)
  return lines.join('\n')
}

function describeRows(rows: RestoreRowsOutcome): string[] {
  const { databases, writtenRows, skippedBuckets, expiredRows, leftOut } = rows
  const lines = [`  wrote ${formatCount(writtenRows)} rows into ${databases.join(', ')}`]
  if (skippedBuckets > 0) lines.push('  went on where a restore was cut off')
  if (expiredRows > 0) lines.push(`  left out ${formatCount(expiredRows)} rows that are older than their policy keeps`)
  for (const text of leftOut) lines.push(`  left out ${text}`)
  return lines
}

function toDocument({ place, rowOutcome, elapsedMs, ...outcome }: Told, isDryRun: boolean) {
  return {
    schema: 'hyperbyte.restore/1',
    dry_run: isDryRun,
    target: place,
    set: outcome.set,
    time: outcome.time,
    files: outcome.files,
    bytes: String(outcome.bytes),
    rows: String(outcome.rows),
    log_records: outcome.logRecords,
    reused_files: outcome.reusedFiles,
    replaced: outcome.replaced,
    databases: rowOutcome?.databases ?? null,
    written_rows: rowOutcome === null ? null : String(rowOutcome.writtenRows),
    expired_rows: rowOutcome === null ? null : String(rowOutcome.expiredRows),
    left_out: rowOutcome?.leftOut ?? null,
    resumed: rowOutcome === null ? null : rowOutcome.skippedBuckets > 0,
    elapsed_s: Number((elapsedMs / 1000).toFixed(3)),
  }
}
