/** View 9: what happened, newest first; behind each row the whole record. */

import type { EventSample } from '../../client/server-sample.js'
import { flexibleColumn, type Row, shownCell, type Table, textCell, textColumn, textTable } from '../model/table.js'
import { crumbOf, type TopState } from '../model/top-state.js'
import { markOf } from '../text/state-mark.js'
import { formatClock } from '../text/units.js'
import { NO_PANELS, type View } from './view.js'

export const logView: View = {
  table: (state) => {
    const crumb = crumbOf(state, 'event')
    return crumb === undefined ? eventTable(state) : textTable(crumb.text.split('\n').map((line) => ` ${line}`))
  },
  above: NO_PANELS,
  below: NO_PANELS,
  open: ({ sample, crumbs }, row) => {
    const event = sample?.events.find(({ sequence }) => String(sequence) === row.id)
    if (crumbs.length > 0 || event === undefined) return null
    return { kind: 'event', id: row.id, title: `record ${row.id}`, text: JSON.stringify(event, null, 2) }
  },
  detail: () => null,
  actions: [],
}

function eventTable({ sample }: TopState): Table {
  return {
    columns: [
      textColumn('time', 'TIME', 8),
      textColumn('level', 'LEVEL', 7),
      textColumn('kind', 'KIND', 11, 2),
      textColumn('node', 'NODE', 10, 3),
      flexibleColumn('text', 'WHAT', 16),
    ],
    rows: [...(sample?.events ?? [])]
      .reverse()
      .map((event) => ({ id: String(event.sequence), cells: eventCells(event) })),
    emptyText: 'nothing has happened yet',
    isText: false,
  }
}

function eventCells(event: EventSample): Row['cells'] {
  const { sign, tone } = markOf(event.level)
  return {
    time: shownCell(formatClock(event.time), event.time, 'dim'),
    level: { text: `${sign} ${event.level}`, value: event.level, tone },
    kind: textCell(event.kind),
    node: textCell(event.node),
    text: textCell(event.text),
  }
}
