/**
 * What a key does. Input that is open (filter, command, password, question, help) takes all keys; else the general keys,
 * then those of the view. Escape always leads back, at last to the overview.
 */

import { buildFrame } from '../frame/build-frame.js'
import { lookOf, type ShownTable, shownTable, VIEWS } from '../views/views.js'
import { type Effect, NOTICE_MS, only, type Step } from './effect.js'
import { WINDOWS_MS } from './history.js'
import type { Key } from './key.js'
import { CHART_NAMES, completions, WINDOW_NAMES } from './palette.js'
import { computeRates } from './rates.js'
import { showLatest, withDetail } from './show-latest.js'
import type { Row, Sort } from './table.js'
import { type Input, REFRESHES_MS, type TableLook, type TopState, tableKeyOf } from './top-state.js'
import { VIEW_IDS, type ViewId } from './view-id.js'

export function stepKey(state: TopState, key: Key): Step {
  if (key.name === 'ctrl-c') return effect(state, { kind: 'quit' })
  if (key.name === 'ctrl-z') return effect(state, { kind: 'suspend' })
  if (key.name === 'ctrl-l') return effect(state, { kind: 'redraw' })
  return state.input === null ? stepGeneralKey(state, key) : stepInputKey(state, state.input, key)
}

function effect(state: TopState, ...effects: readonly Effect[]): Step {
  return { state, effects }
}

function notice(state: TopState, text: string): Step {
  return only({ ...state, notice: { text, untilMs: state.nowMs + NOTICE_MS } })
}

// ---- No input open.

function stepGeneralKey(state: TopState, key: Key): Step {
  const handler = GENERAL_KEYS[key.name]
  if (handler !== undefined) return handler(state, key)
  if (/^[1-9]$/.test(key.name)) return showView(state, VIEW_IDS[Number(key.name) - 1])
  if (state.view === 'queries' && key.name === 't') return switchQueryTable(state)
  return stepActionKey(state, key.name)
}

type KeyHandler = (state: TopState, key: Key) => Step

const PAGE_ROWS_LESS = 8

const GENERAL_KEYS: Readonly<Record<string, KeyHandler>> = {
  q: (state) => effect(state, { kind: 'quit' }),
  tab: (state) => showNeighbour(state, 1),
  backtab: (state) => showNeighbour(state, -1),
  up: (state) => move(state, -1),
  k: (state) => move(state, -1),
  down: (state) => move(state, 1),
  j: (state) => move(state, 1),
  pageup: (state) => move(state, -pageRows(state)),
  pagedown: (state) => move(state, pageRows(state)),
  'wheel-up': (state) => move(state, -3),
  'wheel-down': (state) => move(state, 3),
  g: (state) => move(state, Number.NEGATIVE_INFINITY),
  home: (state) => move(state, Number.NEGATIVE_INFINITY),
  G: (state) => move(state, Number.POSITIVE_INFINITY),
  end: (state) => move(state, Number.POSITIVE_INFINITY),
  enter: openSelected,
  escape: goBack,
  s: (state) => chooseSort(state, 1),
  S: reverseSort,
  left: (state) => (state.replay === null ? chooseSort(state, -1) : effect(state, { kind: 'seek', by: -1 })),
  right: (state) => (state.replay === null ? chooseSort(state, 1) : effect(state, { kind: 'seek', by: 1 })),
  '/': (state) => only({ ...state, input: { kind: 'filter', text: lookOf(state).filter } }),
  ':': (state) => only({ ...state, input: { kind: 'command', text: '', choice: -1 } }),
  '?': (state) => only({ ...state, input: { kind: 'help', offset: 0 } }),
  ' ': togglePause,
  '+': (state) => changeRefresh(state, -1),
  '-': (state) => changeRefresh(state, 1),
  w: nextWindow,
  n: nextAttention,
  y: copySelected,
  p: (state) => effect(state, { kind: 'save' }),
  click: clickAt,
}

function pageRows({ rows }: TopState): number {
  return Math.max(1, rows - PAGE_ROWS_LESS)
}

export function showView(state: TopState, view: ViewId): Step {
  return withDetail({ ...state, view, crumbs: [] })
}

