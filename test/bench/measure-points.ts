/**
 * Single-point writes: one line a request from many connections, for a fixed time, by turns; and whether a point can be
 * queried as soon as its write was answered.
 */
import { join } from 'node:path'
import { type BenchServer, DATABASE } from './bench-server.js'
import { startEmpty } from './measure-ingest.js'
import type { PointJob, PointOutcome } from './point-writer.js'
import { runClient } from './run-client.js'
import type { ServerKind } from './server-kinds.js'
import { median, type Spread, spreadOf } from './statistics.js'

export type PointResult = { server: string; requestsPerSecond: number; rounds: number[]; latencyMs: Spread }
export type VisibleResult = { server: string; written: number; visible: number; writeAndQueryMs: Spread }

const CONNECTION_COUNT = 64
const SERIES_COUNT = 1000
const PROBE_COUNT = 1000
const START_NS = 1_700_000_000_000_000_000n
/** Points of one round stay below this many nanoseconds. */
const ROUND_STRIDE_NS = 1_000_000_000n

export async function measurePoints(
  kinds: readonly ServerKind[],
  options: { workDir: string; roundCount: number; pointSeconds: number },
): Promise<PointResult[]> {
  const servers = await startAll(kinds, options.workDir, 'points')
  const rounds = servers.map((): { rate: number; latenciesMs: number[] }[] => [])
  for (let round = 0; round < options.roundCount; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const which = (round + turn) % servers.length
      const outcome = await runClient<PointJob, PointOutcome>('point-writer', {
        port: servers[which]!.port,
        database: DATABASE,
        connectionCount: CONNECTION_COUNT,
        seriesCount: SERIES_COUNT,
        durationMs: options.pointSeconds * 1000,
        startNs: String(START_NS + BigInt(round) * ROUND_STRIDE_NS),
      })
      rounds[which]!.push({ rate: outcome.requestCount / outcome.seconds, latenciesMs: outcome.latenciesMs })
    }
  }
  for (const server of servers) await server.stop()
  return servers.map((server, which) => ({
    server: server.kind.name,
    requestsPerSecond: median(rounds[which]!.map(({ rate }) => rate)),
    rounds: rounds[which]!.map(({ rate }) => rate),
    latencyMs: spreadOf(rounds[which]!.flatMap(({ latenciesMs }) => latenciesMs)),
  }))
}

export async function measureVisible(
  kinds: readonly ServerKind[],
  options: { workDir: string },
): Promise<VisibleResult[]> {
  const servers = await startAll(kinds, options.workDir, 'visible')
  const results: VisibleResult[] = []
  for (const server of servers) results.push(await probeVisibility(server))
  for (const server of servers) await server.stop()
  return results
}

async function probeVisibility(server: BenchServer): Promise<VisibleResult> {
  const tookMs: number[] = []
  let visible = 0
  for (let probe = 0; probe < PROBE_COUNT; probe++) {
    const line = `visible,probe=p${probe % 10} value=${probe}i ${START_NS + BigInt(probe)}`
    const startMs = performance.now()
    await server.write(line)
    const answer = await server.query(`SELECT value FROM visible WHERE time = ${START_NS + BigInt(probe)}`)
    tookMs.push(performance.now() - startMs)
    if (answer.body.includes(`,${probe}]]`)) visible++
  }
  return { server: server.kind.name, written: PROBE_COUNT, visible, writeAndQueryMs: spreadOf(tookMs) }
}

async function startAll(kinds: readonly ServerKind[], workDir: string, name: string): Promise<BenchServer[]> {
  const servers: BenchServer[] = []
  for (const kind of kinds) servers.push(await startEmpty(kind, join(workDir, `${name}-${kind.name}`)))
  return servers
}
