/** Files into a database: line protocol, exports of InfluxDB, CSV, Parquet, JSON lines. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../cli/base-command.js'
import { databaseFlags, hostFlag } from '../cli/connection-flags.js'
import { FILE_FORMATS, formatOfFile } from '../cli/file-format.js'
import { importFlags } from '../cli/import-flags.js'
import { runImportLines } from '../cli/import-lines-command.js'
import { describeTables, runImportTables } from '../cli/import-tables-command.js'
import { targetFlags, withTarget } from '../cli/open-target.js'
import { OperationError } from '../cli/operation-error.js'
import { requireFlag } from '../cli/require-flag.js'
import { resumeCommand } from '../cli/resume-command.js'
import { ask } from '../operations/ask.js'
import { quoteName } from '../operations/backfill/influxql-text.js'
import { TIME_UNITS } from '../operations/transfer/table-mapping.js'

const TABLE = 'CSV, PARQUET, JSONL'

/** Flags that say something about one kind of file only, and what to do instead with the other. */
const TABLE_FLAGS = {
  measurement: 'every line names its own',
  tags: 'every line names its own',
  map: 'every line says what is what',
  'timestamp-column': 'times stand at the end of lines',
  'timestamp-unit': '--precision is the unit of their times',
  'dedup-column': 'of lines of one point the last one stays',
  batch: 'they go in bodies of some MB',
  'schema-only': '--dry-run reads and counts without writing',
} as const
const LINE_FLAGS = { precision: '--timestamp-unit is the unit of their times' } as const

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
    files: Args.string({ description: 'Files; "-" is stdin.', required: true }),
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
    batch: Flags.integer({
      min: 2048,
      helpGroup: TABLE,
      helpValue: 'ROWS',
      summary: 'Rows of one request at most [default: by the number of columns].',
    }),
    'schema-only': Flags.boolean({ helpGroup: TABLE, summary: 'Print what columns would become, and stop.' }),
    'create-database': Flags.boolean({ summary: 'Create the database when there is none.' }),
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
    const isTable = format !== 'line' && format !== 'influx-export'
    refuseFlags(isTable ? LINE_FLAGS : TABLE_FLAGS, flags, format)
    if (flags['schema-only']) {
      const schema = await describeTables(files, format, flags)
      this.log(schema.text)
      return schema.document
    }
    const isNeeded = format !== 'influx-export'
    const database = isNeeded ? requireFlag<string>(flags.database, '--database NAME') : (flags.database ?? '')
    if (flags['create-database'] && database !== '' && !flags['dry-run']) {
      await withTarget(flags, (target) => ask(target, `CREATE DATABASE ${quoteName(database)}`), { isCreated: true })
    }
    const place = {
      statePath: flags.resume && files[0] !== '-' ? `${files[0]}.import-state` : null,
      resume: flags.resume ? resumeCommand(process.argv.slice(2)) : null,
      schema: 'hyperbyte.import/1',
    }
    const summary = !isTable
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
    return this.conclude(summary)
  }
}

/** Better no import than another one than was meant. */
function refuseFlags(
  advice: Readonly<Record<string, string>>,
  flags: Readonly<Record<string, unknown>>,
  format: string,
) {
  for (const [name, hint] of Object.entries(advice)) {
    const value = flags[name]
    if (value === undefined || value === false || value === DEFAULTS.get(name)) continue
    throw new OperationError(`--${name} says nothing about files of the format ${format}`, { exit: 'usage', hint })
  }
}

const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['precision', 'ns'],
  ['timestamp-unit', 'auto'],
])
