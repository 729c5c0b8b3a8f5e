/** Copies an InfluxDB 1.x database into a server or a data directory; running it again goes on where it stopped. */

import { Flags } from '@oclif/core'
import { runBackfillCommand } from '../../cli/backfill/run-backfill-command.js'
import { BaseCommand } from '../../cli/base-command.js'
import { hostFlag } from '../../cli/connection-flags.js'
import { targetFlags } from '../../cli/open-target.js'
import { parseDurationFlag } from '../../cli/parse-duration-flag.js'
import { progressFlags } from '../../cli/progress/progress-reporter.js'
import { paceFlags, scopeFlags, sourceFlags } from '../../cli/source-flags.js'
import { TYPE_CHOICES } from '../../operations/backfill/settle-types.js'

export default class BackfillRun extends BaseCommand {
  static override summary = 'Copy a database from an InfluxDB 1.x'
  static override description =
    `Reads measurement by measurement and shard group by shard group, halving what the source cannot answer. What is done is
kept in --state: the same command again goes on where the last one stopped. Points that are written twice are still the
same points, so nothing is lost or doubled by stopping at any time.

EXIT CODES
  0 done   2 wrong flag   3 done, some points were rejected   4 source or target unreachable   5 not allowed
  6 no such database   7 a field has several types and --on-type-conflict is fail   9 the state or the data directory is
  in use   11 disk full   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --source http://old:8086 --database telegraf --host http://new:8086',
    '<%= config.bin %> <%= command.id %> --plan plan.json --state ./bf --data-dir /var/lib/hyperbyte --errors-file rejected.lp',
    '<%= config.bin %> <%= command.id %> --state ./bf --follow --overlap 10m',
  ]
  static override flags = {
    ...sourceFlags,
    database: Flags.string({ char: 'd', helpGroup: 'SOURCE', helpValue: 'NAME', summary: 'Database to copy.' }),
    ...scopeFlags,
    plan: Flags.string({ helpValue: 'FILE', helpGroup: 'SOURCE', summary: 'A plan saved by `backfill plan`.' }),
    ...targetFlags,
    host: hostFlag(['to']),
    'to-database': Flags.string({ helpValue: 'NAME', summary: 'Database to write [default: the same name].' }),
    state: Flags.string({ default: './hyperbyte-backfill', helpValue: 'DIR', summary: 'Where to keep what is done.' }),
    'on-type-conflict': Flags.option({ options: TYPE_CHOICES })({
      default: 'fail' as const,
      summary:
        'Fields of several types: keep each shard group as it is, make numbers float, give other types a suffix, or skip them.',
    }),
    'errors-file': Flags.string({ helpValue: 'FILE', summary: 'Append rejected points there, with reasons.' }),
    ...paceFlags,
    gzip: Flags.boolean({ summary: 'Compress what is sent to a server.' }),
    users: Flags.boolean({ summary: 'Create the users with new passwords, which go to STATE/new-passwords.' }),
    redo: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'MEASUREMENT[@START..END]',
      summary: 'Copy this again.',
    }),
    follow: Flags.boolean({
      exclusive: ['end'],
      summary: 'Afterwards keep copying what is new, until stopped; also what came in since the last time.',
    }),
    interval: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 30_000,
      defaultHelp: async () => '30s',
      helpValue: 'DURATION',
      summary: 'With --follow: how long to wait between two looks.',
    }),
    overlap: Flags.custom<number>({ parse: parseDurationFlag })({
      default: 600_000,
      defaultHelp: async () => '10m',
      helpValue: 'DURATION',
      summary: 'With --follow: how far back to read each time, for points that come late.',
    }),
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackfillRun)
    return this.conclude(await runBackfillCommand(flags))
  }
}