function showNeighbour(state: TopState, by: number): Step {
  const count = VIEW_IDS.length
  return showView(state, VIEW_IDS[(VIEW_IDS.indexOf(state.view) + by + count) % count])
}

function setLook(state: TopState, look: Partial<TableLook>): TopState {
  const key = tableKeyOf(state.view, state.crumbs, state.queryTable)
  return { ...state, looks: { ...state.looks, [key]: { ...lookOf(state), ...look } } }
}

function select(state: TopState, { rows }: ShownTable, index: number): TopState {
  const clamped = Math.max(0, Math.min(index, rows.length - 1))
  return setLook(state, { index: clamped, selectedId: rows[clamped]?.id ?? '' })
}

function move(state: TopState, by: number): Step {
  const shown = shownTable(state)
  return only(select(state, shown, shown.selectedIndex + by))
}

function selectedRow(state: TopState): Row | null {
  const { rows, selectedIndex, table } = shownTable(state)
  return table.isText ? null : (rows[selectedIndex] ?? null)
}

function openSelected(state: TopState): Step {
  const row = selectedRow(state)
  const crumb = row === null ? null : VIEWS[state.view].open(state, row)
  if (row === null || crumb === null) return only(state)
  const remembered = setLook(state, { selectedId: row.id })
  // A node of the overview has its page on the view of nodes.
  const view = crumb.kind === 'node' ? 'nodes' : state.view
  return enter({ ...remembered, view }, crumb)
}

function enter(state: TopState, crumb: TopState['crumbs'][number]): Step {
  const opened = { ...state, crumbs: [...state.crumbs, crumb] }
  // A page is a new one each time, even where its kind was looked at before.
  return withDetail(setLook(opened, { index: 0, selectedId: '', filter: '' }))
}

function goBack(state: TopState): Step {
  if (state.crumbs.length > 0) return withDetail({ ...state, crumbs: state.crumbs.slice(0, -1) })
  if (lookOf(state).filter !== '') return only(setLook(state, { filter: '' }))
  return showView(state, 'overview')
}

function chooseSort(state: TopState, by: number): Step {
  const { table, look } = shownTable(state)
  if (table.isText || table.columns.length === 0) return only(state)
  const ids = table.columns.map(({ id }) => id)
  const now = look.sort === null ? -1 : ids.indexOf(look.sort.column)
  // One place beyond the last column is the natural order.
  const next = (now + 1 + by + ids.length + 1) % (ids.length + 1)
  return only(setLook(state, { sort: next === 0 ? null : sortBy(state, ids[next - 1]) }))
}

/** Numbers begin with the largest. */
function sortBy(state: TopState, column: string): Sort {
  const { table } = shownTable(state)
  const isNumber = table.rows.some(({ cells }) => typeof cells[column]?.value === 'number')
  return { column, isDescending: isNumber }
}

function reverseSort(state: TopState): Step {
  const { sort } = lookOf(state)
  return only(sort === null ? state : setLook(state, { sort: { ...sort, isDescending: !sort.isDescending } }))
}

function togglePause(state: TopState): Step {
  if (!state.isPaused) return only({ ...state, isPaused: true })
  const { sample, latest } = state
  const rates = sample === null || latest === null ? null : computeRates(sample, latest)
  return withDetail(showLatest({ ...state, isPaused: false }, rates))
}

function changeRefresh(state: TopState, by: number): Step {
  const now = REFRESHES_MS.findIndex((ms) => ms >= state.settings.refreshMs)
  const index = Math.max(0, Math.min((now === -1 ? REFRESHES_MS.length - 1 : now) + by, REFRESHES_MS.length - 1))
  return setRefresh(state, REFRESHES_MS[index])
}

function setRefresh(state: TopState, refreshMs: number): Step {
  return effect({ ...state, settings: { ...state.settings, refreshMs } }, { kind: 'set-refresh', refreshMs })
}

function nextWindow(state: TopState): Step {
  const windowMs = WINDOWS_MS[(WINDOWS_MS.indexOf(state.settings.windowMs) + 1) % WINDOWS_MS.length]
  return notice({ ...state, settings: { ...state.settings, windowMs } }, `charts show ${windowMs / 60_000} min`)
}

