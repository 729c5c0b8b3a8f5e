/** View 3: who is how far behind whom. A single node has nobody, and the view says so. */

import {
  flexibleColumn,
  numberCell,
  numberColumn,
  type Table,
  textCell,
  textColumn,
  textTable,
} from '../model/table.js'
import { crumbOf, type TopState } from '../model/top-state.js'
import { formatBytes, formatCount, formatSpan } from '../text/units.js'
import { chartLines } from './chart-panel.js'
import { NO_PANELS, type View } from './view.js'

const LAG_SECONDS_MAX = 60

export const replicationView: View = {
  table: (state) => {
    const crumb = crumbOf(state, 'link')
    return crumb === undefined ? linkTable(state) : linkPage(state, crumb.id)
  },
  above: (state, width) => {
    const crumb = crumbOf(state, 'link')
    const link = state.sample?.replication.find((each) => linkId(each) === crumb?.id)
    if (crumb === undefined || link === undefined) return []
    const lag = { title: 'LAG', name: `lag ${crumb.id}`, value: link.lagSeconds, format: formatSpan } as const
    return [{ shrinkRank: 1, lineCountMin: 0, lines: [...chartLines(state, [{ ...lag, tone: 'accent' }], width), []] }]
  },
  below: NO_PANELS,
  open: (state, row) => (state.crumbs.length === 0 ? { kind: 'link', id: row.id, title: row.id, text: '' } : null),
  detail: () => null,
  actions: [],
}

export function linkId({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${from}→${to}`
}

function linkTable({ sample }: TopState): Table {
  const isSingle = (sample?.nodes.length ?? 0) <= 1
  return {
    columns: [
      flexibleColumn('from', 'FROM', 6),
      textColumn('to', 'TO', 12),
      numberColumn('lag', 'LAG', 7),
      numberColumn('entries', 'ENTRIES', 8),
      numberColumn('bytes', 'BYTES', 8),
      numberColumn('hints', 'HINTS', 7, 2),
      numberColumn('oldest', 'OLDEST HINT', 11, 3),
    ],
    rows: (sample?.replication ?? []).map((link) => ({
      id: linkId(link),
      cells: {
        from: textCell(link.from, 'bold'),
        to: textCell(link.to, 'bold'),
        lag: numberCell(link.lagSeconds, formatSpan, link.lagSeconds > LAG_SECONDS_MAX ? 'warning' : 'plain'),
        entries: numberCell(link.entryCount, formatCount),
        bytes: numberCell(link.byteCount, formatBytes),
        hints: numberCell(link.hintCount, formatCount),
        oldest: numberCell(link.oldestHintSeconds, formatSpan),
      },
    })),
    emptyText: isSingle ? 'single node: there is nothing to replicate to' : 'no replication between these nodes',
    isText: false,
  }
}

function linkPage({ sample }: TopState, id: string): Table {
  const link = sample?.replication.find((each) => linkId(each) === id)
  if (link === undefined) return textTable([], `${id} is gone`)
  return textTable([
    ` lag          ${formatSpan(link.lagSeconds)}`,
    ` not sent     ${formatCount(link.entryCount)} entries, ${formatBytes(link.byteCount)}`,
    ` hints        ${formatCount(link.hintCount)}, the oldest ${formatSpan(link.oldestHintSeconds)} old`,
  ])
}
