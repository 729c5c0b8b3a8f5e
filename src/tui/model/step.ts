/**
 * The dashboard as a state machine: state and what happened → next state and what is to be done. Pure; clock, network and
 * terminal are outside.
 */

import type { ServerSample } from '../../client/server-sample.js'
import { linkId } from '../views/replication.js'
import { NOTICE_MS, only, type Step } from './effect.js'
import { recordValues, type Values } from './history.js'
import type { Key } from './key.js'
import { computeRates, NO_RATES, type Rates } from './rates.js'
import { showLatest, withDetail } from './show-latest.js'
import { stepKey } from './step-key.js'
import {
  type Connection,
  type DetailAnswer,
  type DetailRequest,
  detailKey,
  type Replay,
  type TopState,
} from './top-state.js'

export type TopEvent =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'sample'; readonly sample: ServerSample; readonly host: string; readonly nowMs: number }
  | { readonly kind: 'connection'; readonly connection: Connection; readonly nowMs: number }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'tick'; readonly nowMs: number }
  | { readonly kind: 'detail'; readonly request: DetailRequest; readonly answer: DetailAnswer }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'replay'; readonly replay: Replay }

/** Details of pages that were left some time ago are forgotten. */
const DETAIL_COUNT_MAX = 8

export function step(state: TopState, event: TopEvent): Step {
  switch (event.kind) {
    case 'key':
      return stepKey(state, event.key)
    case 'sample':
      return withDetail(takeSample(state, event))
    case 'connection':
      return only(takeConnection(state, event.connection, event.nowMs))
    case 'resize':
      return only({ ...state, columns: event.columns, rows: event.rows })
    case 'tick':
      return only({ ...state, nowMs: event.nowMs })
    case 'detail':
      return only(takeDetail(state, event.request, event.answer))
    case 'notice':
      return only({ ...state, notice: { text: event.text, untilMs: state.nowMs + NOTICE_MS } })
    case 'replay':
      return only({ ...state, replay: event.replay })
  }
}

function takeSample(state: TopState, { sample, host, nowMs }: Extract<TopEvent, { kind: 'sample' }>): TopState {
  const rates = state.latest === null ? null : computeRates(state.latest, sample)
  const heard: TopState = {
    ...state,
    nowMs,
    connection: { kind: 'live', host },
    input: state.input?.kind === 'password' ? null : state.input,
    latest: sample,
    sampledAtMs: nowMs,
    history: rates === null ? state.history : recordSample(state, sample, rates),
  }
  return state.isPaused && state.sample !== null ? heard : showLatest(heard, rates)
}

function recordSample(state: TopState, sample: ServerSample, rates: Rates): TopState['history'] {
  const toMs = Date.parse(sample.time)
  // A break in the samples is a gap in the charts, not a mean over it.
  const spanMs = Math.min(rates.intervalSeconds * 1000, 3 * state.settings.refreshMs)
  return recordValues(state.history, valuesOf(sample, rates), toMs - spanMs, toMs)
}

function valuesOf(sample: ServerSample, { total, nodes }: Rates): Values {
  const values: Record<string, number | null> = {
    writes: total.writes,
    points: total.points,
    errors: total.errors,
    queries: total.queries,
    writeP99: total.writeP99Seconds,
    queryP99: total.queryP99Seconds,
  }
  for (const { id, rssBytes } of sample.nodes) {
    const { cpu, points } = nodes.get(id) ?? NO_RATES
    values[`cpu ${id}`] = cpu
    values[`points ${id}`] = points
    values[`rss ${id}`] = rssBytes
  }
  for (const link of sample.replication) values[`lag ${linkId(link)}`] = link.lagSeconds
  return values
}

function takeConnection(state: TopState, connection: Connection, nowMs: number): TopState {
  const isAsking = connection.kind === 'denied' && state.connection.kind !== 'denied' && state.input === null
  return { ...state, nowMs, connection, input: isAsking ? { kind: 'password', text: '' } : state.input }
}

function takeDetail(state: TopState, request: DetailRequest, answer: DetailAnswer): TopState {
  const key = detailKey(request)
  const kept = Object.entries(state.details).filter(([other]) => other !== key)
  const details = Object.fromEntries([...kept.slice(1 - DETAIL_COUNT_MAX), [key, answer]])
  return { ...state, details }
}
