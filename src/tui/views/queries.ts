/** View 6: what runs now, and what has been asked since the start, by shape of the statement. */

import type { RunningQuerySample, StatementSample } from '../../client/server-sample.js'
import {
  flexibleColumn,
  numberCell,
  numberColumn,
  type Row,
  shownCell,
  type Table,
  textCell,
  textColumn,
  textTable,
} from '../model/table.js'
import {
  type Confirmation,
  type Crumb,
  crumbOf,
  type DetailRequest,
  detailKey,
  type TopState,
} from '../model/top-state.js'
import { lineOf, span } from '../text/line.js'
import { formatBytes, formatClock, formatCount, formatLatency, formatSpan } from '../text/units.js'
import { NO_PANELS, type View } from './view.js'

const SLOW_SECONDS = 60

export const queriesView: View = {
  table: (state) => {
    const crumb = state.crumbs.at(-1)
    if (crumb?.kind === 'explain') return explainPage(state)
    if (crumb?.kind === 'query') return queryPage(state, crumb)
    if (crumb?.kind === 'statement') return statementPage(state, crumb)
    return state.queryTable === 'running' ? runningTable(state) : statementTable(state)
  },
  above: (state) => {
    if (state.crumbs.length > 0) return []
    const isRunning = state.queryTable === 'running'
    const line = lineOf(
      ' ',
      span(`${isRunning ? '▸' : ' '}running ${state.sample?.queries.length ?? 0}`, isRunning ? 'bold' : 'dim'),
      '   ',
      span(`${isRunning ? ' ' : '▸'}statements ${state.sample?.statements.length ?? 0}`, isRunning ? 'dim' : 'bold'),
      span('   t switches', 'dim'),
    )
    return [{ shrinkRank: 2, lineCountMin: 1, lines: [line, []] }]
  },
  below: NO_PANELS,
  open: (state, row) => {
    if (state.crumbs.length > 0) return null
    const kind = state.queryTable === 'running' ? 'query' : 'statement'
    const text = String(row.cells['text'].value)
    return { kind, id: row.id, title: kind === 'query' ? `query ${row.id}` : 'statement', text }
  },
  detail: explainRequest,
  actions: [
    { key: 'K', title: 'kill query', prepare: prepareKill },
    { key: 'e', title: 'explain', prepare: prepareExplain },
  ],
}

function runningTable({ sample }: TopState): Table {
  return {
    columns: [
      numberColumn('id', 'ID', 6),
      numberColumn('age', 'AGE', 8),
      textColumn('db', 'DATABASE', 14, 3),
      textColumn('user', 'USER', 10, 5),
      // Not every server knows who asks.
      ...(sample?.queries.some(({ client }) => client !== '') ? [textColumn('client', 'CLIENT', 21, 7)] : []),
      textColumn('status', 'STATUS', 8, 6),
      numberColumn('rows', 'ROWS', 7, 4),
      numberColumn('memory', 'MEMORY', 8, 2),
      flexibleColumn('text', 'QUERY', 20),
    ],
    rows: (sample?.queries ?? []).map((query) => ({ id: query.id, cells: runningCells(query) })),
    emptyText: 'no query is running',
    isText: false,
  }
}

function runningCells(query: RunningQuerySample): Row['cells'] {
  return {
    id: shownCell(query.id, Number(query.id)),
    age: numberCell(query.ageSeconds, formatLatency, query.ageSeconds > SLOW_SECONDS ? 'warning' : 'plain'),
    db: textCell(query.database),
    user: textCell(query.user),
    client: textCell(query.client),
    status: textCell(query.status),
    rows: numberCell(query.rowCount, formatCount),
    memory: numberCell(query.memoryBytes, formatBytes),
    text: textCell(query.text),
  }
}

function statementTable({ sample }: TopState): Table {
  return {
    columns: [
      numberColumn('calls', 'CALLS', 7),
      numberColumn('total', 'TOTAL', 8, 4),
      numberColumn('mean', 'MEAN', 8),
      numberColumn('p99', 'P99', 8, 2),
      numberColumn('max', 'MAX', 8, 6),
      numberColumn('rows', 'ROWS', 7, 3),
      numberColumn('errors', 'ERRORS', 6, 5),
      textColumn('db', 'DATABASE', 14, 7),
      flexibleColumn('text', 'STATEMENT', 20),
    ],
    rows: (sample?.statements ?? []).map((statement) => ({
      id: `${statement.database} ${statement.fingerprint}`,
      cells: statementCells(statement),
    })),
    emptyText: 'no statement has been run yet',
    isText: false,
  }
}

