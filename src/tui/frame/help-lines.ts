/** The keys that work in this view, two columns when there is room. */

import type { TopState } from '../model/top-state.js'
import { fitText, type Line, lineOf, span } from '../text/line.js'
import { VIEWS } from '../views/views.js'

const GENERAL: readonly (readonly [string, string])[] = [
  ['1 … 9, Tab', 'views'],
  ['↑ ↓ j k PgUp PgDn g G', 'move'],
  ['Enter, Esc', 'open, go back'],
  ['s S ← →', 'sort by the next column, reverse, choose the column'],
  ['/', 'filter: text, !text, db:telegraf, rows>10k'],
  [':', 'command; Tab completes'],
  ['n', 'next thing that needs attention'],
  ['space', 'pause, go on'],
  ['+ -', 'refresh faster, slower'],
  ['w', 'time that the charts show: 1, 5, 15, 60 minutes'],
  ['y', 'copy the row (the terminal has to allow it)'],
  ['p', 'write this view to a file'],
  ['q, Ctrl-C', 'quit'],
]

export function helpLines(state: TopState, width: number): Line[] {
  const { actions } = VIEWS[state.view]
  const own = state.settings.isReadOnly ? [] : actions.map(({ key, title }) => [key, title] as const)
  const more: (readonly [string, string])[] = [
    ...(state.view === 'queries' ? [['t', 'running queries, statements'] as const] : []),
    ...(state.replay === null ? [] : [['← →', 'earlier, later sample'] as const]),
    ...own,
  ]
  const lines: Line[] = [lineOf(span(' KEYS', 'bold')), []]
  for (const [keys, text] of [...GENERAL, ...more]) {
    lines.push(lineOf('  ', span(fitText(keys, Math.min(24, Math.floor(width / 3))), 'accent'), ' ', span(text)))
  }
  if (state.settings.isReadOnly) lines.push([], lineOf(span('  --readonly: nothing here changes the server', 'dim')))
  return lines
}
