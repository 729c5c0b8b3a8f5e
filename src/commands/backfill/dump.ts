/** A database of an InfluxDB 1.x as files, to be loaded elsewhere or later. */

import { Flags } from '@oclif/core'
import { runDumpCommand } from '../../cli/backfill/run-dump-command.js'
import { BaseCommand } from '../../cli/base-command.js'
import { progressFlags } from '../../cli/progress/progress-reporter.js'
import { paceFlags, scopeFlags, sourceFlags } from '../../cli/source-flags.js'

export default class BackfillDump extends BaseCommand {
  static override summary = 'Write a database of an InfluxDB 1.x to files'
  static override description =
    `For machines that cannot see each other. The files are line protocol, gzip, one for each measurement and shard group, with a
plan and a journal beside them; the same command goes on after a stop. \`backfill load --from-dir\` reads them, and so does
\`influx -import\`.

EXIT CODES
  0 done   2 wrong flag   3 done, some points cannot be spelled   4 source unreachable   5 not allowed
  6 no such database   9 another process writes there   11 disk full   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --source http://old:8086 --database telegraf --out ./dump',
    '<%= config.bin %> <%= command.id %> --source http://old:8086 --database telegraf --start -30d --measurement cpu --out ./dump',
  ]
  static override flags = {
    ...sourceFlags,
    database: Flags.string({ char: 'd', helpGroup: 'SOURCE', helpValue: 'NAME', summary: 'Database to dump.' }),
    ...scopeFlags,
    out: Flags.string({ required: true, helpValue: 'DIR', summary: 'Where to write.' }),
    ...paceFlags,
    ...progressFlags,
  }

  async run() {
    const { flags } = await this.parse(BackfillDump)
    return this.conclude(await runDumpCommand(flags))
  }
}
