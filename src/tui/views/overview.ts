/** View 1: is it fine? Six charts, the nodes, what needs attention, what happened last. */

import type { NodeSample, ServerSample } from '../../client/server-sample.js'
import { valuesOf } from '../model/history.js'
import { NO_RATES } from '../model/rates.js'
import {
  type Cell,
  flexibleColumn,
  numberCell,
  numberColumn,
  type Table,
  textCell,
  textColumn,
} from '../model/table.js'
import type { TopState } from '../model/top-state.js'
import { cut, type Line, lineOf, lineWidth, span, widthOf } from '../text/line.js'
import { bar, sparkline } from '../text/sparkline.js'
import { markedState, markOf } from '../text/state-mark.js'
import {
  formatAbout,
  formatBytes,
  formatClock,
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
  formatSpan,
  UNKNOWN,
} from '../text/units.js'
import { type Chart, chartLines } from './chart-panel.js'
import type { Panel, View } from './view.js'

/** Below this width one line has to do for the charts. */
const CHARTS_WIDTH_MIN = 72

const CPU_BAR_WIDTH = 5

export const overviewView: View = {
  table: nodeTable,
  above: (state, width) => (state.sample === null ? [] : [chartPanel(state, width)]),
  below: (state, width) => (state.sample === null ? [] : [attentionPanel(state, width), eventPanel(state, width)]),
  open: (_state, row) => ({ kind: 'node', id: row.id, title: row.id, text: '' }),
  detail: () => null,
  actions: [],
}

/** A column of nodes is the same on the views 1 and 2. */
export function nodeTable(state: TopState): Table {
  return {
    columns: [
      flexibleColumn('node', 'NODE', 5),
      textColumn('state', 'STATE', 10),
      textColumn('role', 'ROLE', 8, 3),
      numberColumn('writes', 'WRITES/s', 8, 2),
      numberColumn('lag', 'LAG', 6),
      numberColumn('wal', 'WAL', 8, 4),
      numberColumn('memtable', 'MEMTABLE', 8, 7),
      numberColumn('files', 'FILES', 5, 8),
      textColumn('cpu', 'CPU', 10, 5),
      numberColumn('rss', 'RSS', 8, 9),
      textColumn('disk', 'DISK FREE', 15),
      numberColumn('up', 'UP', 6, 6),
    ],
    rows: (state.sample?.nodes ?? []).map((node) => ({ id: node.id, cells: nodeCells(node, state) })),
    emptyText: 'no node answers',
    isText: false,
  }
}

function nodeCells(node: NodeSample, state: TopState): Record<string, Cell> {
  const { writes, cpu } = state.rates?.nodes.get(node.id) ?? NO_RATES
  const product = state.sample?.product
  const ofEngine = <T>(value: T): T | null => (product === 'influxdb' ? null : value)
  return {
    node: textCell(node.id, 'bold'),
    state: { text: markedState(node.state), value: node.state, tone: markOf(node.state).tone },
    role: textCell(node.role),
    writes: numberCell(writes, formatRate),
    lag: numberCell(node.lagSeconds, formatSpan, (node.lagSeconds ?? 0) > 60 ? 'warning' : 'plain'),
    wal: numberCell(ofEngine(node.walBytes), formatBytes),
    memtable: numberCell(ofEngine(node.memtableBytes), formatBytes),
    files: numberCell(ofEngine(node.fileCount), formatCount),
    cpu: cpuCell(cpu, state),
    rss: numberCell(node.rssBytes, formatBytes),
    disk: diskCell(node),
    up: numberCell(node.uptimeSeconds, formatSpan),
  }
}

function cpuCell(cpu: number | null, { settings }: TopState): Cell {
  if (cpu === null) return numberCell(null, () => UNKNOWN)
  const text = `${formatShare(cpu).padStart(4)} ${bar(cpu, CPU_BAR_WIDTH, settings.charts)}`
  return { text, value: cpu, tone: cpu > 0.9 ? 'warning' : 'plain' }
}

function diskCell({ disk }: NodeSample): Cell {
  if (disk.totalBytes === 0) return numberCell(null, () => UNKNOWN)
  const forecast = disk.fullInSeconds === null ? '' : ` (${formatAbout(disk.fullInSeconds)})`
  const isUrgent = disk.fullInSeconds !== null && disk.fullInSeconds < 7 * 86_400
  const text = `${formatBytes(disk.freeBytes)}${forecast}`
  return { text, value: disk.freeBytes, tone: isUrgent ? 'warning' : 'plain' }
}

