/** The engine's own counters. */

import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { listFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'

export default class DebugMetrics extends BaseCommand {
  static override summary = "Print the engine's counters"
  static override description = `For monitoring, scrape /metrics of the server instead.

EXIT CODES
  0 done   4 server unreachable   5 not an admin   9 a server holds the data directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --json',
  ]
  static override flags = { ...targetFlags, ...listFlags }

  async run() {
    const { flags } = await this.parse(DebugMetrics)
    const { stats, memory_rss_bytes, uptime_s } = await withDebugSource(flags, (source) => source.ask('server'))
    const all = { ...stats, memory_rss_bytes, ...(uptime_s !== null && { uptime_s }) }
    this.log(
      textColumns(
        ['METRIC', '#VALUE'],
        Object.entries(all).map(([name, value]) => [name, String(value)]),
        flags,
      ),
    )
    return { schema: 'hyperbyte.debug.metrics/2', metrics: all }
  }
}