function nextAttention(state: TopState): Step {
  const { attention } = state
  if (attention.length === 0) return notice(state, 'nothing needs attention')
  const attentionIndex = (state.attentionIndex + 1) % attention.length
  const { view, rowId, text } = attention[attentionIndex]
  const shown = setLook({ ...state, view, crumbs: [], attentionIndex }, rowId === '' ? {} : { selectedId: rowId })
  return notice(shown, text)
}

function copySelected(state: TopState): Step {
  const { rows, table } = shownTable(state)
  const row = selectedRow(state)
  const text = table.isText
    ? rows.map(({ cells }) => String(cells['text'].value).trim()).join('\n')
    : (row?.cells['text']?.value ??
      rowText(
        table.columns.map(({ id }) => id),
        row,
      ))
  return text === '' ? only(state) : effect(state, { kind: 'copy', text: String(text) })
}

function rowText(columns: readonly string[], row: Row | null): string {
  return row === null ? '' : columns.map((id) => row.cells[id]?.text.trim() ?? '').join('\t')
}

function switchQueryTable(state: TopState): Step {
  if (state.crumbs.length > 0) return only(state)
  return only({ ...state, queryTable: state.queryTable === 'running' ? 'statements' : 'running' })
}

function stepActionKey(state: TopState, name: string): Step {
  const action = VIEWS[state.view].actions.find(({ key }) => key === name)
  if (action === undefined) return only(state)
  if (state.settings.isReadOnly) return notice(state, '--readonly: nothing is changed')
  const prepared = action.prepare(state, selectedRow(state))
  if (prepared === null) return notice(state, `${action.title}: nothing to do here`)
  if ('kind' in prepared) return enter(state, prepared)
  return only({ ...state, input: { kind: 'confirm', confirmation: prepared } })
}

function clickAt(state: TopState, { column, row }: Key): Step {
  const frame = buildFrame(state, state.rows - 1)
  const line = row - 1
  const cell = column - 1
  if (line === frame.tabLineIndex) {
    const tab = frame.tabs.find(({ from, to }) => cell >= from && cell < to)
    return tab === undefined ? only(state) : showView(state, tab.view)
  }
  const shown = shownTable(state)
  if (frame.tableLineIndex === -1 || shown.table.isText) return only(state)
  const index = line - frame.tableLineIndex
  if (index === -1) {
    const header = frame.columns.find(({ from, width }) => cell >= from && cell < from + width)
    if (header === undefined) return only(state)
    if (shown.look.sort?.column === header.column.id) return reverseSort(state)
    return only(setLook(state, { sort: sortBy(state, header.column.id) }))
  }
  if (index < 0 || index >= frame.rowCount) return only(state)
  const clicked = frame.firstRow + index
  return clicked === shown.selectedIndex ? openSelected(state) : only(select(state, shown, clicked))
}

// ---- Input open.

function stepInputKey(state: TopState, input: Input, key: Key): Step {
  if (key.name === 'escape') return closeInput(state, input)
  switch (input.kind) {
    case 'filter':
      return stepFilter(state, input.text, key)
    case 'command':
      return stepCommand(state, input, key)
    case 'password':
      return stepPassword(state, input.text, key)
    case 'confirm':
      if (key.name !== 'y') return only(state)
      return effect({ ...state, input: null }, { kind: 'run-action', action: input.confirmation.action })
    case 'help':
      return stepHelp(state, input.offset, key)
  }
}

/** Leaving a filter unfinished drops it. */
function closeInput(state: TopState, input: Input): Step {
  const closed = { ...state, input: null }
  return only(input.kind === 'filter' ? setLook(closed, { filter: '' }) : closed)
}

/** The text after the key; null = the key is no editing. */
function edit(text: string, { name }: Key): string | null {
  if (name === 'backspace') return [...text].slice(0, -1).join('')
  if (name === 'ctrl-u') return ''
  return [...name].length === 1 ? text + name : null
}

function stepFilter(state: TopState, text: string, key: Key): Step {
  if (key.name === 'enter') return only({ ...state, input: null })
  if (key.name === 'up' || key.name === 'down') return move(state, key.name === 'up' ? -1 : 1)
  const edited = edit(text, key)
  if (edited === null) return only(state)
  return only(setLook({ ...state, input: { kind: 'filter', text: edited } }, { filter: edited }))
}

