/** A dashboard without a terminal: a state that has seen some samples, keys into it, frames out of it. */

import type { ServerSample } from '../../src/client/server-sample.js'
import { buildFrame } from '../../src/tui/frame/build-frame.js'
import type { Effect } from '../../src/tui/model/effect.js'
import { keyOf } from '../../src/tui/model/key.js'
import { step, type TopEvent } from '../../src/tui/model/step.js'
import { type Settings, startState, type TopState } from '../../src/tui/model/top-state.js'
import type { ViewId } from '../../src/tui/model/view-id.js'
import { plainText } from '../../src/tui/text/line.js'
import { degradedSample, emptySample, healthySample, START_MS } from './samples.js'

export const SETTINGS: Settings = {
  refreshMs: 2000,
  windowMs: 60_000,
  charts: 'block',
  isReadOnly: false,
  isCompact: false,
}

export const HOST = 'http://127.0.0.1:8086'

export interface TopOptions {
  readonly columns?: number
  readonly rows?: number
  readonly view?: ViewId
  readonly settings?: Partial<Settings>
}

export function freshState({ columns = 120, rows = 40, view = 'overview', settings = {} }: TopOptions = {}): TopState {
  return startState({
    settings: { ...SETTINGS, ...settings },
    host: HOST,
    view,
    columns,
    rows,
    nowMs: START_MS,
    sort: null,
    filter: '',
  })
}

export function sampleEvent(sample: ServerSample): TopEvent {
  return { kind: 'sample', sample, host: HOST, nowMs: Date.parse(sample.time) }
}

/** After `count` samples, two seconds apart. */
export function stateAfter(
  makeSample: (seconds: number) => ServerSample,
  options: TopOptions = {},
  count = 20,
): TopState {
  let state = freshState(options)
  for (let i = 0; i < count; i++) state = step(state, sampleEvent(makeSample(i * 2))).state
  return state
}

export const CONDITIONS = {
  healthy: (options: TopOptions) => stateAfter(healthySample, options),
  degraded: (options: TopOptions) => stateAfter(degradedSample, options),
  empty: (options: TopOptions) => stateAfter(emptySample, options),
  error: (options: TopOptions) => {
    const state = stateAfter(healthySample, options)
    const nowMs = state.nowMs + 12_000
    const connection = {
      kind: 'lost',
      host: HOST,
      reason: 'connection refused',
      tryCount: 3,
      nextTryAtMs: nowMs + 4000,
    } as const
    return step(state, { kind: 'connection', connection, nowMs }).state
  },
} as const satisfies Record<string, (options: TopOptions) => TopState>

export interface Pressed {
  readonly state: TopState
  readonly effects: readonly Effect[]
}

/** Names of keys with spaces between; ` ` itself is `space`. */
export function press(state: TopState, keys: string): Pressed {
  const effects: Effect[] = []
  for (const name of keys.split(' ').filter((each) => each !== '')) {
    const next = step(state, { kind: 'key', key: keyOf(name === 'space' ? ' ' : name) })
    state = next.state
    effects.push(...next.effects)
  }
  return { state, effects }
}

export function typeText(state: TopState, text: string): TopState {
  for (const character of text) state = step(state, { kind: 'key', key: keyOf(character) }).state
  return state
}

/** Without the spaces at the ends of lines. */
export function frameText(state: TopState): string {
  return buildFrame(state, state.rows - 1)
    .lines.map((line) => plainText(line).trimEnd())
    .join('\n')
}
