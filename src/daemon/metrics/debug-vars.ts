/**
 * /debug/vars in InfluxDB's shape: one JSON object with a line per entry, `system`, `cmdline`, `memstats`, then
 * `"<name>[:<what>]": {name, tags, values}`. Telegraf's `inputs.influxdb` reads it; Go's memory numbers are filled with
 * Node's nearest.
 */

import type { Engine } from '../../engine/index.js'
import type { RequestMetrics } from './request-metrics.js'

export interface DebugVarsSources {
  readonly engine: Engine
  readonly requests: RequestMetrics
  /** `127.0.0.1:8086` */
  readonly bindAddress: string
  readonly startedAtMs: number
}

interface Statistic {
  readonly name: string
  readonly tags: Readonly<Record<string, string>> | null
  readonly values: Readonly<Record<string, number>>
}

export function printDebugVars(sources: DebugVarsSources, nowMs: number): string {
  const entries: [string, unknown][] = [
    ['system', systemEntry(sources.startedAtMs, nowMs)],
    ['cmdline', process.argv],
    ['memstats', memoryEntry()],
    ['runtime', runtimeStatistic()],
    ['queryExecutor', queryStatistic(sources.requests)],
    ...databaseEntries(sources.engine),
    ['write', writeStatistic(sources)],
    ['hyperbyte', engineStatistic(sources.engine)],
    [`httpd:${sources.bindAddress}`, httpdStatistic(sources)],
  ]
  return `{\n${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')}\n}\n`
}

function systemEntry(startedAtMs: number, nowMs: number): unknown {
  return {
    currentTime: new Date(nowMs).toISOString(),
    started: new Date(startedAtMs).toISOString(),
    uptime: Math.floor((nowMs - startedAtMs) / 1000),
  }
}

function memoryEntry(): Record<string, number> {
  const { heapTotal, heapUsed, rss } = process.memoryUsage()
  return {
    Alloc: heapUsed,
    TotalAlloc: heapUsed,
    Sys: rss,
    Lookups: 0,
    Mallocs: 0,
    Frees: 0,
    HeapAlloc: heapUsed,
    HeapSys: heapTotal,
    HeapIdle: heapTotal - heapUsed,
    HeapInuse: heapUsed,
    HeapReleased: 0,
    HeapObjects: 0,
    NextGC: 0,
    LastGC: 0,
    PauseTotalNs: 0,
    NumGC: 0,
    GCCPUFraction: 0,
  }
}

function runtimeStatistic(): Statistic {
  const { heapTotal, heapUsed, rss } = process.memoryUsage()
  const values = {
    Alloc: heapUsed,
    Frees: 0,
    HeapAlloc: heapUsed,
    HeapIdle: heapTotal - heapUsed,
    HeapInUse: heapUsed,
    HeapObjects: 0,
    HeapReleased: 0,
    HeapSys: heapTotal,
    Lookups: 0,
    Mallocs: 0,
    NumGC: 0,
    NumGoroutine: 0,
    PauseTotalNs: 0,
    Sys: rss,
    TotalAlloc: heapUsed,
  }
  return { name: 'runtime', tags: {}, values }
}

function queryStatistic(requests: RequestMetrics): Statistic {
  const values = {
    queriesActive: requests.activeQueryCount,
    queriesExecuted: requests.queryCount + requests.activeQueryCount,
    queriesFinished: requests.queryCount,
    queryDurationNs: toNs(requests.queryDurationMs),
    recoveredPanics: 0,
  }
  return { name: 'queryExecutor', tags: null, values }
}

function databaseEntries({ catalog }: Engine): [string, Statistic][] {
  return [...catalog.meta.databases.keys()].map((database) => {
    const values = {
      numMeasurements: catalog.seriesIndex(database).measurements().length,
      numSeries: catalog.seriesTable(database).count,
    }
    return [`database:${database}`, { name: 'database', tags: { database }, values }]
  })
}

function writeStatistic({ engine, requests }: DebugVarsSources): Statistic {
  const { writtenRowCount, rejectedRowCount } = engine.stats()
  const values = {
    pointReq: writtenRowCount + rejectedRowCount,
    pointReqLocal: writtenRowCount + rejectedRowCount,
    req: requests.writeCount,
    subWriteDrop: 0,
    subWriteOk: 0,
    writeDrop: rejectedRowCount,
    writeError: requests.pointsFailedCount,
    writeOk: requests.writeCount - requests.pointsFailedCount,
    writeTimeout: 0,
  }
  return { name: 'write', tags: null, values }
}

function engineStatistic(engine: Engine): Statistic {
  const { isReadOnly, ...numbers } = engine.stats()
  return { name: 'hyperbyte', tags: null, values: { ...numbers, readOnly: isReadOnly ? 1 : 0 } }
}

function httpdStatistic({ requests, bindAddress }: DebugVarsSources): Statistic {
  const values = {
    authFail: requests.authFailureCount,
    clientError: requests.clientErrorCount,
    pingReq: requests.pingCount,
    pointsWrittenDropped: requests.pointsDroppedCount,
    pointsWrittenFail: requests.pointsFailedCount,
    pointsWrittenOK: requests.pointsWrittenCount,
    promReadReq: 0,
    promWriteReq: 0,
    queryReq: requests.queryCount,
    queryReqDurationNs: toNs(requests.queryDurationMs),
    queryRespBytes: requests.queryBytes,
    recoveredPanics: 0,
    req: requests.requestCount,
    reqActive: requests.activeCount,
    reqDurationNs: toNs(requests.requestDurationMs),
    serverError: requests.serverErrorCount,
    statusReq: requests.statusCount,
    writeReq: requests.writeCount,
    writeReqActive: requests.activeWriteCount,
    writeReqBytes: requests.writeBytes,
    writeReqDurationNs: toNs(requests.writeDurationMs),
  }
  return { name: 'httpd', tags: { bind: bindAddress }, values }
}

function toNs(durationMs: number): number {
  return Math.round(durationMs * 1e6)
}