function stepPassword(state: TopState, text: string, key: Key): Step {
  if (key.name === 'enter') return effect({ ...state, input: null }, { kind: 'log-in', password: text })
  const edited = edit(text, key)
  return only(edited === null ? state : { ...state, input: { kind: 'password', text: edited } })
}

function stepHelp(state: TopState, offset: number, { name }: Key): Step {
  const scroll = (by: number) =>
    only({ ...state, input: { kind: 'help', offset: Math.max(0, Math.min(offset + by, 20)) } })
  switch (name) {
    case 'up':
    case 'k':
      return scroll(-1)
    case 'down':
    case 'j':
      return scroll(1)
    default:
      return only({ ...state, input: null })
  }
}

function stepCommand(state: TopState, { text, choice }: Extract<Input, { kind: 'command' }>, key: Key): Step {
  const found = completions(text, state)
  const typed = (nextText: string, nextChoice = -1) =>
    only({ ...state, input: { kind: 'command', text: nextText, choice: nextChoice } })
  switch (key.name) {
    case 'tab':
    case 'down':
      return found.length === 0 ? only(state) : typed(text, (choice + 1) % found.length)
    case 'backtab':
    case 'up':
      return found.length === 0 ? only(state) : typed(text, (choice - 1 + found.length) % found.length)
    case 'enter':
      return runCommand({ ...state, input: null }, chosenCommand(text, choice, found))
    default: {
      if (key.name === 'backspace' && text === '') return only({ ...state, input: null })
      const edited = edit(text, key)
      return edited === null ? only(state) : typed(edited)
    }
  }
}

/** What Tab chose, else what was typed; the beginning of one single command is that command. */
function chosenCommand(text: string, choice: number, found: readonly string[]): string {
  if (choice >= 0 && found.length > 0) return found[choice % found.length]
  return found.length === 1 ? found[0] : text.trim()
}

function runCommand(state: TopState, line: string): Step {
  const [word, ...rest] = line.split(/\s+/)
  const argument = rest.join(' ')
  if ((VIEW_IDS as readonly string[]).includes(word)) return showView(state, word as ViewId)
  switch (word) {
    case '':
      return only(state)
    case 'q':
    case 'quit':
      return effect(state, { kind: 'quit' })
    case 'db':
      return enter(
        { ...state, view: 'data', crumbs: [] },
        { kind: 'database', id: argument, title: argument, text: '' },
      )
    case 'node':
      return enter({ ...state, view: 'nodes', crumbs: [] }, { kind: 'node', id: argument, title: argument, text: '' })
    case 'statements':
      return only({ ...state, view: 'queries', crumbs: [], queryTable: 'statements' })
    case 'pause':
      return togglePause(state)
    case 'save':
      return effect(state, { kind: 'save' })
    case 'help':
      return only({ ...state, input: { kind: 'help', offset: 0 } })
    case 'compact':
      return stepActionKey({ ...state, view: 'storage', crumbs: [] }, 'C')
    case 'set':
      return runSet(state, rest[0] ?? '', rest[1] ?? '')
    default:
      return notice(state, `no command ${word}; Tab shows what there is`)
  }
}

function runSet(state: TopState, name: string, value: string): Step {
  const { settings } = state
  if (name === 'refresh') {
    const refreshMs = REFRESHES_MS.find((ms) => ms === parseMs(value))
    return refreshMs === undefined ? notice(state, 'refresh: 500ms, 1s, 2s, 5s or 10s') : setRefresh(state, refreshMs)
  }
  if (name === 'window' && Object.hasOwn(WINDOW_NAMES, value)) {
    const windowMs = WINDOW_NAMES[value as keyof typeof WINDOW_NAMES]
    return only({ ...state, settings: { ...settings, windowMs } })
  }
  const charts = CHART_NAMES.find((each) => each === value)
  if (name === 'charts' && charts !== undefined) return only({ ...state, settings: { ...settings, charts } })
  return notice(state, 'set refresh, window or charts; Tab shows the values')
}

function parseMs(text: string): number {
  const [, number, unit] = /^([\d.]+)(ms|s)$/.exec(text) ?? []
  return number === undefined ? Number.NaN : Number(number) * (unit === 's' ? 1000 : 1)
}
