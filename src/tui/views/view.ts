/**
 * A view: what its table holds, which panels stand around it, what Enter opens and which keys do something. All of it is
 * computed from the state; nothing is remembered here.
 */

import type { Row, Table } from '../model/table.js'
import type { Confirmation, Crumb, DetailRequest, TopState } from '../model/top-state.js'
import type { Line } from '../text/line.js'

export interface Panel {
  /** Lines of it leave from the end when the terminal is low; the panel with the highest rank first. */
  readonly shrinkRank: number
  readonly lineCountMin: number
  readonly lines: readonly Line[]
}

export interface ViewAction {
  readonly key: string
  readonly title: string
  /** null = not now. */
  prepare(state: TopState, row: Row | null): Confirmation | Crumb | null
}

export interface View {
  table(state: TopState): Table
  above(state: TopState, width: number): readonly Panel[]
  below(state: TopState, width: number): readonly Panel[]
  /** null = the row has nothing behind it. */
  open(state: TopState, row: Row): Crumb | null
  /** What the opened page needs from the server; null = nothing. */
  detail(state: TopState): DetailRequest | null
  readonly actions: readonly ViewAction[]
}

export const NO_PANELS = (): readonly Panel[] => []
export const NOTHING_BEHIND = (): null => null
