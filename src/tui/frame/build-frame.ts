/**
 * State → the lines of the whole screen, and where on it things are. Always exactly as many lines as asked for, none wider
 * than the terminal. Low terminals lose the attention list first, then events, then charts; the table goes last.
 */

import type { TopState } from '../model/top-state.js'
import { cutLine, type Line, lineOf, span, toned, wrap } from '../text/line.js'
import type { Panel } from '../views/view.js'
import { missingText, type ShownTable, shownTable, VIEWS } from '../views/views.js'
import { footLine } from './foot-line.js'
import { crumbLine, headerLine, isStale, type Tab, tabLine } from './head-lines.js'
import { helpLines } from './help-lines.js'
import { type PlacedColumn, type TableWindow, tableLines } from './table-lines.js'

const COLUMNS_MIN = 40
const ROWS_MIN = 10
/** Lines that a table keeps before panels have to go. */
const TABLE_LINES_MIN = 6

export interface Frame {
  readonly lines: readonly Line[]
  readonly tabs: readonly Tab[]
  readonly tabLineIndex: number
  readonly columns: readonly PlacedColumn[]
  /** Line of the first row in sight; header directly above. -1 = no table. */
  readonly tableLineIndex: number
  readonly firstRow: number
  readonly rowCount: number
}

/** `height` lines: the terminal's minus one, because a full screen would scroll. */
export function buildFrame(state: TopState, height: number): Frame {
  const width = state.columns
  if (width < COLUMNS_MIN || height + 1 < ROWS_MIN) return tooSmall(width, height)
  const rule = lineOf(span('─'.repeat(width), 'dim'))
  const isRuled = !state.settings.isCompact && height >= 14
  const tabs = tabLine(state, width)
  const head = [
    headerLine(state, width),
    tabs.line,
    ...(isRuled ? [rule] : []),
    ...(state.crumbs.length > 0 ? [crumbLine(state)] : []),
  ]
  const foot = [...confirmLines(state, width), ...(isRuled ? [rule] : []), footLine(state, width)]
  const body = bodyOf(state, width, Math.max(0, height - head.length - foot.length))
  const filler = new Array<Line>(Math.max(0, height - head.length - body.lines.length - foot.length)).fill([])
  const lines = [...head, ...body.lines, ...filler, ...foot].slice(0, height)
  return {
    lines: lines.map((line) => cutLine(line, width)),
    tabs: tabs.tabs,
    tabLineIndex: 1,
    columns: body.table?.columns ?? [],
    tableLineIndex: body.table === null ? -1 : head.length + body.tableFrom + body.table.headerCount,
    firstRow: body.table?.firstRow ?? 0,
    rowCount: body.table?.rowCount ?? 0,
  }
}

interface Body {
  readonly lines: readonly Line[]
  readonly table: TableWindow | null
  readonly tableFrom: number
}

function bodyOf(state: TopState, width: number, height: number): Body {
  if (state.input?.kind === 'help') return textBody(helpLines(state, width).slice(state.input.offset), height)
  if (state.sample === null) return textBody(waitingLines(state, width), height)
  const missing = missingText(state)
  if (missing !== null) return textBody([[], ...wrap(missing, width - 2).map((text) => lineOf(` ${text}`))], height)
  const body = viewBody(state, width, height)
  const isDimmed = state.connection.kind !== 'live' || isStale(state)
  return isDimmed && state.replay === null ? { ...body, lines: body.lines.map((line) => toned(line, 'dim')) } : body
}

function textBody(lines: readonly Line[], height: number): Body {
  return { lines: lines.slice(0, height), table: null, tableFrom: 0 }
}

function waitingLines({ connection }: TopState, width: number): Line[] {
  const text = connection.kind === 'lost' || connection.kind === 'denied' ? connection.reason : 'measuring…'
  return [[], ...wrap(text, Math.max(1, width - 2)).map((line) => lineOf(` ${line}`))]
}

function viewBody(state: TopState, width: number, height: number): Body {
  const view = VIEWS[state.view]
  const isPage = shownTable(state).table.isText
  const shown = isPage ? wrapPage(shownTable(state), width) : shownTable(state)
  const above = view.above(state, width)
  const below = view.below(state, width)
  const tableWanted = Math.max(1, shown.rows.length) + (isPage ? 0 : 1)
  const room = height - Math.min(tableWanted, TABLE_LINES_MIN)
  const heights = shrinkPanels([...above, ...below], room)
  const linesOf = (panels: readonly Panel[], from: number) =>
    panels.flatMap(({ lines }, i) => lines.slice(0, heights[from + i]))
  const top = linesOf(above, 0)
  const bottom = linesOf(below, above.length)
  const table = tableLines(shown, width, Math.max(0, height - top.length - bottom.length))
  return { lines: [...top, ...table.lines, ...bottom], table, tableFrom: top.length }
}

/** Pages of text are broken where the terminal ends; tables are cut. */
function wrapPage(shown: ShownTable, width: number): ShownTable {
  const rows = shown.rows.flatMap((row) => {
    const lines = wrapIndented(row.cells['text'].text, width - 2)
    return lines.map((text, i) => ({ id: `${row.id}.${i}`, cells: { text: { ...row.cells['text'], text } } }))
  })
  return { ...shown, rows }
}

function wrapIndented(text: string, width: number): string[] {
  const indent = /^ */.exec(text)?.[0] ?? ''
  const inner = Math.max(10, width - indent.length)
  return wrap(text.slice(indent.length), inner).map((line) => indent + line)
}

/** How many lines of each panel stay, so that together they have at most `room`. */
function shrinkPanels(panels: readonly Panel[], room: number): number[] {
  const heights = panels.map(({ lines }) => lines.length)
  const order = panels.map((_, i) => i).sort((a, b) => panels[b].shrinkRank - panels[a].shrinkRank)
  for (const isLastResort of [false, true]) {
    for (const i of order) {
      const excess = heights.reduce((sum, each) => sum + each, 0) - room
      if (excess <= 0) return heights
      const floor = isLastResort ? 0 : Math.min(panels[i].lineCountMin, heights[i])
      heights[i] = Math.max(floor, heights[i] - excess)
    }
  }
  return heights
}

function confirmLines({ input, settings }: TopState, width: number): Line[] {
  if (input?.kind !== 'confirm') return []
  const { title, lines } = input.confirmation
  const text = lines.flatMap((line) => wrap(line, Math.max(1, width - 4))).slice(0, 5)
  const edge = settings.isCompact ? [] : [lineOf(span('─'.repeat(width), 'warning'))]
  return [...edge, lineOf(' ', span(`▲ ${title}`, 'warning')), ...text.map((line) => lineOf(`   ${line}`))]
}

function tooSmall(width: number, height: number): Frame {
  const lines = wrap('terminal too small: 40 × 10 at least. q quits', Math.max(1, width)).slice(0, Math.max(0, height))
  const shown = lines.map((text) => lineOf(text))
  const filler = new Array<Line>(Math.max(0, height - shown.length)).fill([])
  return {
    lines: [...shown, ...filler],
    tabs: [],
    tabLineIndex: -1,
    columns: [],
    tableLineIndex: -1,
    firstRow: 0,
    rowCount: 0,
  }
}