function chartPanel(state: TopState, width: number): Panel {
  const charts = trafficCharts(state)
  const lines = width >= CHARTS_WIDTH_MIN ? chartLines(state, charts, width) : [chartSummary(state, width)]
  return { shrinkRank: 1, lineCountMin: 1, lines: [...lines, []] }
}

export function trafficCharts(state: TopState): readonly Chart[] {
  const total = state.rates?.total ?? NO_RATES
  const errorTone = (total.errors ?? 0) > 0 ? 'warning' : 'accent'
  return [
    { title: 'WRITES/s', name: 'writes', value: total.writes, format: formatRate, tone: 'accent' },
    { title: 'POINTS/s', name: 'points', value: total.points, format: formatRate, tone: 'accent' },
    { title: 'ERRORS/s', name: 'errors', value: total.errors, format: formatRate, tone: errorTone },
    { title: 'QUERIES/s', name: 'queries', value: total.queries, format: formatRate, tone: 'accent' },
    { title: 'p99 WRITE', name: 'writeP99', value: total.writeP99Seconds, format: formatLatency, tone: 'accent' },
    { title: 'p99 QUERY', name: 'queryP99', value: total.queryP99Seconds, format: formatLatency, tone: 'accent' },
  ]
}

function chartSummary(state: TopState, width: number): Line {
  const { writes, errors, writeP99Seconds } = state.rates?.total ?? NO_RATES
  const left = lineOf(span(' writes/s ', 'dim'), span(formatRate(writes), 'bold'), ' ')
  const right = lineOf(
    span('  p99 ', 'dim'),
    span(formatLatency(writeP99Seconds), 'bold'),
    span('  errors ', 'dim'),
    span(formatRate(errors), 'bold'),
  )
  const sparkWidth = Math.min(20, width - lineWidth(left) - lineWidth(right))
  const values = valuesOf(state.history, state.settings.windowMs, 'writes')
  return [...left, span(sparkline(values, sparkWidth, state.settings.charts), 'accent'), ...right]
}

function attentionPanel(state: TopState, width: number): Panel {
  const lines: Line[] = [[], lineOf(span(' ATTENTION', 'dim'))]
  if (state.attention.length === 0) lines.push(lineOf(' ', span('✓', 'ok'), ' nothing needs attention'))
  state.attention.forEach(({ severity, text }, i) => {
    const { sign, tone } = markOf(severity)
    const marker = i === state.attentionIndex ? '▸' : ' '
    lines.push(lineOf(marker, span(sign, tone), ' ', span(cut(text, Math.max(1, width - 4)))))
  })
  if (!state.attention.some(({ id }) => id === 'backup')) lines.push(...backupLines(state.sample))
  return { shrinkRank: 4, lineCountMin: 3, lines }
}

/** That there is one, and how old it is, whether or not somebody has said how old it may be. */
function backupLines(sample: ServerSample | null): Line[] {
  if (sample === null || sample.backup === null || sample.backup.time === '') return []
  const { time, isWhole, isVerified } = sample.backup
  const age = formatSpan((Date.parse(sample.time) - Date.parse(time)) / 1000)
  const more = `${isVerified ? ', verified' : ''}${isWhole ? '' : ', only a part'}`
  return [lineOf(' ', span(isWhole ? '✓' : '·', isWhole ? 'ok' : 'dim'), ` last backup ${age} ago${more}`)]
}

function eventPanel({ sample }: TopState, width: number): Panel {
  const events = lastEvents(sample)
  if (events.length === 0) return { shrinkRank: 2, lineCountMin: 0, lines: [] }
  const lines: Line[] = [[], lineOf(span(' EVENTS', 'dim'))]
  for (const { time, level, text } of events) {
    const { sign, tone } = markOf(level)
    const room = Math.max(1, width - widthOf(sign) - 13)
    lines.push(lineOf(' ', span(formatClock(time), 'dim'), ' ', span(sign, tone), ' ', span(cut(text, room))))
  }
  return { shrinkRank: 3, lineCountMin: 0, lines }
}

function lastEvents(sample: ServerSample | null): ServerSample['events'] {
  return (sample?.events ?? []).slice(-6).reverse()
}
