/** The sets of a repository. */

import { repoFlag } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { formatBytes, formatSeconds } from '../../cli/progress/format-quantity.js'
import { renderTable, type TableColumn } from '../../cli/render-table.js'
import type { ListedSet } from '../../operations/backup/list-sets.js'

const COLUMNS: readonly TableColumn[] = [
  { name: 'ID', align: 'left' },
  { name: 'TYPE', align: 'left' },
  { name: 'PARENT', align: 'left' },
  { name: 'AGE', align: 'right' },
  { name: 'TIME RANGE', align: 'left' },
  { name: 'DATA', align: 'right' },
  { name: 'NEW', align: 'right' },
  { name: 'STATE', align: 'left' },
  { name: 'PIN', align: 'left' },
]

export default class BackupList extends BaseCommand {
  static override summary = 'List the backup sets of a repository'
  static override description =
    `Newest first. STATE is verified (what was stored has been read back, then or by \`verify\`), written, damaged or partial.

EXIT CODES
  0 done   4 repository unreachable   5 not allowed   6 no such repository`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb',
    '<%= config.bin %> <%= command.id %> --repo s3://bucket/hb --json',
  ]
  static override flags = { ...repoFlag }

  async run() {
    const { flags } = await this.parse(BackupList)
    const [{ listSets }, { Repository }, { openStore }] = await Promise.all([
      import('../../operations/backup/list-sets.js'),
      import('../../operations/backup/repository/repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const repository = await Repository.open(await openStore(flags.repo, process.env))
    const sets = await listSets(repository)
    const nowMs = Date.now()
    const rows = sets.map((set) => toRow(set, nowMs))
    this.log(renderTable(COLUMNS, rows, { isHeaderShown: true }).trimEnd())
    if (sets.some(({ state }) => state === 'partial')) {
      this.note(`to remove what is partial: hyperbyte backup prune --repo ${flags.repo} --partial --yes`)
    }
    return {
      schema: 'hyperbyte.backup.list/1',
      repo: flags.repo,
      repository: repository.id,
      sets: sets.map(toDocument),
    }
  }
}

function toRow({ id, timeMs, state, isPinned, manifest, range, dataBytes }: ListedSet, nowMs: number): string[] {
  return [
    id,
    manifest?.type ?? '–',
    manifest?.parent ?? '–',
    formatSeconds(Math.max(0, nowMs - timeMs) / 1000),
    range === null ? '–' : `${formatDay(range.minNs)} → ${formatDay(range.maxNs)}`,
    dataBytes === null ? '–' : formatBytes(dataBytes),
    manifest === null ? '–' : formatBytes(manifest.added.bytes),
    state,
    isPinned ? 'yes' : '',
  ]
}

function toDocument({ id, timeMs, state, isPinned, manifest, range, dataBytes }: ListedSet) {
  return {
    id,
    time: manifest?.time ?? new Date(timeMs).toISOString(),
    state,
    pinned: isPinned,
    type: manifest?.type ?? null,
    parent: manifest?.parent ?? null,
    instance: manifest?.instance ?? null,
    labels: manifest?.labels ?? {},
    selection: manifest?.selection ?? null,
    files: manifest?.files.length ?? null,
    size_bytes: dataBytes === null ? null : String(dataBytes),
    added_bytes: manifest === null ? null : String(manifest.added.bytes),
    min_time_ns: range === null ? null : String(range.minNs),
    max_time_ns: range === null ? null : String(range.maxNs),
  }
}

function formatDay(timeNs: bigint): string {
  return new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 10)
}
