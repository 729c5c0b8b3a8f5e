/** What merging would do, and with --yes doing it. */

import { Flags, type Interfaces } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { yesFlag } from '../../cli/confirm-destruction.js'
import { type DebugSource, withDebugSource } from '../../cli/debug/debug-source.js'
import { explainBucket, printLevels } from '../../cli/debug/explain-bucket.js'
import { type FollowOptions, followJob, followRunning } from '../../cli/debug/follow-merges.js'
import { tableFlags, tableParams } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { timeRangeFlags, timeRangeParams } from '../../cli/debug/time-range-flags.js'
import { exitCode } from '../../cli/exit-codes.js'
import { type ListOptions, listFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatBytes, formatSeconds } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type {
  DebugBucket,
  DebugDoneMerge,
  DebugMerge,
  DebugMergeJob,
  DebugParams,
  DebugTable,
} from '../../client/debug-documents.js'

const REASON = {
  level: 'enough files of one level',
  rest: 'more than one file, none too large',
  hidden: 'rows of deletes are in it',
} as const satisfies Record<DebugMerge['reason'], string>

export default class DebugCompact extends BaseCommand {
  static override summary = 'Show which files would be merged, and merge them with --yes'
  static override description =
    `Shows the next merge of each bucket that needs one. --yes does these and what follows from them until the buckets that were asked for are within their bounds; rows in memory stay there. A bucket is asked for by --since and --until when a file to be merged has rows in that time.

A server begins and answers at once; the merges are a job that \`hyperbyte top --view jobs\` shows. --wait stays until they are done, and without --yes until those are that are under way. Ctrl-C then ends the job after the merges that have begun. In a data directory they are always waited for.

--explain lists every bucket and says why its files are to be merged or not: a server merges by itself four neighbours of one level while a bucket is written to, and everything that fits into one file once it is at rest.

EXIT CODES
  0 done, or with --yes alone begun   3 some merges failed   4 server unreachable   5 not an admin   6 no such database
  9 a server holds the data directory   11 disk full   130 ended with Ctrl-C: the merges until then are done`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --db telegraf',
    '<%= config.bin %> <%= command.id %> --db telegraf --explain',
    '<%= config.bin %> <%= command.id %> --db telegraf --measurement cpu --until -7d --yes --wait --jobs 2',
    '<%= config.bin %> <%= command.id %> --wait',
  ]
  static override flags = {
    ...targetFlags,
    ...tableFlags,
    ...timeRangeFlags,
    ...yesFlag,
    jobs: Flags.integer({
      default: 1,
      min: 1,
      max: 64,
      helpValue: 'N',
      summary:
        'Merge so many buckets at the same time; a server allows as many as its query engine has threads, at most 4.',
    }),
    wait: Flags.boolean({ summary: 'Stay until the merges that were asked for or are under way are done.' }),
    explain: Flags.boolean({ summary: 'List every bucket and why its files are to be merged or not.' }),
    ...listFlags,
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(DebugCompact)
    return await withDebugSource(flags, async (source) => {
      const params = { ...tableParams(flags), ...timeRangeParams(flags) }
      const buckets = flags.explain ? (await source.ask('buckets', params)).buckets : null
      const { merges, running, jobs_max: jobsMax } = await source.ask('merges', params)
      if (buckets !== null) this.log(renderBuckets(buckets, flags))
      else
        this.log(
          merges.length > 0 ? renderMerges(merges, flags) : `nothing ${running.length > 0 ? 'else ' : ''}to merge`,
        )
      for (const merge of running) this.log(`merging now ${placeOf(merge)}: ${merge.files.length} files`)
      if (flags.jobs > jobsMax) this.note(`${jobsMax} merges at a time is what ${source.name} allows`)
      const job = flags.yes ? await this.#mergeAll(source, params, merges, flags) : null
      if (!flags.yes && flags.wait) await this.#waitForRunning(source, params, flags)
      if (!flags.yes && !flags.wait && merges.length > 0) this.note('nothing was changed; add --yes to merge')
      return { schema: 'hyperbyte.debug.compact/1', merges, running, jobs_max: jobsMax, buckets, job }
    })
  }

  async #mergeAll(
    source: DebugSource,
    params: DebugParams,
    merges: readonly DebugMerge[],
    flags: CompactFlags,
  ): Promise<DebugMergeJob> {
    const { job } = await source.ask('compact', { ...params, jobs: String(flags.jobs) })
    if (source.kind === 'server' && !flags.wait) {
      this.log(
        `merging ${merges.length === 1 ? '1 bucket' : `${merges.length} buckets`} as job ${job.id}, ${job.jobs} at a time`,
      )
      this.note('`hyperbyte top --view jobs` shows how far it is, `hyperbyte debug compact --wait` waits for it')
      return job
    }
    const totalBytes = merges.reduce((sum, { bytes }) => sum + bytes, 0)
    const ended = await this.#follow(source, flags, (options) => followJob(job, totalBytes, options))
    const { merge_count: count, read_bytes: read, written_bytes: written } = ended
    const sign = ended.failures.length === 0 ? '✓' : '✗'
    this.log(
      `${sign} ${count === 1 ? '1 merge' : `${count} merges`}, ${formatBytes(read)} read, ${formatBytes(written)} written`,
    )
    this.#tellFailures([ended])
    return ended
  }

  async #waitForRunning(source: DebugSource, params: DebugParams, flags: CompactFlags): Promise<void> {
    const jobs = await this.#follow(source, flags, (options) => followRunning(params, options))
    this.log('✓ no merge that was under way is left')
    this.#tellFailures(jobs)
  }

  #tellFailures(jobs: readonly DebugMergeJob[]): void {
    for (const { code, error, ...place } of jobs.flatMap(({ failures }) => failures)) {
      const { database, retention_policy, measurement, bucket } = place
      const where = database === null ? '' : `${database}.${retention_policy}.${measurement} ${bucket?.slice(0, 16)}: `
      this.log(`✗ ${where}${error}`)
      process.exitCode = exitCode(code === 'no-space' ? 'no-space' : 'partial')
    }
  }

  async #follow<T>(
    source: DebugSource,
    flags: CompactFlags,
    follow: (options: FollowOptions) => Promise<T>,
  ): Promise<T> {
    const progress = ProgressReporter.fromFlags(flags)
    const onMerge = (merge: DebugDoneMerge): void => this.log(renderDone(merge))
    try {
      return await runInterruptible(
        () => (flags.yes ? 'the same command merges the rest' : null),
        (signal) => follow({ source, progress, signal, onMerge }),
      )
    } finally {
      progress.finish()
    }
  }
}

