/** A view as lines for a pipe or a scroll of paper: whole tables, nothing marked, no keys. */

import type { TopState } from '../model/top-state.js'
import { clean, type Line, lineOf, plainText, span } from '../text/line.js'
import { missingText, shownTable, VIEWS } from '../views/views.js'
import { headerLine } from './head-lines.js'
import { tableLines } from './table-lines.js'

export function printedLines(state: TopState): readonly Line[] {
  const width = state.columns
  const missing = missingText(state)
  if (missing !== null) return [headerLine(state, width), lineOf(' ', missing)]
  const view = VIEWS[state.view]
  const shown = { ...shownTable(state), selectedIndex: -1 }
  const panels = (all: ReturnType<typeof view.above>) => all.flatMap(({ lines }) => lines)
  return [
    headerLine(state, width),
    lineOf(span('─'.repeat(width), 'dim')),
    ...panels(view.above(state, width)),
    ...tableLines(shown, width, shown.rows.length + 2).lines,
    ...panels(view.below(state, width)),
  ]
}

/** For people who listen: what matters, in sentences. */
export function spokenLines(state: TopState): readonly string[] {
  const { sample, health, rates, attention, connection } = state
  if (connection.kind === 'lost' || connection.kind === 'denied') return [`No connection: ${clean(connection.reason)}.`]
  if (sample === null) return ['Measuring.']
  const total = rates?.total
  const perSecond = (value: number | null | undefined) => Math.round(value ?? 0)
  return [
    `${sample.nodes.length === 1 ? 'The server is' : `${sample.nodes.length} nodes are`} ${health.word}.`,
    `${perSecond(total?.writes)} writes, ${perSecond(total?.points)} points and ${perSecond(total?.queries)} queries per second.`,
    `${sample.queries.length} queries are running.`,
    ...attention.map(({ text }) => `Attention: ${clean(text)}.`),
  ]
}

export function plainLines(lines: readonly Line[]): string {
  return lines.map((line) => `${plainText(line).trimEnd()}\n`).join('')
}
