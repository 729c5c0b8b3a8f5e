/** One set in detail. */

import { Flags } from '@oclif/core'
import { repoFlag } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { formatBytes, formatCount } from '../../cli/progress/format-quantity.js'
import { renderTable, type TableColumn } from '../../cli/render-table.js'
import type { TableContent } from '../../operations/backup/show-set.js'

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
    const { id, time, type, parent, instance, program, labels, log } = manifest
    const labelText = Object.entries(labels).map(([key, value]) => `  ${key}=${value}`)
    this.log(
      [
        `${id}  ${type}${parent === null ? '' : `  parent ${parent}`}${isPinned ? '  pinned' : ''}`,
        `as of ${time}, instance ${instance}, made by ${program}`,
        `log   ${log.records} records behind ${log.flushedSequence}`,
        `check ${check === null ? `none since; ${manifest.verified} read back when it was made` : `${check.isGood ? 'good' : 'BAD'} at ${check.time}, ${formatShare(check.readShare)} read`}`,
        ...(labelText.length === 0 ? [] : [`labels${labelText.join('')}`]),
        renderTable(COLUMNS, tables.map(toRow), { isHeaderShown: true }).trimEnd(),
      ].join('\n'),
    )
    const { files, registry, ...rest } = manifest
    return {
      schema: 'hyperbyte.backup.show/1',
      repo: flags.repo,
      ...rest,
      pinned: isPinned,
      check,
      registry_bytes: String(registry.unpackedSize),
      files: files.length,
      tables: tables.map(({ bytes, rows, ...table }) => ({ ...table, rows: String(rows), bytes: String(bytes) })),
    }
  }
}

function toRow({ database, retentionPolicy, measurement, files, rows, bytes }: TableContent): string[] {
  return [database, retentionPolicy, measurement, String(files), formatCount(rows), formatBytes(bytes)]
}

function formatShare(share: number): string {
  return `${Math.round(share * 100)}%`
}
