/** The Parquet files that are the database. */

import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { tableFlags, tableParams } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { type ListOptions, listFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import type { DebugFile } from '../../client/debug-documents.js'

export default class DebugManifest extends BaseCommand {
  static override summary = 'List the live files with rows, sizes, times and hashes'
  static override description = `EXIT CODES
  0 done   4 server unreachable   5 not an admin   6 no such database or data directory   9 a server holds it`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --db telegraf --measurement cpu',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --json',
  ]
  static override flags = { ...targetFlags, ...tableFlags, ...listFlags }

  async run() {
    const { flags } = await this.parse(DebugManifest)
    const { files } = await withDebugSource(flags, (source) => source.ask('manifest', tableParams(flags)))
    this.log(files.length === 0 ? 'no files' : renderFiles(files, flags))
    return { schema: 'hyperbyte.debug.manifest/1', files }
  }
}

function renderFiles(files: readonly DebugFile[], options: ListOptions): string {
  const rows = files.map((file) => [
    String(file.id),
    `${file.database}.${file.retention_policy}.${file.measurement}`,
    file.bucket.slice(0, 16),
    String(file.level),
    String(file.rows),
    formatBytes(file.bytes),
    file.min_time,
    file.max_time,
    [...(file.late ? ['late'] : []), ...(file.hidden > 0 ? [`${file.hidden} deletes`] : [])].join(', '),
    file.sha256.slice(0, 12),
  ])
  const heading = ['#ID', 'TABLE', 'BUCKET', '#LEVEL', '#ROWS', '#SIZE', 'FROM', 'TO', 'NOTES', 'SHA-256']
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  return `${textColumns(heading, rows, options)}\n${files.length} files, ${formatBytes(total)}`
}
