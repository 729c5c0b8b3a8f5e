/** One set in detail. */

import { Flags } from '@oclif/core'
import { setDocument } from '../../cli/backup-documents.js'
import { repoFlag } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { formatBytes, formatCount, formatSeconds } from '../../cli/progress/format-quantity.js'
import { renderTable, type TableColumn } from '../../cli/render-table.js'
import { dataBytes, type Selection } from '../../operations/backup/repository/manifest.js'
import { formatTimeNs } from '../../operations/backup/set-id.js'
import type { ShownSet, TableContent } from '../../operations/backup/show-set.js'

const COLUMNS: readonly TableColumn[] = [
  { name: 'DATABASE', align: 'left' },
  { name: 'POLICY', align: 'left' },
  { name: 'MEASUREMENT', align: 'left' },
  { name: 'FILES', align: 'right' },
  { name: 'ROWS', align: 'right' },
  { name: 'DATA', align: 'right' },
]

export default class BackupShow extends BaseCommand {
  static override summary = 'Show what a backup set holds'
  static override description =
    `When and how it was made, and what it holds of each measurement. Rows that are only in the log are not counted.

EXIT CODES
  0 done   6 no such repository or set   7 a set of a newer format   8 the set's manifest is damaged`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb',
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --set 20261120T034417Z --json',
  ]
  static override flags = {
    ...repoFlag,
    set: Flags.string({ default: 'latest', helpValue: 'latest|ID', summary: 'The set to show.' }),
  }

  async run() {
    const { flags } = await this.parse(BackupShow)
    const [{ showSet }, { Repository }, { openStore }] = await Promise.all([
      import('../../operations/backup/show-set.js'),
      import('../../operations/backup/repository/repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const repository = await Repository.open(await openStore(flags.repo, process.env))
    const { manifest, tables, check, isPinned } = await showSet(repository, flags.set)
    this.log([...headOf({ manifest, check, isPinned, tables }), renderTables(tables)].join('\n'))
    return {
      schema: 'hyperbyte.backup.show/2',
      repo: flags.repo,
      ...setDocument({ manifest, tables, check, isPinned }),
    }
  }
}

function headOf({ manifest, check, isPinned }: ShownSet): string[] {
  const { id, time, finished, type, parent, instance, program, labels, log, registry, selection, added } = manifest
  const seconds = (Date.parse(finished) - Date.parse(time)) / 1000
  const labelText = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const checkText =
    check === null
      ? `none since; ${READ_BACK[manifest.verified]} when it was made`
      : `${check.isGood ? 'good' : 'BAD'} at ${check.time}, ${formatShare(check.readShare)} read`
  return [
    `${id}  ${type}${parent === null ? '' : `  parent ${parent}`}${isPinned ? '  pinned' : ''}`,
    `as of      ${time}, done ${formatSeconds(Math.max(0, seconds))} later`,
    `database   instance ${instance}, made by hyperbyte ${program}`,
    `holds      ${selection === null ? 'everything' : describeSelection(selection)}`,
    `size       ${formatBytes(dataBytes(manifest))}, of which ${formatBytes(added.bytes)} were new`,
    `registry   ${formatBytes(registry.unpackedSize)}`,
    `log        ${log.records} records behind ${log.flushedSequence}, ${formatBytes(log.unpackedSize)}`,
    `check      ${checkText}`,
    ...(labelText.length === 0 ? [] : [`labels     ${labelText.join('  ')}`]),
  ]
}

const READ_BACK = {
  none: 'nothing was read back',
  new: 'what was new was read back',
  all: 'all was read back',
} as const

function describeSelection({ databases, excluded, retentionPolicies, start, end }: Selection): string {
  const parts = [
    databases === null ? 'all databases' : databases.join(', '),
    excluded.length === 0 ? '' : `but ${excluded.join(', ')}`,
    retentionPolicies === null ? '' : `policy ${retentionPolicies.join(', ')}`,
    start === null ? '' : `from ${formatTimeNs(BigInt(start))}`,
    end === null ? '' : `to ${formatTimeNs(BigInt(end))}`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function renderTables(tables: readonly TableContent[]): string {
  if (tables.length === 0) return 'no files: what it holds is in the log'
  return renderTable(COLUMNS, tables.map(toRow), { isHeaderShown: true }).trimEnd()
}

function toRow({ database, retentionPolicy, measurement, files, rows, bytes }: TableContent): string[] {
  return [database, retentionPolicy, measurement, String(files), formatCount(rows), formatBytes(bytes)]
}

function formatShare(share: number): string {
  return `${Math.round(share * 100)}%`
}
