/** What merging would do, and with --yes doing it. */

import { BaseCommand } from '../../cli/base-command.js'
import { yesFlag } from '../../cli/confirm-destruction.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { isWantedTable, tableFlags } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import type { DebugMerge } from '../../client/debug-documents.js'

const REASON = {
  level: 'enough files of one level',
  rest: 'the bucket is no longer written to',
  hidden: 'rows of deletes are in it',
} as const satisfies Record<DebugMerge['reason'], string>

export default class DebugCompact extends BaseCommand {
  static override summary = 'Show which files would be merged, and merge them with --yes'
  static override description =
    `--yes brings rows in memory into files first and merges until every bucket is within its bounds, whatever --db or --measurement show.

EXIT CODES
  0 done   4 server unreachable   5 not an admin   9 a server holds the data directory   11 disk full`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --db telegraf',
    '<%= config.bin %> <%= command.id %> --yes --timeout 1h',
  ]
  static override flags = { ...targetFlags, ...tableFlags, ...yesFlag }

  async run() {
    const { flags } = await this.parse(DebugCompact)
    return await withDebugSource(flags, async (source) => {
      const all = (await source.ask('merges')).merges
      const merges = all.filter((merge) => isWantedTable(flags, merge))
      this.log(merges.length === 0 ? 'nothing to merge' : renderMerges(merges))
      const done = flags.yes ? (await source.ask('compact')).merges : null
      if (done !== null) this.log(`merged ${done} times`)
      else if (merges.length > 0) this.note('nothing was changed; add --yes to merge')
      return { schema: 'hyperbyte.debug.compact/1', merges, done }
    })
  }
}

function renderMerges(merges: readonly DebugMerge[]): string {
  const rows = merges.map((merge) => [
    `${merge.database}.${merge.retention_policy}.${merge.measurement}`,
    merge.bucket.slice(0, 16),
    String(merge.files.length),
    String(merge.rows),
    formatBytes(merge.bytes),
    REASON[merge.reason],
  ])
  return textColumns(['TABLE', 'BUCKET', '#FILES', '#ROWS', '#READ', 'WHY'], rows)
}
