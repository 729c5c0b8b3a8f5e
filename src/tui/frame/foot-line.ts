/** The last line: what is being typed, else a message, else the keys. */

import { completions } from '../model/palette.js'
import type { TopState } from '../model/top-state.js'
import { clean, cutLine, type Line, lineOf, type Span, span } from '../text/line.js'
import { VIEWS } from '../views/views.js'

export function footLine(state: TopState, width: number): Line {
  const { input, notice, nowMs } = state
  switch (input?.kind) {
    case 'filter':
      return cutLine(lineOf(' /', ...typed(input.text), span('   text  !text  db:telegraf  rows>10k', 'dim')), width)
    case 'command':
      return commandLine(state, input.text, input.choice, width)
    case 'password':
      return cutLine(lineOf(' password, or user:password: ', ...typed('*'.repeat(input.text.length))), width)
    case 'confirm':
      return keyLine([
        ['y', 'yes'],
        ['Esc', 'no'],
      ])
    case 'help':
      return keyLine([['Esc', 'back']])
    default:
      if (notice !== null && nowMs < notice.untilMs)
        return cutLine(lineOf(' ', span(clean(notice.text), 'accent')), width)
      return cutLine(keyLine(keysOf(state)), width)
  }
}

function typed(text: string): Span[] {
  return [span(clean(text), 'bold'), { text: ' ', tone: 'plain', isInverse: true }]
}

function commandLine(state: TopState, text: string, choice: number, width: number): Line {
  const found = completions(text, state)
  const chosen = found[choice % Math.max(1, found.length)]
  const others = found
    .slice(0, 12)
    .map((line) => [{ text: clean(line), tone: 'dim' as const, isInverse: line === chosen && choice >= 0 }, span('  ')])
  const none = found.length === 0 ? [span('no such command', 'warning')] : []
  return cutLine(lineOf(' :', ...typed(text), '   ', ...others.flat(), ...none), width)
}

function keysOf(state: TopState): (readonly [string, string])[] {
  const { view, crumbs, settings, replay } = state
  const actions = settings.isReadOnly ? [] : VIEWS[view].actions.map(({ key, title }) => [key, title] as const)
  return [
    ['↑↓', 'select'],
    ...(crumbs.length > 0 ? [['Esc', 'back'] as const] : [['⏎', 'open'] as const]),
    ...(replay === null ? [] : [['←→', 'time'] as const]),
    ...actions,
    ['s', 'sort'],
    ['/', 'filter'],
    [':', 'command'],
    ['space', 'pause'],
    ['?', 'help'],
    ['q', 'quit'],
  ]
}

function keyLine(keys: readonly (readonly [string, string])[]): Line {
  return lineOf(' ', ...keys.flatMap(([key, text]) => [span(key, 'accent'), span(` ${text}  `, 'dim')]))
}