function statementCells(statement: StatementSample): Row['cells'] {
  return {
    calls: numberCell(statement.callCount, formatCount),
    total: numberCell(statement.totalSeconds, formatLatency),
    mean: numberCell(meanOf(statement), formatLatency),
    p99: numberCell(statement.p99Seconds, formatLatency),
    max: numberCell(statement.maxSeconds, formatLatency),
    rows: numberCell(statement.rowCount, formatCount),
    errors: numberCell(statement.errorCount, formatCount, statement.errorCount > 0 ? 'warning' : 'plain'),
    db: textCell(statement.database),
    text: textCell(statement.fingerprint),
  }
}

function meanOf({ callCount, totalSeconds }: StatementSample): number | null {
  return callCount === 0 ? null : totalSeconds / callCount
}

/** A query that ended meanwhile keeps its text. */
function queryPage({ sample }: TopState, { id, text }: Crumb): Table {
  const query = sample?.queries.find((each) => each.id === id)
  const head =
    query === undefined
      ? [' it has ended']
      : [
          ` running for   ${formatSpan(query.ageSeconds)}`,
          ` database      ${query.database}`,
          ` user          ${query.user === '' ? 'none' : query.user}${query.client === '' ? '' : ` from ${query.client}`}`,
          ` rows          ${formatCount(query.rowCount)}`,
          ` memory        ${formatBytes(query.memoryBytes)}`,
        ]
  return textTable([...head, '', ...statementLines(query?.text ?? text)])
}

function statementPage({ sample }: TopState, { id, text }: Crumb): Table {
  const statement = sample?.statements.find((each) => `${each.database} ${each.fingerprint}` === id)
  const head =
    statement === undefined
      ? [' no longer among the most frequent ones']
      : [
          ` calls         ${statement.callCount}, ${statement.errorCount} of them failed`,
          ` time          mean ${formatLatency(meanOf(statement))}, p99 ${formatLatency(statement.p99Seconds)}, max ${formatLatency(statement.maxSeconds)}, in all ${formatLatency(statement.totalSeconds)}`,
          ` rows          ${formatCount(statement.rowCount)} in all`,
          ` database      ${statement.database}`,
          ` last          ${formatClock(statement.lastAt)} UTC`,
        ]
  return textTable([...head, '', ...statementLines(text)])
}

/** One clause a line. */
function statementLines(text: string): string[] {
  return text
    .replace(/\s+(FROM|WHERE|GROUP BY|ORDER BY|LIMIT|SLIMIT|INTO|fill\()/g, '\n  $1')
    .split('\n')
    .map((line) => ` ${line}`)
}

function prepareKill(state: TopState, row: Row | null): Confirmation | null {
  const crumb = state.crumbs.at(-1)
  const isRow = crumb === undefined && state.queryTable === 'running' && row !== null
  if (!isRow && crumb?.kind !== 'query') return null
  const id = crumb?.id ?? row!.id
  const text = crumb?.text ?? String(row!.cells['text'].value)
  return { title: `kill query ${id}?`, lines: [text], action: { kind: 'kill-query', id } }
}

function prepareExplain(state: TopState, row: Row | null): Crumb | null {
  const crumb = state.crumbs.at(-1)
  const query = crumb?.kind === 'query' ? crumb : null
  const isRow = crumb === undefined && state.queryTable === 'running' && row !== null
  if (query === null && !isRow) return null
  const text = query?.text ?? String(row!.cells['text'].value)
  return /^\s*select/i.test(text) ? { kind: 'explain', id: query?.id ?? row!.id, title: 'plan', text } : null
}

function explainRequest(state: TopState): DetailRequest | null {
  const crumb = crumbOf(state, 'explain')
  if (crumb === undefined) return null
  const database = state.sample?.queries.find(({ id }) => id === crumb.id)?.database ?? ''
  return { kind: 'explain', database, text: crumb.text }
}

function explainPage(state: TopState): Table {
  const request = explainRequest(state)
  const answer = request === null ? undefined : state.details[detailKey(request)]
  if (answer === undefined) return textTable([], 'asking the server…')
  if (answer.kind === 'text') return textTable(answer.text.split('\n').map((line) => ` ${line}`))
  return textTable([], answer.kind === 'failed' ? answer.reason : '')
}
