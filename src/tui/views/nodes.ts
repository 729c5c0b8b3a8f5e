/** View 2: the nodes; behind each one everything it says about itself. */

import type { HistogramSample, NodeSample } from '../../client/server-sample.js'
import { NO_RATES, quantileOf } from '../model/rates.js'
import { type Table, textTable } from '../model/table.js'
import { crumbOf, type TopState } from '../model/top-state.js'
import {
  formatAbout,
  formatBytes,
  formatCount,
  formatLatency,
  formatRate,
  formatShare,
  formatSpan,
} from '../text/units.js'
import { type Chart, chartLines } from './chart-panel.js'
import { nodeTable } from './overview.js'
import { NO_PANELS, type View } from './view.js'

export const nodesView: View = {
  table: (state) => {
    const crumb = crumbOf(state, 'node')
    return crumb === undefined ? nodeTable(state) : nodePage(state, crumb.id)
  },
  above: (state, width) => {
    const crumb = crumbOf(state, 'node')
    if (crumb === undefined) return []
    return [{ shrinkRank: 1, lineCountMin: 0, lines: [...chartLines(state, nodeCharts(state, crumb.id), width), []] }]
  },
  below: NO_PANELS,
  open: (state, row) => (state.crumbs.length === 0 ? { kind: 'node', id: row.id, title: row.id, text: '' } : null),
  detail: () => null,
  actions: [],
}

function nodeCharts(state: TopState, id: string): readonly Chart[] {
  const rates = state.rates?.nodes.get(id) ?? NO_RATES
  const node = state.sample?.nodes.find((each) => each.id === id)
  return [
    { title: 'CPU', name: `cpu ${id}`, value: rates.cpu, format: formatShare, tone: 'accent' },
    { title: 'RSS', name: `rss ${id}`, value: node?.rssBytes ?? null, format: formatBytes, tone: 'accent' },
    { title: 'POINTS/s', name: `points ${id}`, value: rates.points, format: formatRate, tone: 'accent' },
  ]
}

function nodePage(state: TopState, id: string): Table {
  const node = state.sample?.nodes.find((each) => each.id === id)
  if (node === undefined) return textTable([], `node ${id} is gone`)
  return textTable([
    ...identityLines(node),
    '',
    ...trafficLines(state, node),
    '',
    ...storeLines(node),
    '',
    ...probeLines(node),
  ])
}

function row(title: string, ...parts: readonly string[]): string {
  return ` ${title.padEnd(14)}${parts.filter((part) => part !== '').join('   ')}`
}

function identityLines(node: NodeSample): string[] {
  return [
    row('identity', node.id, node.address, node.role, node.state),
    row('version', node.version, node.runtimeVersion, node.platform),
    row('process', `pid ${node.processId}`, `up ${formatSpan(node.uptimeSeconds)}`, `since ${node.startedAt}`),
    row('data', node.dataDir),
    ...(node.configDigest === '' ? [] : [row('config', node.configDigest)]),
  ]
}

function trafficLines(state: TopState, { id, http }: NodeSample): string[] {
  const rates = state.rates?.nodes.get(id) ?? NO_RATES
  return [
    row(
      'requests',
      `${formatCount(http.requestCount)} in all`,
      `${http.activeCount} active`,
      `${formatCount(http.clientErrorCount)} × 4xx`,
      `${formatCount(http.serverErrorCount)} × 5xx`,
      `${formatCount(http.authFailureCount)} refused`,
    ),
    row(
      'writes',
      `${formatRate(rates.writes)}/s`,
      `${formatRate(rates.points)} points/s`,
      `${formatBytes(rates.writeBytes)}/s`,
      `${formatCount(http.rejectedPointCount)} points rejected`,
    ),
    row(
      'queries',
      `${formatRate(rates.queries)}/s`,
      `${http.activeQueryCount} active`,
      `${formatBytes(http.queryBytes)} sent`,
    ),
    row('write time', ...latencies(http.writeLatency)),
    row('query time', ...latencies(http.queryLatency)),
  ]
}

function latencies({ boundsSeconds, counts }: HistogramSample): string[] {
  const at = (share: number) => formatLatency(quantileOf(boundsSeconds, counts, share))
  return [`p50 ${at(0.5)}`, `p90 ${at(0.9)}`, `p99 ${at(0.99)}`, `p99.9 ${at(0.999)}`, 'since the start']
}

function storeLines(node: NodeSample): string[] {
  const { disk } = node
  return [
    row(
      'memory',
      `rss ${formatBytes(node.rssBytes)}`,
      `heap ${formatBytes(node.heapUsedBytes)} of ${formatBytes(node.heapTotalBytes)}`,
      `outside ${formatBytes(node.externalBytes)}`,
      `columns ${formatBytes(node.columnCacheBytes)}`,
    ),
    row(
      'event loop',
      `p99 ${formatLatency(node.eventLoopDelaySeconds)} late`,
      `${node.cpuCount} cores`,
      node.openFileCount === null ? '' : `${node.openFileCount} open files`,
    ),
    row('log', `${formatBytes(node.walBytes)} not in files yet`, `${formatCount(node.walSyncCount)} syncs`),
    row(
      'memtables',
      formatBytes(node.memtableBytes),
      `${formatCount(node.memtableRowCount)} rows`,
      `${node.frozenMemtableCount} waiting for a flush`,
    ),
    row(
      'files',
      formatCount(node.fileCount),
      formatBytes(node.fileBytes),
      `${formatCount(node.flushCount)} flushes`,
      `${formatCount(node.flushErrorCount)} failed`,
      `${formatCount(node.compactionCount)} merges`,
    ),
    row('series', formatCount(node.seriesCount)),
    row(
      'disk',
      `${formatBytes(disk.freeBytes)} of ${formatBytes(disk.totalBytes)} free`,
      disk.fullInSeconds === null ? 'not filling up' : `full in about ${formatAbout(disk.fullInSeconds)}`,
    ),
  ]
}

function probeLines({ probes }: NodeSample): string[] {
  if (probes.length === 0) return []
  return [' probes', ...probes.map(({ name, isPassing, message }) => `   ${isPassing ? '✓' : '✗'} ${name}  ${message}`)]
}
