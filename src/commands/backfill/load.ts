/** A dump, or what `influx_inspect export` wrote, into a server or a data directory. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { hostFlag } from '../../cli/connection-flags.js'
import { importFlags } from '../../cli/import-flags.js'
import { runImportLines } from '../../cli/import-lines-command.js'
import { targetFlags, withTarget } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { resumeCommand } from '../../cli/resume-command.js'

export default class BackfillLoad extends BaseCommand {
  static override summary = 'Load a dump or an export of an InfluxDB 1.x'
  static override description =
    `Reads what \`backfill dump\` wrote (--from-dir) or what \`influx_inspect export\` wrote (--from-export, gzip or not, - is
stdin). Databases and policies are created. With --state the same command goes on after a stop.

EXIT CODES
  0 done   2 wrong flag   3 done, some points were refused   4 target unreachable   5 not allowed   6 no such file
  9 the data directory is in use   11 disk full   130 stopped by Ctrl-C`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from-dir ./dump --host http://new:8086',
    '<%= config.bin %> <%= command.id %> --from-export telegraf.gz --data-dir /var/lib/hyperbyte --state load.json',
    'influx_inspect export -datadir data -waldir wal -out - | <%= config.bin %> <%= command.id %> --from-export - --data-dir ./hb',
  ]
  static override flags = {
    'from-dir': Flags.string({ helpValue: 'DIR', exactlyOne: ['from-dir', 'from-export'], summary: 'A dump.' }),
    'from-export': Flags.string({ helpValue: 'FILE', summary: 'An export; - is stdin.' }),
    ...targetFlags,
    host: hostFlag(['to']),
    'to-database': Flags.string({ helpValue: 'NAME', summary: 'Database to write [default: the same name].' }),
    state: Flags.string({ helpValue: 'FILE', summary: 'Remember there how far it is, and go on from there.' }),
    ...importFlags,
  }

  async run() {
    const { flags } = await this.parse(BackfillLoad)
    const call = {
      schema: 'hyperbyte.backfill.load/1',
      precision: 'ns',
      statePath: flags.state ?? null,
      resume: flags.state === undefined ? null : resumeCommand(process.argv.slice(2)),
    }
    const context = { section: 'dml', database: flags['to-database'] ?? '', retentionPolicy: '' } as const
    const summary =
      flags['from-export'] === undefined
        ? await runImportLines(flags, {
            ...call,
            files: await prepareDump(flags['from-dir']!, flags),
            areStatementsRun: false,
            databaseOverride: flags['to-database'] ?? null,
          })
        : await runImportLines(flags, {
            ...call,
            files: [{ path: flags['from-export'], context }],
            areStatementsRun: true,
            databaseOverride: flags['to-database'] ?? null,
          })
    return this.conclude(summary)
  }
}

type LoadFlags = Parameters<typeof withTarget>[0] & { readonly 'to-database'?: string; readonly 'dry-run': boolean }

/** The dump's files, once the target has its database and policies. */
async function prepareDump(directory: string, flags: LoadFlags) {
  const { StateDirectory } = await import('../../operations/backfill/state-directory.js')
  const { dumpFiles } = await import('../../operations/backfill/dump-files.js')
  const { carryPolicies } = await import('../../operations/backfill/carry-metadata.js')
  const dump = new StateDirectory(directory)
  if (!dump.hasPlan) {
    throw new OperationError(`there is no dump in ${directory}`, {
      exit: 'missing',
      hint: 'hyperbyte backfill dump --out DIR makes one',
    })
  }
  const plan = dump.readPlan()
  const database = flags['to-database'] ?? plan.source.database
  if (!flags['dry-run']) {
    await withTarget(flags, (target) => carryPolicies(target, plan, database), { isCreated: true })
  }
  return dumpFiles(dump, database)
}
