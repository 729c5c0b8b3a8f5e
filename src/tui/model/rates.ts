/**
 * Rates of two samples of the same server. A counter that went back belongs to a new process: then there is no rate for
 * that interval (null), as there is none before the second sample.
 */

import type { HistogramSample, NodeSample, ServerSample } from '../../client/server-sample.js'

export interface NodeRates {
  readonly writes: number | null
  readonly points: number | null
  readonly queries: number | null
  /** Answers with 4xx and 5xx status. */
  readonly errors: number | null
  readonly serverErrors: number | null
  readonly writeBytes: number | null
  readonly syncs: number | null
  readonly writeP99Seconds: number | null
  readonly queryP99Seconds: number | null
  /** 1 = one core. */
  readonly cpu: number | null
}

export interface Rates {
  readonly intervalSeconds: number
  readonly total: NodeRates
  readonly nodes: ReadonlyMap<string, NodeRates>
  /** Points per second by database. */
  readonly databases: ReadonlyMap<string, number>
}

export const NO_RATES: NodeRates = {
  writes: null,
  points: null,
  queries: null,
  errors: null,
  serverErrors: null,
  writeBytes: null,
  syncs: null,
  writeP99Seconds: null,
  queryP99Seconds: null,
  cpu: null,
}

/** null when the samples are not two moments in this order. */
export function computeRates(before: ServerSample, after: ServerSample): Rates | null {
  const intervalSeconds = (Date.parse(after.time) - Date.parse(before.time)) / 1000
  if (!(intervalSeconds > 0)) return null
  const nodes = new Map<string, NodeRates>()
  const pairs: [NodeSample, NodeSample][] = []
  for (const node of after.nodes) {
    const earlier = before.nodes.find(({ id }) => id === node.id)
    if (earlier === undefined || earlier.startedAt !== node.startedAt) continue
    pairs.push([earlier, node])
    nodes.set(node.id, nodeRates([[earlier, node]], intervalSeconds))
  }
  const total = pairs.length === 0 ? NO_RATES : nodeRates(pairs, intervalSeconds)
  return { intervalSeconds, total, nodes, databases: databaseRates(before, after, intervalSeconds) }
}

function nodeRates(pairs: readonly [NodeSample, NodeSample][], seconds: number): NodeRates {
  const rate = (read: (node: NodeSample) => number): number | null => {
    let sum = 0
    for (const [before, after] of pairs) {
      const difference = read(after) - read(before)
      if (difference < 0) return null
      sum += difference
    }
    return sum / seconds
  }
  return {
    writes: rate(({ http }) => http.writeCount),
    points: rate(({ http }) => http.pointCount),
    queries: rate(({ http }) => http.queryCount),
    errors: rate(({ http }) => http.clientErrorCount + http.serverErrorCount),
    serverErrors: rate(({ http }) => http.serverErrorCount),
    writeBytes: rate(({ http }) => http.writeBytes),
    syncs: rate(({ walSyncCount }) => walSyncCount),
    writeP99Seconds: quantile(pairs, ({ http }) => http.writeLatency, 0.99),
    queryP99Seconds: quantile(pairs, ({ http }) => http.queryLatency, 0.99),
    cpu: rate(({ cpuSeconds }) => cpuSeconds),
  }
}

/** The bucket the quantile falls into, interpolated; null when nothing happened in the interval. */
function quantile(
  pairs: readonly [NodeSample, NodeSample][],
  read: (node: NodeSample) => HistogramSample,
  share: number,
): number | null {
  const { boundsSeconds } = read(pairs[0][1])
  const counts = new Array<number>(boundsSeconds.length + 1).fill(0)
  for (const [before, after] of pairs) {
    const earlier = read(before).counts
    const later = read(after).counts
    for (let i = 0; i < counts.length; i++) counts[i] += Math.max(0, (later[i] ?? 0) - (earlier[i] ?? 0))
  }
  return quantileOf(boundsSeconds, counts, share)
}

export function quantileOf(bounds: readonly number[], counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0 || bounds.length === 0) return null
  let below = 0
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0 || below + counts[i] < total * share) {
      below += counts[i]
      continue
    }
    if (i >= bounds.length) return bounds[bounds.length - 1]
    const from = i === 0 ? 0 : bounds[i - 1]
    return from + ((total * share - below) / counts[i]) * (bounds[i] - from)
  }
  return bounds[bounds.length - 1]
}

function databaseRates(before: ServerSample, after: ServerSample, seconds: number): ReadonlyMap<string, number> {
  const earlier = new Map(before.databases.map(({ name, pointCount }) => [name, pointCount]))
  const rates = new Map<string, number>()
  for (const { name, pointCount } of after.databases) {
    const difference = pointCount - (earlier.get(name) ?? Number.POSITIVE_INFINITY)
    if (difference >= 0) rates.set(name, difference / seconds)
  }
  return rates
}
