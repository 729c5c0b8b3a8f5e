/** All views by name, and the table that is on the screen: after the filter, in the chosen order. */

import { matchesFilter, parseFilter } from '../model/filter.js'
import { type Row, sortRows, type Table } from '../model/table.js'
import { FRESH_LOOK, type TableLook, type TopState, tableKeyOf } from '../model/top-state.js'
import { INFLUXDB_VIEWS, type ViewId } from '../model/view-id.js'
import { dataView } from './data.js'
import { jobsView } from './jobs.js'
import { logView } from './log.js'
import { nodesView } from './nodes.js'
import { overviewView } from './overview.js'
import { queriesView } from './queries.js'
import { raftView } from './raft.js'
import { replicationView } from './replication.js'
import { storageView } from './storage.js'
import type { View } from './view.js'

export const VIEWS: Readonly<Record<ViewId, View>> = {
  overview: overviewView,
  nodes: nodesView,
  replication: replicationView,
  raft: raftView,
  data: dataView,
  queries: queriesView,
  storage: storageView,
  jobs: jobsView,
  log: logView,
}

export interface ShownTable {
  readonly table: Table
  readonly rows: readonly Row[]
  /** Before the filter. */
  readonly rowCount: number
  readonly look: TableLook
  /** -1 when there are no rows. */
  readonly selectedIndex: number
}

export function lookOf(state: TopState): TableLook {
  return state.looks[tableKeyOf(state.view, state.crumbs, state.queryTable)] ?? FRESH_LOOK
}

/** The view cannot be filled from this server. */
export function missingText({ sample, view }: TopState): string | null {
  if (sample?.product !== 'influxdb' || INFLUXDB_VIEWS.has(view)) return null
  return `connected to InfluxDB ${sample.version}: it fills the views 1, 5 and 6 only`
}

export function shownTable(state: TopState): ShownTable {
  const table = VIEWS[state.view].table(state)
  const look = lookOf(state)
  if (missingText(state) !== null) return { table, rows: [], rowCount: 0, look, selectedIndex: -1 }
  const filter = parseFilter(look.filter)
  const kept = filter.length === 0 ? table.rows : table.rows.filter((row) => matchesFilter(filter, row))
  const rows = table.isText ? kept : sortRows(kept, look.sort)
  return { table, rows, rowCount: table.rows.length, look, selectedIndex: indexOfSelected(rows, look, table.isText) }
}

/** The row that was selected, wherever it is now; when it is gone, the one in its place. */
function indexOfSelected(rows: readonly Row[], { selectedId, index }: TableLook, isText: boolean): number {
  const found = isText || selectedId === '' ? -1 : rows.findIndex(({ id }) => id === selectedId)
  return found !== -1 ? found : Math.max(-1, Math.min(index, rows.length - 1))
}
