/** The first lines of every frame: whom we look at, how it is, how old the picture is; and the tabs. */

import { refreshName } from '../model/palette.js'
import type { TopState } from '../model/top-state.js'
import { INFLUXDB_VIEWS, VIEW_IDS, VIEW_TITLES, type ViewId } from '../model/view-id.js'
import { clean, cut, cutLine, type Line, lineOf, lineWidth, type Span, span, spread } from '../text/line.js'
import { markOf } from '../text/state-mark.js'
import { lookOf } from '../views/views.js'

/** Samples that may be missed before the picture counts as old. */
const MISSED_MAX = 3

export function isStale({ nowMs, sampledAtMs, settings, sample, replay }: TopState): boolean {
  return sample !== null && replay === null && nowMs - sampledAtMs > MISSED_MAX * settings.refreshMs + 1000
}

export function headerLine(state: TopState, width: number): Line {
  const { sample, settings, nowMs } = state
  const isWide = width >= 80
  const clock = new Date(nowMs).toISOString().slice(11, 19)
  const right = lineOf(
    ...(isStale(state) ? [span(`${Math.floor((nowMs - state.sampledAtMs) / 1000)} s old  `, 'warning')] : []),
    span(`${clock}Z`, 'dim'),
    span(`  ↻${refreshName(settings.refreshMs)}`, 'dim'),
    ...(isWide && sample !== null ? [span(`  ${versionOf(state)}`, 'dim')] : []),
    ' ',
  )
  return spread(leftOf(state, width - lineWidth(right) - 1), right, width)
}

/** How it is matters more than what it is called: a narrow header loses our name, then the reason, then the place. */
function leftOf(state: TopState, width: number): Line {
  const name = [span(' hyperbyte top ', 'accent'), span('  ')]
  const place = [span(placeOf(state), 'bold'), span('   ')]
  const [word, ...reason] = statusSpans(state)
  const candidates = [
    [...name, ...place, word, ...reason],
    [span(' '), ...place, word, ...reason],
    [span(' '), ...place, word],
    [span(' '), word, ...reason],
  ]
  return candidates.find((line) => lineWidth(line) <= width) ?? cutLine(candidates[3], Math.max(0, width))
}

function versionOf({ sample }: TopState): string {
  if (sample === null) return ''
  return sample.product === 'influxdb' ? `InfluxDB ${sample.version}` : `v${sample.version}`
}

/** `prod · 3 nodes · leader n1 (term 12)`; of a single node its address. */
function placeOf({ sample, connection }: TopState): string {
  const host = connection.host.replace(/^https?:\/\//, '')
  if (sample === null || sample.nodes.length <= 1) return clean(`${host} · single node`)
  const leader = sample.raft === null ? '' : ` · leader ${sample.raft.leader} (term ${sample.raft.term})`
  return clean(`${sample.clusterName === '' ? host : sample.clusterName} · ${sample.nodes.length} nodes${leader}`)
}

function statusSpans(state: TopState): Span[] {
  const { connection, health, sample, nowMs } = state
  if (state.replay !== null) {
    return [span(`‖ REPLAY ${state.replay.index + 1} of ${state.replay.count}`, 'accent')]
  }
  if (connection.kind === 'lost') {
    const waitSeconds = Math.max(0, Math.ceil((connection.nextTryAtMs - nowMs) / 1000))
    const text = `▲ RECONNECTING (${ordinal(connection.tryCount)} try, ${waitSeconds} s): ${clean(connection.reason)}`
    return [span(text, 'warning')]
  }
  if (connection.kind === 'denied') return [span(`✗ DENIED: ${clean(connection.reason)}`, 'critical')]
  if (sample === null) return [span('◌ connecting', 'dim')]
  const { sign, tone } = markOf(health.word)
  const word = health.word === 'healthy' ? 'healthy' : health.word.toUpperCase()
  const spans = [span(`${sign} ${word}`, tone), ...(health.reason === '' ? [] : [span(` (${health.reason})`, tone)])]
  return state.isPaused ? [span('‖ PAUSED', 'warning'), span('  '), ...spans] : spans
}

function ordinal(count: number): string {
  const ending = count % 100 >= 11 && count % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${ending}`
}

export interface Tab {
  readonly view: ViewId
  readonly from: number
  readonly to: number
}

export interface TabLine {
  readonly line: Line
  readonly tabs: readonly Tab[]
}

/** All titles where they fit, else the numbers and the title of the view that is shown. */
export function tabLine(state: TopState, width: number): TabLine {
  const filterText = lookOf(state).filter
  const right =
    filterText === '' ? [] : lineOf(span('filter: ', 'dim'), span(cut(clean(filterText), 24), 'accent'), ' ')
  for (const isShort of [false, true]) {
    const built = buildTabs(state, isShort)
    if (isShort || lineWidth(built.line) + lineWidth(right) + 1 <= width) {
      return { ...built, line: spread(built.line, right, width) }
    }
  }
  throw new Error('unreachable: the short tabs are always taken')
}

function buildTabs(state: TopState, isShort: boolean): TabLine {
  const line: Span[] = [span(' ')]
  const tabs: Tab[] = []
  let from = 1
  VIEW_IDS.forEach((view, i) => {
    const isShown = view === state.view
    const text = isShort && !isShown ? String(i + 1) : `${i + 1} ${VIEW_TITLES[view]}`
    const isEmpty = state.sample?.product === 'influxdb' && !INFLUXDB_VIEWS.has(view)
    const title: Span = { text, tone: isEmpty ? 'dim' : isShown ? 'bold' : 'plain', isInverse: isShown }
    line.push(title, span(isShort ? ' ' : '  '))
    tabs.push({ view, from, to: from + text.length })
    from += text.length + (isShort ? 1 : 2)
  })
  return { line, tabs }
}

export function crumbLine(state: TopState): Line {
  const parts = [VIEW_TITLES[state.view], ...state.crumbs.map(({ title }) => clean(title))]
  return lineOf(' ', span(parts.join(' › '), 'accent'), span('   Esc goes back', 'dim'))
}
