/** What is in one Parquet file. */

import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { describeParquetFile, type ParquetDescription, readEveryRow } from '../../cli/debug/describe-parquet-file.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'

export default class DebugParquet extends BaseCommand {
  static override summary = 'Show schema, row groups, statistics and encodings of a Parquet file'
  static override description = `Reads any Parquet file, with a reader of its own, not the one that wrote it.

EXIT CODES
  0 done   6 no such file   8 it is no Parquet file, or with --verify: something in it cannot be read`
  static override examples = [
    '<%= config.bin %> <%= command.id %> /var/lib/hyperbyte/data/telegraf/autogen/cpu/2026-11-20/00_0000002a.parquet',
    '<%= config.bin %> <%= command.id %> export.parquet --verify --json',
  ]
  static override args = { file: Args.string({ required: true, description: 'The file.' }) }
  static override flags = { verify: Flags.boolean({ summary: 'Decode every value, and count the rows.' }) }

  async run() {
    const { flags, args } = await this.parse(DebugParquet)
    const description = await describeParquetFile(args.file)
    this.log(renderDescription(description))
    const fault = flags.verify ? await readEveryRow(args.file, description.rows) : null
    if (flags.verify) this.log(fault === null ? '✓ every value can be read' : `✗ ${fault}`)
    if (fault !== null) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.parquet/1', file: args.file, ...description, fault }
  }
}

function renderDescription({ rows, bytes, created_by, columns, row_groups }: ParquetDescription): string {
  const head = `${rows} rows, ${formatBytes(bytes)}, ${row_groups} row groups, written by ${created_by ?? 'an unknown program'}`
  const table = columns.map((column) => [
    column.name,
    column.type,
    column.encodings.join(' '),
    column.codec,
    formatBytes(column.compressed_bytes),
    formatBytes(column.bytes),
    String(column.nulls ?? '–'),
    column.min ?? '–',
    column.max ?? '–',
    column.bloom_filter ? 'yes' : '',
  ])
  const heading = ['COLUMN', 'TYPE', 'ENCODINGS', 'CODEC', '#STORED', '#PLAIN', '#NULLS', 'MIN', 'MAX', 'BLOOM']
  return `${head}\n${textColumns(heading, table)}`
}
