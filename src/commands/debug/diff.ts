/** What differs between two servers or directories. */

import { existsSync } from 'node:fs'
import { Args, Flags, type Interfaces } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { debugSourceOf } from '../../cli/debug/debug-source.js'
import { tableFlags } from '../../cli/debug/table-flags.js'
import { timeRangeFlags } from '../../cli/debug/time-range-flags.js'
import { exitCode } from '../../cli/exit-codes.js'
import { withTarget } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import { ClientError } from '../../client/client-error.js'
import type { DebugFile } from '../../client/debug-documents.js'
import type { Target } from '../../client/target.js'
import { copyDifferences } from '../../operations/diff/copy-differences.js'
import type { FileDifference } from '../../operations/diff/diff-files.js'
import {
  type Difference,
  type DifferingPart,
  type DiffLevel,
  type DiffReport,
  diffTargets,
} from '../../operations/diff/diff-targets.js'
import { RateLimiter } from '../../operations/rate-limiter.js'

export default class DebugDiff extends BaseCommand {
  static override summary = 'Compare two servers or data directories and name what differs'
  static override description =
    `Compares databases, policies, measurements and field types, then each day of each measurement by the number of its rows and a hash of them, then rows. A side is an address, which may be an InfluxDB's, or the data directory of a stopped server. Reads everything once on both sides unless --since and --until narrow it.

Both sides are read in pieces, one query at a time on each; a piece that a server stops comes again in halves, and one that has no time is asked again. What was compared does not depend on that.

--level file also names the Parquet files that only one side has. Two databases may hold the same rows in other files, because they flush and merge at different times: that is told, and is no difference.

--fix takes the first side as right: on days that differ, and for measurements that the second does not have, it writes every row of the first to the second, then compares again. Rows that only the second has stay; databases and policies that it does not have are not made.

EXIT CODES
  0 both are alike, or with --fix --yes have become so   1 a side failed   4 a server is unreachable   5 not allowed
  6 no such database or directory   8 they differ: it is named   9 a server holds a directory   130 ended with Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> http://old:8086 http://new:8086 --db telegraf --since -7d',
    '<%= config.bin %> <%= command.id %> http://db1:8086 /restored/hyperbyte --level row',
    '<%= config.bin %> <%= command.id %> /var/lib/hyperbyte /restored/hyperbyte --level file',
    '<%= config.bin %> <%= command.id %> http://db1:8086 http://db2:8086 --rate 200000 --progress plain',
    '<%= config.bin %> <%= command.id %> http://db1:8086 http://db2:8086 --db telegraf --since -7d --fix --yes',
  ]
  static override args = {
    a: Args.string({ required: true, description: 'Address or data directory.' }),
    b: Args.string({ required: true, description: 'The other one.' }),
  }
  static override flags = {
    username: serverFlags.username,
    password: serverFlags.password,
    'password-file': serverFlags['password-file'],
    'token-file': serverFlags['token-file'],
    timeout: serverFlags.timeout,
    'ca-file': serverFlags['ca-file'],
    insecure: serverFlags.insecure,
    db: Flags.string({
      char: 'd',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      summary: 'Only these databases.',
    }),
    measurement: tableFlags.measurement,
    level: Flags.option({ options: ['metadata', 'bucket', 'file', 'row'] as const })({
      default: 'bucket' as const,
      summary: 'How far to look: names and types, days, files as well, or also the rows of days that differ.',
    }),
    ...timeRangeFlags,
    rows: Flags.integer({ default: 20, min: 1, helpValue: 'N', summary: 'Name at most so many rows of a day.' }),
    rate: Flags.integer({ min: 1, helpValue: 'N', summary: 'Read at most so many rows per second from each side.' }),
    fix: Flags.boolean({
      summary: 'Show which rows of the first side would be written to the second; with --yes, do it.',
    }),
    yes: Flags.boolean({ char: 'y', dependsOn: ['fix'], summary: 'Do it without asking.' }),
    ...progressFlags,
  }

  async run() {
    const { flags, args } = await this.parse(DebugDiff)
    const onSide = <T>(side: string, run: (target: Target) => Promise<T>) =>
      withTarget({ ...flags, ...(isPath(side) ? { 'data-dir': side } : { host: [side] }) }, run)
    if (flags.fix && flags.level === 'metadata') {
      throw new OperationError('--fix copies rows, which --level metadata does not look at', { exit: 'usage' })
    }
    const { report, fix } = await onSide(args.a, (a) =>
      onSide(args.b, (b) =>
        runInterruptible(
          () => (flags.fix ? 'the same command copies the rest' : null),
          async (signal) => {
            const report = await this.#compare(a, b, flags, signal)
            return { report, fix: flags.fix ? await this.#fix(a, b, report, flags, signal) : null }
          },
        ),
      ),
    )
    const { differences, files, measurementCount, rowCounts, retryCount } = report
    const left = fix?.remaining ?? differences
    if (left.length > 0) process.exitCode = exitCode('mismatch')
    return {
      schema: 'hyperbyte.debug.diff/1',
      a: args.a,
      b: args.b,
      measurements: measurementCount,
      rows: { a: rowCounts.a, b: rowCounts.b },
      retries: retryCount,
      differences,
      files,
      fix,
    }
  }

  async #compare(a: Target, b: Target, flags: DiffFlags, signal: AbortSignal): Promise<DiffReport> {
    const progress = ProgressReporter.fromFlags(flags)
    const report = await diffTargets(a, b, {
      level: flags.level,
      databases: flags.db ?? null,
      measurement: flags.measurement ?? null,
      startNs: flags.since ?? null,
      endNs: flags.until ?? null,
      rowCountMax: flags.rows,
      limiterOf: () => limiterOf(flags),
      files: await readFiles(a, b, flags.level),
      progress,
      signal,
    }).finally(() => progress.finish())
    const { differences, files, measurementCount, rowCounts, retryCount } = report
    for (const difference of differences) this.log(renderDifference(difference))
    for (const each of files ?? []) if (flags.level === 'file' || each.rows_differ) this.log(renderFiles(each))
    const word = differences.length === 0 ? '✓ no difference' : `✗ ${differences.length} differences`
    this.log(`${word} in ${measurementCount} measurements, ${rowCounts.a} and ${rowCounts.b} rows`)
    if (retryCount > 0) this.log(`  ${retryCount} queries were asked again, which changes nothing in what was compared`)
    const equalCount = files?.filter(({ rows_differ }) => !rows_differ).length ?? 0
    if (equalCount > 0)
      this.log(`  ${equalCount} buckets hold the same rows in other files, which is no difference of data`)
    return report
  }

  /** Shows what would be copied; with `--yes` copies it and compares again. */
  async #fix(a: Target, b: Target, { parts }: DiffReport, flags: DiffFlags, signal: AbortSignal) {
    for (const part of parts) this.log(renderPart(part))
    const described = parts.map(describePart)
    if (!flags.yes) {
      this.note(parts.length === 0 ? 'there is nothing to copy' : 'nothing was changed; add --yes to copy')
      return { parts: described, copied_rows: null, rejected_rows: null, remaining: null }
    }
    const progress = ProgressReporter.fromFlags(flags)
    let done = 0
    try {
      const onRows = (rowCount: number) => {
        done += rowCount
        progress.update({ phase: 'copy', done, total: null, unit: 'rows', details: [] })
      }
      const { rowCount, rejectedCount } = await copyDifferences(a, b, parts, {
        signal,
        onRows,
        limiter: limiterOf(flags),
        warn: (message) => progress.warn(message),
      })
      progress.finish({ copied_rows: rowCount })
      this.log(
        `copied ${rowCount} rows${rejectedCount === 0 ? '' : `, ${rejectedCount} were refused`}; compared again:`,
      )
      const { differences: remaining } = await this.#compare(a, b, flags, signal)
      return { parts: described, copied_rows: rowCount, rejected_rows: rejectedCount, remaining }
    } finally {
      progress.finish()
    }
  }
}

function limiterOf({ rate }: { readonly rate?: number }): RateLimiter | null {
  return rate === undefined ? null : new RateLimiter(rate)
}

/** Whatever looks like a path is one, so that a wrong one is not taken for the name of a host. */
function isPath(side: string): boolean {
  return existsSync(side) || /^\.{0,2}\//.test(side)
}

/** Files of both sides; null when the level does not ask for them or a side has none that it may show. */
async function readFiles(
  a: Target,
  b: Target,
  level: DiffLevel,
): Promise<[readonly DebugFile[], readonly DebugFile[]] | null> {
  if (level === 'metadata' || level === 'bucket') return null
  const filesOf = async (side: Target) => {
    try {
      return (await debugSourceOf(side).ask('manifest')).files
    } catch (error) {
      const isUnasked = error instanceof ClientError && (error.kind === 'unexpected' || error.kind === 'denied')
      if (!isUnasked) throw error
      if (level === 'row') return null
      throw new OperationError(`${side.name} does not show its files: ${error.message}`, {
        exit: error.kind === 'denied' ? 'denied' : 'usage',
        hint: '--level bucket and --level row compare without them',
        cause: error,
      })
    }
  }
  const [filesA, filesB] = await Promise.all([filesOf(a), filesOf(b)])
  return filesA === null || filesB === null ? null : [filesA, filesB]
}

type DiffFlags = Interfaces.InferredFlags<typeof DebugDiff.flags & typeof DebugDiff.baseFlags>

function describePart({ table, range, rowCount, obstacle }: DifferingPart) {
  const { database, policy, measurement } = table
  const place = { database, retention_policy: policy, measurement }
  return { ...place, start: formatBorder(range.startNs), end: formatBorder(range.endNs), rows: rowCount, obstacle }
}

/** Null beyond any point. */
function formatBorder(timeNs: bigint): string | null {
  const isBeyond = timeNs <= -(2n ** 63n) || timeNs >= 2n ** 63n - 1n
  return isBeyond ? null : new Date(Number(timeNs / 1_000_000n)).toISOString()
}

function renderPart(part: DifferingPart): string {
  const { database, retention_policy, measurement, start, end, rows, obstacle } = describePart(part)
  const place = `${database}.${retention_policy}.${measurement} ${start ?? ''}..${end ?? ''}`
  const what = rows === null ? 'every row' : `${rows} rows`
  return obstacle === null ? `fix         ${place}: ${what} of a to b` : `cannot fix  ${place}: ${obstacle}`
}

function renderFiles({ database, retention_policy, measurement, bucket, a, b, ...facts }: FileDifference): string {
  const place = `${database}.${retention_policy}.${measurement} ${bucket.slice(0, 10)}`
  const word = facts.rows_differ ? 'rows differ' : 'same rows, other files'
  const also = facts.same_files === 0 ? '' : `, and ${facts.same_files} that both have`
  const side = (name: string, files: readonly DebugFile[]) =>
    files.length === 0 ? [`  ${name}  (no other file)`] : files.map((file) => `  ${name}  ${renderFile(file)}`)
  return [`file        ${place}: ${word}${also}`, ...side('a', a), ...side('b', b)].join('\n')
}

function renderFile({ path, rows, min_time, max_time, sha256, hidden }: DebugFile): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const deletes = hidden === 0 ? '' : `, ${hidden} deletes hide rows of it`
  return `${name} ${rows} rows ${min_time}..${max_time} sha256 ${sha256.slice(0, 12)}${deletes}`
}

function renderDifference({ level, place, a, b }: Difference): string {
  return `${level.padEnd(11)} ${place}\n  a  ${a ?? '(nothing)'}\n  b  ${b ?? '(nothing)'}`
}
