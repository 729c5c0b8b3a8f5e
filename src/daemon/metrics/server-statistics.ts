/**
 * The server's numbers as InfluxDB's modules have them: for SHOW STATS and /debug/vars. Go's memory numbers are filled
 * with Node's nearest.
 */

import type { Engine, Statistic } from '../../engine/index.js'
import type { RequestMetrics } from './request-metrics.js'

export interface StatisticsSources {
  readonly engine: Engine
  readonly requests: RequestMetrics
  /** `127.0.0.1:8086` */
  readonly bindAddress: string
}

export function serverStatistics(sources: StatisticsSources): Statistic[] {
  return [
    runtimeStatistic(),
    queryStatistic(sources.requests),
    ...databaseStatistics(sources.engine),
    writeStatistic(sources),
    continuousQueryStatistic(sources.engine),
    httpdStatistic(sources),
    engineStatistic(sources.engine),
  ]
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
  return { name: 'runtime', tags: null, values }
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

function databaseStatistics({ catalog }: Engine): Statistic[] {
  return [...catalog.meta.databases.keys()].map((database) => {
    const values = {
      numMeasurements: catalog.seriesIndex(database).measurements().length,
      numSeries: catalog.seriesTable(database).count,
    }
    return { name: 'database', tags: { database }, values }
  })
}

function continuousQueryStatistic({ continuousQueries }: Engine): Statistic {
  const values = { queryFail: 0, queryOk: 0 }
  for (const { run } of continuousQueries.list()) {
    values.queryFail += run?.failCount ?? 0
    values.queryOk += run?.okCount ?? 0
  }
  return { name: 'cq', tags: null, values }
}

function writeStatistic({ engine, requests }: StatisticsSources): Statistic {
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

function httpdStatistic({ requests, bindAddress }: StatisticsSources): Statistic {
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
