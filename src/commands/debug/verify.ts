/** Reads every file and says which are not as they were written. */

import { Flags, type Interfaces } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { type DebugSource, withDebugSource } from '../../cli/debug/debug-source.js'
import { isWantedTable, tableFlags } from '../../cli/debug/table-flags.js'
import { exitCode } from '../../cli/exit-codes.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseShareFlag } from '../../cli/parse-share-flag.js'
import { parseSizeFlag } from '../../cli/parse-size-flag.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import { ProgressReporter, progressFlags } from '../../cli/progress/progress-reporter.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { DebugFile } from '../../client/debug-documents.js'
import { RateLimiter } from '../../operations/rate-limiter.js'

export default class DebugVerify extends BaseCommand {
  static override summary = 'Read every file and check hash, order and number of its rows'
  static override description = `A running server reads its own files, one at a time.

EXIT CODES
  0 all are as they were written   4 server unreachable   5 not an admin   6 no such database
  8 some are not: they are named   9 a server holds the data directory   130 ended with Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --rate 50MiB',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --sample 10%',
  ]
  static override flags = {
    ...targetFlags,
    ...tableFlags,
    sample: Flags.custom<number>({ parse: parseShareFlag })({
      default: 1,
      defaultHelp: async () => '100%',
      helpValue: 'P%',
      summary: 'Read this part of the files, chosen evenly: 10% or 1/10.',
    }),
    rate: Flags.custom<number>({ parse: parseSizeFlag })({
      helpValue: 'SIZE',
      summary: 'Read at most so many bytes per second.',
    }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(DebugVerify)
    return await withDebugSource(flags, async (source) => {
      const all = (await source.ask('manifest')).files.filter((file) => isWantedTable(flags, file))
      const chosen = sample(all, flags.sample)
      const { faults, goneCount } = await this.#readAll(source, chosen, flags)
      const bytes = chosen.reduce((sum, file) => sum + file.bytes, 0)
      const sign = faults.length === 0 ? '✓' : '✗'
      const gone = goneCount === 0 ? '' : `, ${goneCount} merged or expired meanwhile`
      this.log(
        `${sign} ${chosen.length} of ${all.length} files read, ${formatBytes(bytes)}, ${faults.length} bad${gone}`,
      )
      if (faults.length > 0) process.exitCode = exitCode('mismatch')
      return {
        schema: 'hyperbyte.debug.verify/1',
        files: all.length,
        read: chosen.length - goneCount,
        gone: goneCount,
        bytes: String(bytes),
        faults,
      }
    })
  }

  async #readAll(source: DebugSource, files: readonly DebugFile[], flags: VerifyFlags) {
    const limiter = flags.rate === undefined ? null : new RateLimiter(flags.rate)
    const progress = ProgressReporter.fromFlags(flags)
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const faults: { file: string; fault: string }[] = []
    let goneCount = 0
    let done = 0
    try {
      await runInterruptible(
        () => null,
        async (signal) => {
          for (const { id, path, bytes } of files) {
            await limiter?.take(bytes, signal)
            signal.throwIfAborted()
            const { fault, gone } = await source.ask('verify', { id: String(id) })
            done += bytes
            progress.update({ phase: 'verify', unit: 'bytes', done, total, details: [] })
            if (gone) goneCount++
            if (fault === null) continue
            faults.push({ file: path, fault })
            this.log(`✗ ${fault}`)
          }
        },
      )
    } finally {
      progress.finish({ bad: faults.length })
    }
    return { faults, goneCount }
  }
}

type VerifyFlags = Interfaces.InferredFlags<typeof DebugVerify.flags & typeof DebugVerify.baseFlags>

function sample(files: readonly DebugFile[], share: number): DebugFile[] {
  return files.filter((_, index) => Math.ceil((index + 1) * share) > Math.ceil(index * share))
}
