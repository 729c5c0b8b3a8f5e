/**
 * Everything the dashboard knows, as one value that is replaced and never changed. `step.ts` makes the next one; the
 * frame is drawn from it alone.
 */

import type { ColumnList, MeasurementList, ServerSample } from '../../client/server-sample.js'
import type { ChartStyle } from '../text/sparkline.js'
import type { AttentionItem, Health } from './attention.js'
import { EMPTY_HISTORY, type History, type WindowMs } from './history.js'
import type { Rates } from './rates.js'
import type { Sort } from './table.js'
import type { ViewId } from './view-id.js'

export const REFRESHES_MS = [500, 1000, 2000, 5000, 10_000] as const

export interface Settings {
  readonly refreshMs: number
  readonly windowMs: WindowMs
  readonly charts: ChartStyle
  /** No action that changes the server. */
  readonly isReadOnly: boolean
  /** One line less around the view. */
  readonly isCompact: boolean
}

/** Where the samples come from, as far as the header shows it. */
export type Connection =
  | { readonly kind: 'connecting'; readonly host: string }
  | { readonly kind: 'live'; readonly host: string }
  | {
      readonly kind: 'lost'
      readonly host: string
      readonly reason: string
      readonly tryCount: number
      readonly nextTryAtMs: number
    }
  | { readonly kind: 'denied'; readonly host: string; readonly reason: string }

/** One step deeper: what was opened. `text` is what it said when it was opened; it may be gone since. */
export interface Crumb {
  readonly kind:
    | 'node'
    | 'link'
    | 'database'
    | 'policy'
    | 'measurement'
    | 'tag'
    | 'query'
    | 'statement'
    | 'explain'
    | 'merge'
    | 'job'
    | 'event'
  readonly id: string
  readonly title: string
  readonly text: string
}

/** How a table is looked at; kept for each table, so that coming back finds it as it was. */
export interface TableLook {
  readonly selectedId: string
  readonly index: number
  readonly sort: Sort | null
  readonly filter: string
}

export const FRESH_LOOK: TableLook = { selectedId: '', index: 0, sort: null, filter: '' }

/** What a view asks the server for when it is opened. */
export type DetailRequest =
  | { readonly kind: 'measurements'; readonly database: string; readonly retentionPolicy: string }
  | { readonly kind: 'columns'; readonly database: string; readonly measurement: string }
  | { readonly kind: 'explain'; readonly database: string; readonly text: string }

export type DetailAnswer =
  | { readonly kind: 'measurements'; readonly list: MeasurementList }
  | { readonly kind: 'columns'; readonly list: ColumnList }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string }

/** What only a second key may do. */
export type ServerAction =
  | { readonly kind: 'kill-query'; readonly id: string }
  | { readonly kind: 'compact' }
  | { readonly kind: 'cancel-job'; readonly id: string }

export interface Confirmation {
  readonly title: string
  readonly lines: readonly string[]
  readonly action: ServerAction
}

export type Input =
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'command'; readonly text: string; readonly choice: number }
  | { readonly kind: 'password'; readonly text: string }
  | { readonly kind: 'confirm'; readonly confirmation: Confirmation }
  | { readonly kind: 'help'; readonly offset: number }

export interface Notice {
  readonly text: string
  readonly untilMs: number
}

export interface Replay {
  readonly index: number
  readonly count: number
}

export interface TopState {
  readonly nowMs: number
  readonly columns: number
  readonly rows: number
  readonly settings: Settings
  readonly connection: Connection
  /** The one that is shown; behind `latest` while paused. */
  readonly sample: ServerSample | null
  readonly latest: ServerSample | null
  /** By our clock. */
  readonly sampledAtMs: number
  readonly rates: Rates | null
  readonly history: History
  readonly attention: readonly AttentionItem[]
  readonly health: Health
  readonly isPaused: boolean
  readonly view: ViewId
  readonly crumbs: readonly Crumb[]
  readonly looks: Readonly<Record<string, TableLook>>
  readonly queryTable: 'running' | 'statements'
  readonly input: Input | null
  readonly details: Readonly<Record<string, DetailAnswer>>
  readonly notice: Notice | null
  readonly attentionIndex: number
  readonly replay: Replay | null
}

export interface StartOptions {
  readonly settings: Settings
  readonly host: string
  readonly view: ViewId
  readonly columns: number
  readonly rows: number
  readonly nowMs: number
  readonly sort: Sort | null
  readonly filter: string
}

export function startState({ settings, host, view, columns, rows, nowMs, sort, filter }: StartOptions): TopState {
  const isLookGiven = sort !== null || filter !== ''
  return {
    nowMs,
    columns,
    rows,
    settings,
    connection: { kind: 'connecting', host },
    sample: null,
    latest: null,
    sampledAtMs: nowMs,
    rates: null,
    history: EMPTY_HISTORY,
    attention: [],
    health: { word: 'healthy', reason: '' },
    isPaused: false,
    view,
    crumbs: [],
    looks: isLookGiven ? { [tableKeyOf(view, [], 'running')]: { ...FRESH_LOOK, sort, filter } } : {},
    queryTable: 'running',
    input: null,
    details: {},
    notice: null,
    attentionIndex: -1,
    replay: null,
  }
}

/** Tables of the same kind are looked at alike: every database's policies share one look, and pages of text none. */
export function tableKeyOf(view: ViewId, crumbs: readonly Crumb[], queryTable: TopState['queryTable']): string {
  const path = [view, ...crumbs.map(({ kind }) => kind)].join('/')
  return path === 'queries' ? `queries:${queryTable}` : path
}

export function detailKey(request: DetailRequest): string {
  return JSON.stringify(request)
}

export function crumbOf(state: TopState, kind: Crumb['kind']): Crumb | undefined {
  return state.crumbs.find((crumb) => crumb.kind === kind)
}
