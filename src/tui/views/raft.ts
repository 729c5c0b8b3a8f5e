/** View 4: who leads, and how far each member of the group has come. */

import type { RaftSample } from '../../client/server-sample.js'
import { flexibleColumn, numberCell, numberColumn, type Table, textCell, textColumn } from '../model/table.js'
import type { TopState } from '../model/top-state.js'
import { type Line, lineOf, span } from '../text/line.js'
import { bar } from '../text/sparkline.js'
import { formatClock } from '../text/units.js'
import { NOTHING_BEHIND, type View } from './view.js'

const BAR_WIDTH = 20

export const raftView: View = {
  table: memberTable,
  above: ({ sample }) => {
    const raft = sample?.raft ?? null
    return raft === null ? [] : [{ shrinkRank: 1, lineCountMin: 1, lines: [...headLines(raft), []] }]
  },
  below: ({ sample }) => {
    const raft = sample?.raft ?? null
    return raft === null ? [] : [{ shrinkRank: 2, lineCountMin: 0, lines: electionLines(raft) }]
  },
  open: NOTHING_BEHIND,
  detail: () => null,
  actions: [],
}

function memberTable({ sample, settings }: TopState): Table {
  const raft = sample?.raft ?? null
  const lastIndex = Math.max(1, ...(raft?.members ?? []).map((member) => member.lastIndex))
  return {
    columns: [
      flexibleColumn('node', 'NODE', 6),
      textColumn('role', 'ROLE', 8),
      textColumn('vote', 'VOTE', 6, 3),
      numberColumn('last', 'LAST', 11),
      numberColumn('applied', 'APPLIED', 11),
      numberColumn('behind', 'BEHIND', 8),
      textColumn('progress', 'APPLIED OF LAST', BAR_WIDTH, 4),
    ],
    rows: (raft?.members ?? []).map(({ id, vote, lastIndex: last, appliedIndex }) => ({
      id,
      cells: {
        node: textCell(id, 'bold'),
        role: textCell(id === raft?.leader ? 'leader' : 'follower'),
        vote: textCell(vote),
        last: numberCell(last, String),
        applied: numberCell(appliedIndex, String),
        behind: numberCell(lastIndex - appliedIndex, String),
        progress: {
          text: bar(appliedIndex / lastIndex, BAR_WIDTH, settings.charts),
          value: appliedIndex / lastIndex,
          tone: 'accent',
        },
      },
    })),
    emptyText: 'single node: there is nobody to elect',
    isText: false,
  }
}

function headLines({ term, leader, commitIndex, snapshotIndex, pendingChange }: RaftSample): Line[] {
  const pair = (title: string, value: string) => [span(` ${title} `, 'dim'), span(value, 'bold'), span('  ')]
  return [
    [
      ...pair('term', String(term)),
      ...pair('leader', leader === '' ? 'nobody' : leader),
      ...pair('commit', String(commitIndex)),
      ...pair('snapshot', String(snapshotIndex)),
      ...pair('pending change', pendingChange === '' ? 'none' : pendingChange),
    ],
  ]
}

function electionLines({ elections }: RaftSample): Line[] {
  if (elections.length === 0) return []
  const recent = elections.slice(-5).reverse()
  return [
    [],
    lineOf(span(' ELECTIONS', 'dim')),
    ...recent.map(({ time, term, leader }) =>
      lineOf(' ', span(formatClock(time), 'dim'), `  term ${term}  ${leader === '' ? 'no leader' : `${leader} leads`}`),
    ),
  ]
}
