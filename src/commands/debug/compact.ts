/** What merging would do, and with --yes doing it. */

import { BaseCommand } from '../../cli/base-command.js'
import { yesFlag } from '../../cli/confirm-destruction.js'
import { type DebugSource, withDebugSource } from '../../cli/debug/debug-source.js'
import { tableFlags, tableParams } from '../../cli/debug/table-flags.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { timeRangeFlags, timeRangeParams } from '../../cli/debug/time-range-flags.js'
import { type ListOptions, listFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'
import { formatBytes, formatSeconds } from '../../cli/progress/format-quantity.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { DebugDoneMerge, DebugMerge, DebugParams } from '../../client/debug-documents.js'

const REASON = {
  level: 'enough files of one level',
  rest: 'the bucket is no longer written to',
  hidden: 'rows of deletes are in it',
} as const satisfies Record<DebugMerge['reason'], string>

export default class DebugCompact extends BaseCommand {
  static override summary = 'Show which files would be merged, and merge them with --yes'
  static override description =
    `Shows the next merge of each bucket that needs one. --yes does these and what follows from them, one after the other, until the buckets that were asked for are within their bounds; rows in memory stay there. A bucket is asked for by --since and --until when a file to be merged has rows in that time.

EXIT CODES
  0 done   4 server unreachable   5 not an admin   6 no such database   9 a server holds the data directory   11 disk full
  130 ended with Ctrl-C: the merges until then are done`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --db telegraf',
    '<%= config.bin %> <%= command.id %> --db telegraf --measurement cpu --until -7d --yes',
  ]
  static override flags = { ...targetFlags, ...tableFlags, ...timeRangeFlags, ...yesFlag, ...listFlags }

  async run() {
    const { flags } = await this.parse(DebugCompact)
    return await withDebugSource(flags, async (source) => {
      const params = { ...tableParams(flags), ...timeRangeParams(flags) }
      const { merges } = await source.ask('merges', params)
      this.log(merges.length === 0 ? 'nothing to merge' : renderMerges(merges, flags))
      const done = flags.yes ? await this.#mergeAll(source, params) : null
      if (done === null && merges.length > 0) this.note('nothing was changed; add --yes to merge')
      return { schema: 'hyperbyte.debug.compact/1', merges, done }
    })
  }

  async #mergeAll(source: DebugSource, params: DebugParams): Promise<DebugDoneMerge[]> {
    const done: DebugDoneMerge[] = []
    await runInterruptible(
      () => 'the same command merges the rest',
      async (signal) => {
        for (;;) {
          signal.throwIfAborted()
          const { merge } = await source.ask('compact', params)
          if (merge === null) return
          done.push(merge)
          this.log(renderDone(merge))
        }
      },
    )
    const read = done.reduce((sum, { bytes }) => sum + bytes, 0)
    const written = done.reduce((sum, { written_bytes: bytes }) => sum + bytes, 0)
    this.log(`✓ ${done.length} merges, ${formatBytes(read)} read, ${formatBytes(written)} written`)
    return done
  }
}

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

function renderDone(merge: DebugDoneMerge): string {
  const { bucket, files, bytes, written_bytes: written, elapsed_s: seconds } = merge
  const sizes = `${formatBytes(bytes)} → ${formatBytes(written)}`
  return `merged ${tableOf(merge)} ${bucket.slice(0, 16)}: ${files.length} files, ${sizes}, ${formatSeconds(seconds)}`
}

function tableOf({ database, retention_policy, measurement }: DebugMerge): string {
  return `${database}.${retention_policy}.${measurement}`
}
