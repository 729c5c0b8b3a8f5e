/**
 * The command palette: `:db telegraf`, `:set refresh 1s`. What can be typed next is computed from the state, so that
 * completion knows the databases and nodes that are really there.
 */

import { REFRESHES_MS, type TopState } from './top-state.js'
import { VIEW_IDS } from './view-id.js'

export const CHART_NAMES = ['block', 'braille', 'ascii'] as const
export const WINDOW_NAMES = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '60m': 3_600_000 } as const

export function refreshName(refreshMs: number): string {
  return refreshMs < 1000 ? `${refreshMs}ms` : `${refreshMs / 1000}s`
}

/** Whole command lines that begin with `text`, or else have it inside. */
export function completions(text: string, state: TopState): readonly string[] {
  const wanted = text.trimStart().toLowerCase()
  const all = commandLines(state)
  const starting = all.filter((line) => line.toLowerCase().startsWith(wanted))
  return starting.length > 0 ? starting : all.filter((line) => line.toLowerCase().includes(wanted))
}

function commandLines({ sample, settings }: TopState): string[] {
  return [
    ...VIEW_IDS,
    ...(sample?.databases ?? []).map(({ name }) => `db ${name}`),
    ...(sample?.nodes ?? []).map(({ id }) => `node ${id}`),
    ...REFRESHES_MS.map((ms) => `set refresh ${refreshName(ms)}`),
    ...Object.keys(WINDOW_NAMES).map((name) => `set window ${name}`),
    ...CHART_NAMES.map((name) => `set charts ${name}`),
    ...(settings.isReadOnly ? [] : ['compact']),
    'statements',
    'pause',
    'save',
    'help',
    'quit',
  ]
}
