/** Makes the newest sample the one that is shown. */

import { VIEWS } from '../views/views.js'
import { healthOf, listAttention } from './attention.js'
import type { Step } from './effect.js'
import type { Rates } from './rates.js'
import type { TopState } from './top-state.js'

/** `rates` null keeps the ones there are: the first sample after a break has none. */
export function showLatest(state: TopState, rates: Rates | null): TopState {
  const sample = state.latest
  if (sample === null) return state
  const attention = listAttention(sample, rates)
  const health = healthOf(sample, attention)
  const attentionIndex = Math.min(state.attentionIndex, attention.length - 1)
  return { ...state, sample, rates: rates ?? state.rates, attention, health, attentionIndex }
}

/** An opened page asks anew with every sample. */
export function withDetail(state: TopState): Step {
  const request = VIEWS[state.view].detail(state)
  return { state, effects: request === null ? [] : [{ kind: 'fetch-detail', request }] }
}
