/** What a step wants done outside: the session does it, the model never. */

import type { DetailRequest, ServerAction, TopState } from './top-state.js'

export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' }
  | { readonly kind: 'set-refresh'; readonly refreshMs: number }
  | { readonly kind: 'fetch-detail'; readonly request: DetailRequest }
  | { readonly kind: 'run-action'; readonly action: ServerAction }
  | { readonly kind: 'copy'; readonly text: string }
  | { readonly kind: 'save' }
  | { readonly kind: 'log-in'; readonly password: string }
  | { readonly kind: 'seek'; readonly by: number }

export interface Step {
  readonly state: TopState
  readonly effects: readonly Effect[]
}

export const NOTICE_MS = 4000

export function only(state: TopState): Step {
  return { state, effects: [] }
}
