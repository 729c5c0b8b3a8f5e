/** A consistent copy of a database in a repository, made for cron. */

import { resolve } from 'node:path'
import { Flags, type Interfaces } from '@oclif/core'
import {
  keepFlags,
  paceFlags,
  repoFlags,
  selectionFlags,
  toLabels,
  toRetentionRules,
  toSelectionFlags,
} from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { describeFailure } from '../../cli/describe-failure.js'
import { type BackupFigures, writeMetricsFile } from '../../cli/metrics-file.js'
import { type BackupSource, withBackupSource } from '../../cli/open-backup-source.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseDurationFlag } from '../../cli/parse-duration-flag.js'
import { formatBytes, formatSeconds } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import { standBack } from '../../cli/stand-back.js'
import type { BytePace } from '../../operations/backup/byte-pace.js'
import type { CreateOutcome } from '../../operations/backup/create-backup.js'
import type { PruneOutcome } from '../../operations/backup/prune-repository.js'
import type { BlobStore } from '../../operations/backup/store/blob-store.js'

const EXIT_TEXT = `EXIT CODES
  0 done   2 wrong flags   4 server unreachable   5 not allowed   6 no such database, policy, node or repository   7 the place holds something else
  8 bytes are not what was written; no set was made   9 somebody else works on the repository, or a server has the data directory
  11 repository full`

