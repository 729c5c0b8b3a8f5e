/** The write-ahead log, record by record; finds where it is torn, and cuts there. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { yesFlag } from '../../cli/confirm-destruction.js'
import { readLog } from '../../cli/debug/read-log.js'
import { textColumns } from '../../cli/debug/text-columns.js'
import { exitCode } from '../../cli/exit-codes.js'
import { type ListOptions, listShapeFlags } from '../../cli/list-table.js'
import { targetFlags } from '../../cli/open-target.js'
import { OperationError } from '../../cli/operation-error.js'
import { formatBytes } from '../../cli/progress/format-quantity.js'
import type { DebugLog } from '../../client/debug-documents.js'

export default class DebugWal extends BaseCommand {
  static override summary = 'List the records of the log, find where it is damaged, cut it there'
  static override description =
    `Of a stopped server's directory also a log is read that the server would refuse to open. --repair copies the whole log beside itself, then removes everything from the first bad record on: what was acknowledged after it is lost.

EXIT CODES
  0 the log is good, or was repaired   4 server unreachable   5 not an admin   6 no such data directory   8 it is damaged
  9 a server holds the directory`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --from 1 --count 20',
    '<%= config.bin %> <%= command.id %> --type delete',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --repair --yes',
  ]
  static override flags = {
    ...targetFlags,
    ...yesFlag,
    ...listShapeFlags,
    from: Flags.string({ helpValue: 'SEQUENCE', summary: 'List records from this one on.' }),
    count: Flags.integer({
      min: 0,
      max: 10_000,
      helpValue: 'N',
      summary: 'List so many records [default: 20 with --from or --type, else none].',
    }),
    type: Flags.option({ options: ['points', 'delete', 'drop'] as const })({ summary: 'List records of this type.' }),
    repair: Flags.boolean({ dependsOn: ['data-dir'], summary: 'Cut the log at the first bad record, after a copy.' }),
  }

  async run() {
    const { flags } = await this.parse(DebugWal)
    const { from = '0', type } = flags
    if (!/^\d{1,18}$/.test(from)) {
      throw new OperationError(`--from ${from} is no number of a record`, { exit: 'usage' })
    }
    const isListed = flags.from !== undefined || type !== undefined
    const log = await readLog(flags, { from, type, count: flags.count ?? (isListed ? LISTED_COUNT : 0) })
    this.log(renderLog(log, flags))
    const copy = flags.repair ? await this.#repair(flags['data-dir']!, log, flags.yes) : null
    if (log.damage !== null && copy === null) process.exitCode = exitCode('mismatch')
    return { schema: 'hyperbyte.debug.wal/1', ...log, repaired_copy: copy }
  }

  async #repair(dataDir: string, { damage }: DebugLog, isAgreed: boolean): Promise<string | null> {
    if (damage === null) {
      this.note('there is nothing to repair')
      return null
    }
    if (!isAgreed) {
      throw new OperationError(`would remove everything after record ${damage.last_good_sequence}`, {
        exit: 'usage',
        hint: 'add --yes to do it; the log is copied first',
      })
    }
    const { repairLog } = await import('../../engine/index.js')
    const copy = await repairLog(dataDir, new Date().toISOString().replace(/\D/g, '').slice(0, 14))
    this.log(`cut after record ${damage.last_good_sequence}; the old log is in ${copy}`)
    return copy
  }
}

const LISTED_COUNT = 20

function renderLog(log: DebugLog, options: ListOptions): string {
  const rows = log.listed.map((record) => [
    record.sequence,
    record.type,
    formatBytes(record.bytes),
    record.time ?? '–',
    record.database,
    record.retention_policy,
    record.flushed ? 'in files' : '',
  ])
  const table =
    rows.length === 0
      ? ''
      : `${textColumns(['#RECORD', 'TYPE', '#SIZE', 'TIME', 'DATABASE', 'POLICY', 'STATE'], rows, options)}\n`
  const facts = `${log.records} records, ${formatBytes(log.bytes)}; up to ${log.flushed_sequence} in files, last ${log.last_sequence}`
  const { damage } = log
  const word =
    damage === null
      ? '✓ good'
      : `✗ damaged: ${damage.reason}; ${damage.lost_bytes} bytes from there on cannot be used\n  → hyperbyte debug wal --data-dir DIR --repair`
  return `${table}${facts}\n${word}`
}
