/** Files into a database: line protocol, exports of InfluxDB, CSV, Parquet, JSON lines. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags, hostFlag } from '../cli/connection-flags.js'
import { FILE_FORMATS, formatOfFile } from '../cli/file-format.js'
import { importFlags } from '../cli/import-flags.js'
import { runImportLines } from '../cli/import-lines-command.js'
import { describeTables, runImportTables } from '../cli/import-tables-command.js'
import { targetFlags } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { requireFlag } from '../cli/require-flag.js'
import { resumeCommand } from '../cli/resume-command.js'
import { TIME_UNITS } from '../operations/transfer/table-mapping.js'

const TABLE = 'CSV, PARQUET, JSONL'

export default class Import extends BaseCommand {
  static override summary = 'Import files: line protocol, InfluxDB exports, CSV, Parquet, JSON lines'
  static override description =
    `The format comes from the name (.lp, .line, .csv, .parquet, .jsonl, .ndjson; each may end in .gz but Parquet) or from --format. Of a
table, columns become fields unless --tags, --map or --timestamp-column say otherwise. With --resume the same command goes
on after a stop; importing twice changes nothing for points with timestamps.

EXIT CODES
  0 all imported   1 more refused than --max-errors   2 wrong flag or mapping   3 some were refused   4 server unreachable
  5 not allowed   6 no such file or database   9 the data directory is in use   11 disk full   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> -d telegraf telegraf.lp.gz --resume --errors-file refused.lp',
    '<%= config.bin %> <%= command.id %> -d iot readings.parquet --measurement readings --tags device,site --timestamp-column ts',
    '<%= config.bin %> <%= command.id %> -d iot readings.csv --measurement readings --map device=tag:dev --map id=skip --schema-only',
  ]
  static override strict = false
  static override args = {
    files: Args.string({ description: 'Files; "-" is stdin, for line protocol only.', required: true }),
  }
  static override flags = {
    ...targetFlags,
    host: hostFlag([]),
    ...databaseFlags,
    format: Flags.option({ options: FILE_FORMATS })({ summary: 'Format of the files [default: by their names].' }),
    precision: Flags.option({ options: ['ns', 'u', 'ms', 's', 'm', 'h'] as const })({
      default: 'ns' as const,
      summary: 'Unit of the timestamps of line protocol.',
    }),
    measurement: Flags.string({
      char: 'm',
      helpGroup: TABLE,
      helpValue: 'NAME',
      summary: 'Measurement of the rows [default: the name of the file].',
    }),
    tags: Flags.string({ helpGroup: TABLE, helpValue: 'A,B', summary: 'Columns that are tags.' }),
    map: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: TABLE,
      helpValue: 'COLUMN=ROLE',
      summary: 'tag:KEY, field:NAME, field:NAME:TYPE, time or skip; may be repeated.',
    }),
    'timestamp-column': Flags.string({
      helpGroup: TABLE,
      helpValue: 'NAME',
      summary: 'The time [default: time, timestamp, …].',
    }),
    'timestamp-unit': Flags.option({ options: TIME_UNITS })({
      default: 'auto' as const,
      helpGroup: TABLE,
      summary: 'Unit of a time that is a number; auto tells it by its size.',
    }),
    'dedup-column': Flags.string({
      helpGroup: TABLE,
      helpValue: 'NAME',
      summary: 'Of rows of one series and time keep the one with the greatest value here.',
    }),
    'schema-only': Flags.boolean({ helpGroup: TABLE, summary: 'Print what columns would become, and stop.' }),
    resume: Flags.boolean({ summary: 'Remember how far it is beside the first file, and go on from there.' }),
    ...importFlags,
  }

  async run() {
    const { flags, argv } = await this.parse(Import)
    const files = argv.map(String)
    const formats = new Set(files.map((file) => flags.format ?? formatOfFile(file)))
    if (formats.size > 1) {
      throw new OperationError('files of several formats in one import', {
        exit: 'usage',
        hint: 'import them one after the other',
      })
    }
    const [format] = formats
    if (flags['schema-only'] && format !== 'line' && format !== 'influx-export') {
      const schema = await describeTables(files, format, flags)
      this.log(schema.text)
      return schema.document
    }
    const isNeeded = format !== 'influx-export'
    const database = isNeeded ? requireFlag<string>(flags.database, '--database NAME') : (flags.database ?? '')
    const place = {
      statePath: flags.resume && files[0] !== '-' ? `${files[0]}.import-state` : null,
      resume: flags.resume ? resumeCommand(process.argv.slice(2)) : null,
      schema: 'hyperbyte.import/1',
    }
    const summary =
      format === 'line' || format === 'influx-export'
        ? await runImportLines(flags, {
            ...place,
            files: files.map((path) => ({
              path,
              context: { section: 'dml', database, retentionPolicy: flags.rp ?? '' },
            })),
            precision: flags.precision,
            areStatementsRun: format === 'influx-export',
            databaseOverride: flags.database ?? null,
          })
        : await runImportTables(flags, { ...place, files, format, database })
    for (const line of summary.lines) this.note(line)
    if (summary.exitCode !== 0) process.exitCode = summary.exitCode
    return summary.document
  }
}