export default class BackupCreate extends BaseCommand {
  static override summary = 'Copy a consistent snapshot of the database to a repository'
  static override description =
    `The set is one point in time, whatever is written meanwhile. Files that never change are stored once, so a backup costs what is new, and still every set restores alone. On the machine of the server, files are copied without it, at a low priority. A backup that was cut off leaves no set; run it again, and it uses what was copied.

A full backup (the first, and one every --full-every) reads again what the repository has already; others trust it, but for what the last \`verify\` found bad.

${EXIT_TEXT}`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb',
    'Nightly from cron, keep two weeks:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --keep-daily 14 --quiet',
    'One database of a stopped server:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --data-dir /var/lib/hyperbyte --database telegraf',
  ]
  static override flags = {
    ...repoFlags,
    ...selectionFlags,
    type: Flags.option({ options: ['auto', 'full', 'incr'] as const })({
      default: 'auto' as const,
      helpGroup: 'HOW',
      summary: 'auto: incremental, with a full one every --full-every.',
    }),
    'full-every': Flags.custom<number>({ parse: parseDurationFlag })({
      default: 7 * 86_400_000,
      defaultHelp: async () => '7d',
      helpGroup: 'HOW',
      helpValue: 'DURATION',
      summary: 'Age of the last full backup that makes the next one full.',
    }),
    verify: Flags.option({ options: ['none', 'new', 'all'] as const })({
      default: 'new' as const,
      helpGroup: 'HOW',
      summary: 'What to read back and compare before the set is made.',
    }),
    ...paceFlags,
    compress: Flags.option({ options: ['auto', 'none'] as const })({
      default: 'auto' as const,
      helpGroup: 'HOW',
      summary: 'Whether log and registry are packed with gzip. Parquet files are packed already.',
    }),
    'from-node': Flags.string({
      helpGroup: 'WHERE',
      helpValue: 'leader|follower|ID',
      summary: 'Take it from this node, or fail [default: whichever answers].',
    }),
    label: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'HOW',
      helpValue: 'K=V',
      summary: 'A note to keep with the set; may be repeated.',
    }),
    'dry-run': Flags.boolean({ default: false, helpGroup: 'HOW', summary: 'Say what would be copied, write nothing.' }),
    ...keepFlags,
    ...targetFlags,
    'metrics-file': Flags.string({
      helpGroup: 'OUTPUT',
      helpValue: 'FILE',
      summary: "Write the outcome there for Prometheus's textfile collector.",
    }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackupCreate)
    try {
      const { created, pruned } = await this.#create(flags)
      await this.#writeMetrics(flags, 0, await toFigures(created))
      if (!flags.quiet) this.log(describe(created, pruned, flags))
      return toDocument(created, pruned, flags)
    } catch (error) {
      await this.#writeMetrics(flags, describeFailure(error).exit, null)
      throw error
    }
  }

  /** That nobody hears of the outcome is no reason to change it. */
  async #writeMetrics(flags: CreateFlags, exit: number, success: BackupFigures['success']): Promise<void> {
    const file = flags['metrics-file']
    if (file === undefined || flags['dry-run']) return
    try {
      await writeMetricsFile(file, { repo: flags.repo, exit, nowMs: Date.now(), success })
    } catch (error) {
      this.trouble(`warning: the metrics file could not be written: ${(error as Error).message}`)
    }
  }

  async #create(flags: CreateFlags): Promise<{ created: CreateOutcome; pruned: PruneOutcome | null }> {
    const [{ BytePace }, { createBackup }, { toSelection }, { openStore }] = await Promise.all([
      import('../../operations/backup/byte-pace.js'),
      import('../../operations/backup/create-backup.js'),
      import('../../operations/backup/selection.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    standBack()
    const selection = toSelection(toSelectionFlags(flags))
    const store = await openStore(flags.repo, process.env)
    const progress = ProgressReporter.fromFlags(flags)
    try {
      return await runInterruptible(
        () => 'run the same command again; what was copied is used',
        async (signal) => {
          const pace = new BytePace({ bytesPerSecond: flags.rate ?? null, progress, signal })
          const created = await withBackupSource(flags, async (source) => {
            const outcome = await createBackup({
              store,
              openCheckpoint: () => openFrom(source, flags['from-node'] ?? null),
              type: flags.type,
              fullEveryMs: flags['full-every'],
              selection,
              jobCount: flags.jobs,
              verify: flags.verify,
              compression: flags.compress,
              labels: toLabels(flags.label),
              waitLockMs: flags['wait-lock'],
              program: this.config.version,
              isDryRun: flags['dry-run'],
              pace,
            })
            if (!flags['dry-run']) await this.#leaveNote(source, outcome, flags.repo)
            return outcome
          })
          const pruned = await this.#prune(flags, pace, store)
          const { id, added } = created.manifest
          progress.finish({ id, added_bytes: added.bytes, pruned_sets: pruned?.removed.length ?? 0 })
          return { created, pruned }
        },
      )
    } finally {
      progress.finish()
    }
  }

  /** The set is made by now: a database that cannot remember it (an older server, a full disk) is worth a warning, no more. */
  async #leaveNote(source: BackupSource, { manifest }: CreateOutcome, repo: string): Promise<void> {
    const [{ dataBytes }, { parseTimeNs }] = await Promise.all([
      import('../../operations/backup/repository/manifest.js'),
      import('../../operations/backup/set-id.js'),
    ])
    const { id, time, type, verified, selection, added } = manifest
    const note = {
      id,
      timeNs: parseTimeNs(time),
      repository: repo.includes('://') ? repo : resolve(repo),
      type,
      verified,
      covers: selection === null ? 'all' : 'part',
      byteCount: dataBytes(manifest),
      addedByteCount: added.bytes,
    } as const
    await source.noteBackup(note).catch((error: Error) => {
      this.note(`warning: the database has no note of this backup: ${error.message}`)
    })
  }

  /** The set is made by now: what keeps old ones from going is worth a warning, no more. */
  async #prune(flags: CreateFlags, pace: BytePace, store: BlobStore): Promise<PruneOutcome | null> {
    const rules = toRetentionRules(flags)
    const { hasRules } = await import('../../operations/backup/plan-retention.js')
    if (!hasRules(rules) || flags['dry-run']) return null
    const { pruneRepository } = await import('../../operations/backup/prune-repository.js')
    try {
      const waitLockMs = flags['wait-lock']
      return await pruneRepository({
        store,
        rules,
        isPartialOnly: false,
        isDryRun: false,
        nowMs: Date.now(),
        waitLockMs,
        pace,
      })
    } catch (error) {
      pace.signal.throwIfAborted()
      const { isExpected, message } = describeFailure(error)
      if (!isExpected) throw error
      pace.warn(`the set is made, but old ones stay: ${message}`)
      return null
    }
  }
}

