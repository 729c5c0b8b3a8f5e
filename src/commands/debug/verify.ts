/** Reads every file and says which are not as they were written. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { withDebugSource } from '../../cli/debug/debug-source.js'
import { isWantedTable, tableFlags } from '../../cli/debug/table-flags.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { parseSizeFlag } from '../../cli/parse-size-flag.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { DebugFile } from '../../client/debug-documents.js'
import { RateLimiter } from '../../operations/rate-limiter.js'

export default class DebugVerify extends BaseCommand {
  static override summary = 'Read every file and check hash, order and number of its rows'
  static override description = `A running server reads its own files, one at a time.

EXIT CODES
  0 all are as they were written   4 server unreachable   5 not an admin   8 some are not: they are named
  9 a server holds the data directory   130 ended with Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --rate 50MiB',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --sample 10%',
  ]
  static override flags = {
    ...targetFlags,
    ...tableFlags,
    sample: Flags.string({ default: '100%', helpValue: 'P%', summary: 'Read this part of the files, chosen evenly.' }),
    rate: Flags.custom<number>({ parse: parseSizeFlag })({
      helpValue: 'SIZE',
      summary: 'Read at most so many bytes per second.',
    }),
  }

  async run() {
    const { flags } = await this.parse(DebugVerify)
    const share = parseShare(flags.sample)
    return await withDebugSource(flags, async (source) => {
      const all = (await source.ask('manifest')).files.filter((file) => isWantedTable(flags, file))
      const chosen = sample(all, share)
      const limiter = flags.rate === undefined ? null : new RateLimiter(flags.rate)
      const faults: { file: string; fault: string }[] = []
      await runInterruptible(
        () => null,
        async (signal) => {
          for (const { id, path, bytes } of chosen) {
            await limiter?.take(bytes, signal)
            signal.throwIfAborted()
            const { fault } = await source.ask('verify', { id: String(id) })
            if (fault === null) continue
            faults.push({ file: path, fault })
            this.log(`✗ ${fault}`)
          }
        },
      )
      const bytes = chosen.reduce((sum, file) => sum + file.bytes, 0)
      this.log(
        `${faults.length === 0 ? '✓' : '✗'} ${chosen.length} of ${all.length} files read, ${formatBytes(bytes)}, ${faults.length} bad`,
      )
      if (faults.length > 0) process.exitCode = exitCode('mismatch')
      return {
        schema: 'hyperbyte.debug.verify/1',
        files: all.length,
        read: chosen.length,
        bytes: String(bytes),
        faults,
      }
    })
  }
}

/** `10%`, `1/10` → 0.1. A `%` has to be escaped in a crontab, a fraction has not. */
function parseShare(text: string): number {
  const [, percent, numerator, denominator] = /^(?:(\d+(?:\.\d+)?)%|(\d+)\/(\d+))$/.exec(text) ?? []
  const share = percent === undefined ? Number(numerator) / Number(denominator) : Number(percent) / 100
  if (share > 0 && share <= 1) return share
  throw new OperationError(`--sample ${text} is no part such as 10% or 1/10`, { exit: 'usage' })
}

function sample(files: readonly DebugFile[], share: number): DebugFile[] {
  return files.filter((_, index) => Math.ceil((index + 1) * share) > Math.ceil(index * share))
}
