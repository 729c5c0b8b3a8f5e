/**
 * A sample of an InfluxDB 1.x server, from what it shows: `/ping`, `/debug/vars` and SHOW QUERIES. What it does not show
 * stays empty; views that would be empty say so.
 */

import type { HttpClient } from '../../client/http-client.js'
import { runStatement } from '../../client/run-statement.js'
import { readServerSample, SAMPLE_SCHEMA, type ServerSample } from '../../client/server-sample.js'

type Numbers = Readonly<Record<string, unknown>>

interface Statistic {
  readonly name?: string
  readonly tags?: Readonly<Record<string, string>> | null
  readonly values?: Numbers
}

export async function sampleInfluxdb(client: HttpClient, host: string): Promise<ServerSample> {
  const [{ version }, variables, queries] = await Promise.all([
    client.ping(),
    client.getJson('/debug/vars') as Promise<Record<string, unknown>>,
    runStatement(client, 'SHOW QUERIES').catch(() => []),
  ])
  const rows = queries.flatMap(({ columns, values = [] }) =>
    values.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]]))),
  )
  return toSample(variables, { version, host, queries: rows, nowMs: Date.now() })
}

export interface InfluxdbFacts {
  readonly version: string
  readonly host: string
  /** Rows of SHOW QUERIES. */
  readonly queries: readonly Readonly<Record<string, unknown>>[]
  readonly nowMs: number
}

export function toSample(
  variables: Readonly<Record<string, unknown>>,
  { version, host, queries, nowMs }: InfluxdbFacts,
): ServerSample {
  const statistics = Object.values(variables).filter(isStatistic)
  const name = host.replace(/^https?:\/\//, '')
  return readServerSample({
    schema: SAMPLE_SCHEMA,
    time: new Date(nowMs).toISOString(),
    product: 'influxdb',
    version,
    nodes: [nodeOf(variables, statistics, { id: name, version, nowMs })],
    databases: databasesOf(statistics),
    queries: queries.map((row) => ({
      id: String(row['qid'] ?? ''),
      text: String(row['query'] ?? ''),
      database: String(row['database'] ?? ''),
      status: String(row['status'] ?? 'running'),
      age_seconds: parseGoSeconds(String(row['duration'] ?? '')),
    })),
  })
}

function isStatistic(value: unknown): value is Statistic {
  return typeof value === 'object' && value !== null && 'values' in value
}

function nodeOf(
  variables: Readonly<Record<string, unknown>>,
  statistics: readonly Statistic[],
  { id, version, nowMs }: { id: string; version: string; nowMs: number },
): Numbers {
  const memory = (variables['memstats'] ?? {}) as Numbers
  const system = (variables['system'] ?? {}) as Numbers
  const http = statistics.find((statistic) => statistic.name === 'httpd')?.values ?? {}
  const uptimeSeconds = numberOf(system['uptime'])
  const started = system['started']
  return {
    id,
    address: id,
    version,
    // Older servers do not tell when they started; then a counter that goes back is what shows a restart.
    started_at: typeof started === 'string' ? started : '',
    uptime_seconds: uptimeSeconds,
    rss_bytes: numberOf(memory['Sys']),
    heap_used_bytes: numberOf(memory['HeapAlloc']),
    heap_total_bytes: numberOf(memory['HeapSys']),
    series_count: sumOf(statistics, 'database', 'numSeries'),
    http: {
      request_count: numberOf(http['req']),
      active_count: numberOf(http['reqActive']),
      write_count: numberOf(http['writeReq']),
      active_write_count: numberOf(http['writeReqActive']),
      write_bytes: numberOf(http['writeReqBytes']),
      point_count: numberOf(http['pointsWrittenOK']),
      rejected_point_count: numberOf(http['pointsWrittenDropped']),
      query_count: numberOf(http['queryReq']),
      query_bytes: numberOf(http['queryRespBytes']),
      auth_failure_count: numberOf(http['authFail']),
      client_error_count: numberOf(http['clientError']),
      server_error_count: numberOf(http['serverError']),
    },
    probes: [{ name: 'ping', is_passing: true, message: new Date(nowMs).toISOString() }],
  }
}

function databasesOf(statistics: readonly Statistic[]): Numbers[] {
  return statistics
    .filter(({ name }) => name === 'database')
    .map(({ tags, values = {} }) => {
      const database = tags?.['database'] ?? ''
      const shards = statistics.filter((each) => each.name === 'shard' && each.tags?.['database'] === database)
      return {
        name: database,
        series_count: numberOf(values['numSeries']),
        measurement_count: numberOf(values['numMeasurements']),
        point_count: sumOf(shards, 'shard', 'writePointsOk'),
        file_bytes: sumOf(shards, 'shard', 'diskBytes'),
      }
    })
}

function sumOf(statistics: readonly Statistic[], name: string, value: string): number {
  return statistics.reduce((sum, each) => (each.name === name ? sum + numberOf(each.values?.[value]) : sum), 0)
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

const GO_UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
}

/** `1h2m3.5s`, `812ms` → seconds. */
export function parseGoSeconds(text: string): number {
  let seconds = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g)) {
    seconds += Number(number) * GO_UNIT_SECONDS[unit]
  }
  return seconds
}