type CreateFlags = Interfaces.InferredFlags<typeof BackupCreate.flags & typeof BackupCreate.baseFlags>

async function openFrom(source: BackupSource, node: string | null) {
  const { checkNode } = await import('../../operations/backup/check-node.js')
  const checkpoint = await source.openCheckpoint()
  try {
    checkNode(node, checkpoint.info)
    return checkpoint
  } catch (error) {
    await checkpoint.release()
    throw error
  }
}

async function toFigures({ manifest, elapsedMs }: CreateOutcome) {
  const { dataBytes } = await import('../../operations/backup/repository/manifest.js')
  return {
    durationSeconds: elapsedMs / 1000,
    sizeBytes: dataBytes(manifest),
    addedBytes: manifest.added.bytes,
    fileCount: manifest.files.length,
    setTimeMs: Date.parse(manifest.time),
    isFull: manifest.type === 'full',
  }
}

function describe(
  { manifest, newFiles, newFileBytes, newLogBytes, newRegistryBytes, elapsedMs }: CreateOutcome,
  pruned: PruneOutcome | null,
  flags: CreateFlags,
): string {
  const { files, log, type, parent, id } = manifest
  const isDryRun = flags['dry-run']
  const allBytes = files.reduce((sum, { size }) => sum + size, 0)
  const parentText = parent === null ? '' : `  parent ${parent}`
  const verifyText = {
    none: 'nothing was read back',
    new: 'sha-256 of every new file read back',
    all: 'sha-256 of every file read back',
  }
  const lines = [
    `backup ${isDryRun ? '(dry run)' : id}  ${type}${parentText}`,
    `  registry     ${formatBytes(newRegistryBytes)}`,
    `  log          ${formatBytes(newLogBytes)}   (${log.records} records, through ${log.lastSequence})`,
    `  parquet      new ${newFiles} of ${files.length} files   ${formatBytes(newFileBytes)} of ${formatBytes(allBytes)}`,
    isDryRun
      ? `would write ${formatBytes(manifest.added.bytes)} before packing`
      : `done in ${formatSeconds(elapsedMs / 1000)} · ${formatBytes(manifest.added.bytes)} written · verify: ${verifyText[flags.verify]}`,
  ]
  if (pruned !== null) lines.push(`removed ${pruned.removed.length} old sets, ${formatBytes(pruned.removedBytes)}`)
  return lines.join('\n')
}

async function toDocument(created: CreateOutcome, pruned: PruneOutcome | null, flags: CreateFlags) {
  const { manifest, newFiles, newFileBytes, newLogBytes, newRegistryBytes, elapsedMs } = created
  const { dataBytes } = await import('../../operations/backup/repository/manifest.js')
  return {
    schema: 'hyperbyte.backup.create/1',
    id: flags['dry-run'] ? null : manifest.id,
    dry_run: flags['dry-run'],
    repo: flags.repo,
    type: manifest.type,
    parent: manifest.parent,
    time: manifest.time,
    instance: manifest.instance,
    node: manifest.node,
    labels: manifest.labels,
    verified: manifest.verified,
    files: manifest.files.length,
    new_files: newFiles,
    size_bytes: String(dataBytes(manifest)),
    new_file_bytes: String(newFileBytes),
    new_log_bytes: String(newLogBytes),
    new_registry_bytes: String(newRegistryBytes),
    added_bytes: String(manifest.added.bytes),
    log: { flushed: manifest.log.flushedSequence, last: manifest.log.lastSequence, records: manifest.log.records },
    pruned: pruned === null ? null : { sets: pruned.removed, bytes: String(pruned.removedBytes) },
    elapsed_s: Number((elapsedMs / 1000).toFixed(3)),
  }
}
