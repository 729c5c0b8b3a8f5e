/** The sets of a repository. */

import { checkDocument, selectionDocument } from '../../cli/backup-documents.js'
import { repoFlag } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'
import { type ListColumn, listFlags, renderList, terminalWidth } from '../../cli/list-table.js'
import { formatAge, formatBytes } from '../../cli/progress/format-quantity.js'
import type { ListedSet } from '../../operations/backup/list-sets.js'
import { formatTimeNs } from '../../operations/backup/set-id.js'

const NOTHING = '–'

export default class BackupList extends BaseCommand {
  static override summary = 'List the backup sets of a repository'
  static override description =
    `Newest first. STATE is verified (what was stored has been read back, then or by \`verify\`), written (it has not), damaged, running, or partial (a backup that never ended). DATA is everything in the set, NEW what the repository did not have before. --wide adds FILES, CHECKED and LABELS.

EXIT CODES
  0 done   2 no such column   4 repository unreachable   5 not allowed   6 no such repository`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb',
    '<%= config.bin %> <%= command.id %> --repo s3://bucket/hb --json',
    'For scripts:\n<%= config.bin %> <%= command.id %> --repo /backup/hb --columns id,state --no-header --sort -new',
  ]
  static override flags = { ...repoFlag, ...listFlags }

  async run() {
    const { flags } = await this.parse(BackupList)
    const [{ listSets }, { Repository }, { openStore }] = await Promise.all([
      import('../../operations/backup/list-sets.js'),
      import('../../operations/backup/repository/repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const repository = await Repository.open(await openStore(flags.repo, process.env))
    const sets = await listSets(repository)
    const columns = columnsOf(flags.repo, Date.now())
    const isNoteShown = sets.some(({ state }) => state === 'partial')
    const shown = isNoteShown ? columns : columns.filter(({ name }) => name !== 'NOTE')
    this.log(renderList(shown, sets, flags, terminalWidth()))
    return {
      schema: 'hyperbyte.backup.list/2',
      repo: flags.repo,
      repository: repository.id,
      sets: sets.map(toDocument),
    }
  }
}

function columnsOf(repo: string, nowMs: number): ListColumn<ListedSet>[] {
  const bytes = (count: number | null) => (count === null ? NOTHING : formatBytes(count))
  const age = (timeMs: number) => formatAge((nowMs - timeMs) / 1000)
  return [
    { name: 'ID', align: 'left', rank: 0, cell: ({ id }) => id },
    { name: 'TYPE', align: 'left', rank: 3, cell: ({ type }) => type ?? NOTHING },
    { name: 'PARENT', align: 'left', rank: 8, cell: ({ head }) => head?.parent ?? NOTHING },
    { name: 'AGE', align: 'right', rank: 1, cell: ({ timeMs }) => age(timeMs), sortKey: ({ timeMs }) => -timeMs },
    {
      name: 'TIME RANGE',
      align: 'left',
      rank: 7,
      cell: ({ range }) => (range === null ? NOTHING : `${formatDay(range.minNs)} → ${formatDay(range.maxNs)}`),
      sortKey: ({ range }) => range?.minNs ?? null,
    },
    {
      name: 'DATA',
      align: 'right',
      rank: 4,
      cell: ({ dataBytes }) => bytes(dataBytes),
      sortKey: ({ dataBytes }) => dataBytes,
    },
    {
      name: 'NEW',
      align: 'right',
      rank: 5,
      cell: ({ addedBytes }) => bytes(addedBytes),
      sortKey: ({ addedBytes }) => addedBytes,
    },
    {
      name: 'FILES',
      align: 'right',
      rank: null,
      cell: ({ head }) => (head === null ? NOTHING : String(head.fileCount)),
      sortKey: ({ head }) => head?.fileCount ?? null,
    },
    {
      name: 'CHECKED',
      align: 'left',
      rank: null,
      cell: ({ check }) =>
        check === null ? NOTHING : `${age(Date.parse(check.time))} ago, ${Math.round(check.readShare * 100)}%`,
      sortKey: ({ check }) => (check === null ? null : -Date.parse(check.time)),
    },
    {
      name: 'LABELS',
      align: 'left',
      rank: null,
      cell: ({ head }) =>
        Object.entries(head?.labels ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
    },
    { name: 'STATE', align: 'left', rank: 0, cell: ({ state }) => state },
    { name: 'PIN', align: 'left', rank: 6, cell: ({ isPinned }) => (isPinned ? 'yes' : '') },
    {
      name: 'NOTE',
      align: 'left',
      rank: 9,
      cell: ({ state }) => (state === 'partial' ? `run: hyperbyte backup prune --repo ${repo} --partial` : ''),
    },
  ]
}

function toDocument({ id, timeMs, state, isPinned, type, head, check, range, dataBytes, addedBytes }: ListedSet) {
  return {
    id,
    time: head?.time ?? new Date(timeMs).toISOString(),
    state,
    pinned: isPinned,
    type,
    parent: head?.parent ?? null,
    instance: head?.instance ?? null,
    labels: head?.labels ?? {},
    selection: selectionDocument(head?.selection ?? null),
    checked: checkDocument(check),
    files: head?.fileCount ?? null,
    size_bytes: dataBytes === null ? null : String(dataBytes),
    added_bytes: addedBytes === null ? null : String(addedBytes),
    min_time: range === null ? null : formatTimeNs(range.minNs),
    max_time: range === null ? null : formatTimeNs(range.maxNs),
  }
}

function formatDay(timeNs: bigint): string {
  return new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 10)
}
