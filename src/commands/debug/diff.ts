/** What differs between two servers or directories. */

import { existsSync } from 'node:fs'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { serverFlags } from '../../cli/connection-flags.js'
import { tableFlags } from '../../cli/debug/table-flags.js'
import { timeRangeFlags } from '../../cli/debug/time-range-flags.js'
import { exitCode } from '../../cli/exit-codes.js'
import { withTarget } from '../../cli/open-target.js'
import { runInterruptible } from '../../cli/run-interruptible.js'
import type { Target } from '../../client/target.js'
import { type Difference, diffTargets } from '../../operations/diff/diff-targets.js'

export default class DebugDiff extends BaseCommand {
  static override summary = 'Compare two servers or data directories and name what differs'
  static override description =
    `Compares databases, policies, measurements and field types, then each day of each measurement by the number of its rows and a hash of them, then rows. A side is an address, which may be an InfluxDB's, or the data directory of a stopped server. Reads everything once on both sides unless --since and --until narrow it.

EXIT CODES
  0 both are alike   1 a side failed   4 a server is unreachable   5 not allowed   8 they differ: it is named
  9 a server holds a directory   130 ended with Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> http://old:8086 http://new:8086 --db telegraf --since -7d',
    '<%= config.bin %> <%= command.id %> http://db1:8086 /restored/hyperbyte --level row',
  ]
  static override args = {
    a: Args.string({ required: true, description: 'Address or data directory.' }),
    b: Args.string({ required: true, description: 'The other one.' }),
  }
  static override flags = {
    username: serverFlags.username,
    password: serverFlags.password,
    'password-file': serverFlags['password-file'],
    'token-file': serverFlags['token-file'],
    timeout: serverFlags.timeout,
    'ca-file': serverFlags['ca-file'],
    insecure: serverFlags.insecure,
    db: Flags.string({
      char: 'd',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
      summary: 'Only these databases.',
    }),
    measurement: tableFlags.measurement,
    level: Flags.option({ options: ['metadata', 'bucket', 'row'] as const })({
      default: 'bucket' as const,
      summary: 'How far to look: names and types, days, or the rows of days that differ.',
    }),
    ...timeRangeFlags,
    rows: Flags.integer({ default: 20, min: 1, helpValue: 'N', summary: 'Name at most so many rows of a day.' }),
  }

  async run() {
    const { flags, args } = await this.parse(DebugDiff)
    const onSide = <T>(side: string, run: (target: Target) => Promise<T>) =>
      withTarget({ ...flags, ...(existsSync(side) ? { 'data-dir': side } : { host: [side] }) }, run)
    const report = await onSide(args.a, (a) =>
      onSide(args.b, (b) =>
        runInterruptible(
          () => null,
          (signal) =>
            diffTargets(a, b, {
              level: flags.level,
              databases: flags.db ?? null,
              measurement: flags.measurement ?? null,
              startNs: flags.since ?? null,
              endNs: flags.until ?? null,
              rowCountMax: flags.rows,
              signal,
              onMeasurement: (name) => {
                if (process.stderr.isTTY === true) process.stderr.write(`\r\u001b[K${name}\r`)
              },
            }),
        ),
      ),
    )
    const { differences, measurementCount, rowCounts } = report
    for (const difference of differences) this.log(renderDifference(difference))
    const word = differences.length === 0 ? '✓ no difference' : `✗ ${differences.length} differences`
    this.log(`${word} in ${measurementCount} measurements, ${rowCounts.a} and ${rowCounts.b} rows`)
    if (differences.length > 0) process.exitCode = exitCode('mismatch')
    return {
      schema: 'hyperbyte.debug.diff/1',
      a: args.a,
      b: args.b,
      measurements: measurementCount,
      rows: { a: rowCounts.a, b: rowCounts.b },
      differences,
    }
  }
}

function renderDifference({ level, place, a, b }: Difference): string {
  return `${level.padEnd(11)} ${place}\n  a  ${a ?? '(nothing)'}\n  b  ${b ?? '(nothing)'}`
}
