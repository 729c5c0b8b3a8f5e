/** A database, or a part of it, as files. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags } from '../cli/connection-flags.js'
import { exitCode } from '../cli/exit-codes.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { parseTimeFlag } from '../cli/parse-time-flag.js'
import { formatCounted, formatSeconds } from '../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../cli/progress/progress-reporter.js'
import { requireFlag } from '../cli/require-flag.js'
import { resumeCommand } from '../cli/resume-command.js'
import { runInterruptible } from '../cli/run-interruptible.js'
import { windowOf } from '../cli/source-flags.js'
import { EXPORT_FORMATS } from '../operations/transfer/export-format.js'

const timeFlag = Flags.custom<bigint>({ parse: parseTimeFlag, helpValue: 'TIME' })

export default class Export extends BaseCommand {
  static override summary = 'Export a database to files: line protocol, CSV, JSON lines, Parquet'
  static override description =
    `Writes a file for each measurement into --out, or for each measurement and day with --partition day; "-" is stdout. Line protocol
carries the directives of \`influx -import\`, which are comments elsewhere, and reads back as the same points.

EXIT CODES
  0 done   2 wrong flag   3 done, some rows cannot be spelled in line protocol   4 server unreachable   5 not allowed
  6 no such database or measurement   9 the data directory is in use   11 disk full   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> -d telegraf --start -7d --out ./telegraf --compress gzip --partition day',
    '<%= config.bin %> <%= command.id %> -d telegraf --measurement cpu --format parquet --out ./cpu --data-dir /var/lib/hyperbyte',
    `<%= config.bin %> <%= command.id %> -d telegraf -m cpu --where "host = 'a'" --format csv --out - > cpu.csv`,
  ]
  static override flags = {
    ...targetFlags,
    ...databaseFlags,
    format: Flags.option({ options: EXPORT_FORMATS })({ default: 'line' as const, summary: 'Format of the files.' }),
    start: timeFlag({ summary: 'Only points at or after this time.' }),
    end: timeFlag({ summary: 'Only points before this time.' }),
    measurement: Flags.string({
      char: 'm',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      summary: 'Only this measurement; may be repeated.',
    }),
    where: Flags.string({ default: '', helpValue: 'CONDITION', summary: 'InfluxQL condition on tags and fields.' }),
    compress: Flags.option({ options: ['none', 'gzip'] as const })({
      default: 'none' as const,
      summary: 'Pack text files.',
    }),
    partition: Flags.option({ options: ['none', 'day'] as const })({
      default: 'none' as const,
      summary: 'A file for each day.',
    }),
    out: Flags.string({ char: 'o', default: '-', helpValue: 'DIR|-', summary: 'Directory, or stdout.' }),
    resume: Flags.boolean({ summary: 'Leave files that are there already.' }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(Export)
    const database = requireFlag(flags.database, '--database NAME')
    const isStdout = flags.out === '-'
    if (isStdout && (flags.format === 'parquet' || flags.partition === 'day' || this.jsonEnabled())) {
      throw new OperationError('this needs a directory', { exit: 'usage', hint: 'add --out DIR' })
    }
    const { exportDatabase } = await import('../operations/transfer/export-database.js')
    const reporter = ProgressReporter.fromFlags(flags)
    const tempDir = mkdtempSync(join(tmpdir(), 'hyperbyte-export-'))
    const startedMs = performance.now()
    try {
      const totals = await runInterruptible(
        () => (isStdout ? null : resumeCommand(process.argv.slice(2), { add: ['--resume'] })),
        (signal) =>
          withTarget(flags, (source) =>
            exportDatabase({
              source,
              database,
              retentionPolicy: flags.rp ?? '',
              measurements: flags.measurement ?? [],
              window: windowOf(flags),
              where: flags.where,
              format: flags.format,
              isCompressed: flags.compress === 'gzip',
              isDaily: flags.partition === 'day',
              directory: isStdout ? null : resolve(flags.out),
              isResumed: flags.resume,
              tempDir,
              progress: reporter,
              signal,
            }),
          ),
      )
      reporter.finish({ rows: totals.rowCount })
      const seconds = (performance.now() - startedMs) / 1000
      const { skippedFileCount } = totals
      const skipped = skippedFileCount === 0 ? '' : `, ${formatCounted(skippedFileCount, 'file')} left as before`
      this.note(
        `exported ${formatCounted(totals.rowCount, 'row')}, ${formatCounted(totals.fileCount, 'file')}${skipped}, ${formatSeconds(seconds)}`,
      )
      if (totals.lostCount > 0) {
        this.trouble(`${totals.lostCount} rows have a name that line protocol cannot spell`)
        process.exitCode = exitCode('partial')
      }
      return {
        schema: 'hyperbyte.export/1',
        rows: totals.rowCount,
        files: totals.fileCount,
        skipped_files: totals.skippedFileCount,
        lost_rows: totals.lostCount,
        elapsed_s: Number(seconds.toFixed(3)),
      }
    } finally {
      reporter.finish()
      rmSync(tempDir, { recursive: true, force: true })
    }
  }
}