type CompactFlags = Interfaces.InferredFlags<typeof DebugCompact.flags & typeof DebugCompact.baseFlags>

function renderMerges(merges: readonly DebugMerge[], options: ListOptions): string {
  const rows = merges.map((merge) => [
    tableOf(merge),
    merge.bucket.slice(0, 16),
    String(merge.files.length),
    String(merge.rows),
    formatBytes(merge.bytes),
    REASON[merge.reason],
  ])
  return textColumns(['TABLE', 'BUCKET', '#FILES', '#ROWS', '#READ', '~WHY'], rows, options)
}

function renderBuckets(buckets: readonly DebugBucket[], options: ListOptions): string {
  const rows = buckets.map((bucket) => [
    tableOf(bucket),
    bucket.bucket.slice(0, 16),
    String(bucket.files),
    printLevels(bucket),
    formatBytes(bucket.bytes),
    explainBucket(bucket),
  ])
  return textColumns(['TABLE', 'BUCKET', '#FILES', 'LEVEL×FILES', '#SIZE', '~WHY'], rows, options)
}

function renderDone(merge: DebugDoneMerge): string {
  const { files, bytes, written_bytes: written, elapsed_s: seconds } = merge
  const sizes = `${formatBytes(bytes)} → ${formatBytes(written)}`
  return `merged ${placeOf(merge)}: ${files.length} files, ${sizes}, ${formatSeconds(seconds)}`
}

function placeOf(merge: DebugMerge): string {
  return `${tableOf(merge)} ${merge.bucket.slice(0, 16)}`
}

function tableOf({ database, retention_policy, measurement }: DebugTable): string {
  return `${database}.${retention_policy}.${measurement}`
}
