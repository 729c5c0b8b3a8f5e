/**
 * What the server is and how it is configured, in the modules and names of InfluxDB's SHOW DIAGNOSTICS. What this server
 * has no counterpart of says so: an empty text, 0s, false.
 */

import { hostname } from 'node:os'
import path from 'node:path'
import { type Diagnostic, formatGoDuration, formatTime } from '../../engine/index.js'
import type { ConfigValues } from '../config/option-table.js'
import { INFLUXDB_VERSION, PROGRAM_VERSION } from '../http/versions.js'

export interface Uptime {
  readonly startedAtMs: number
  readonly nowMs: number
}

export function serverDiagnostics(values: ConfigValues, uptime: Uptime): Diagnostic[] {
  const { host, port } = values['http.bind-address']
  return [
    {
      name: 'build',
      facts: { Branch: 'hyperbyte', 'Build Time': '', Commit: PROGRAM_VERSION, Version: INFLUXDB_VERSION },
    },
    { name: 'config', facts: { 'bind-address': '', 'reporting-enabled': false } },
    { name: 'config-coordinator', facts: coordinatorFacts(values) },
    {
      name: 'config-cqs',
      facts: {
        enabled: values['continuous_queries.enabled'],
        'query-stats-enabled': false,
        'run-interval': span(values['continuous_queries.run-interval']),
      },
    },
    { name: 'config-data', facts: dataFacts(values) },
    {
      name: 'config-httpd',
      facts: {
        'access-log-path': '',
        'bind-address': `${host.includes(':') ? `[${host}]` : host}:${port}`,
        enabled: true,
        'https-enabled': false,
        'max-connection-limit': values['http.max-connection-limit'],
        'max-row-limit': values['http.max-row-limit'],
      },
    },
    { name: 'config-meta', facts: { dir: path.join(values['data.dir'], 'meta') } },
    { name: 'config-monitor', facts: { 'store-enabled': false } },
    {
      name: 'config-subscriber',
      facts: {
        enabled: values['subscriber.enabled'],
        'http-timeout': span(values['subscriber.http-timeout']),
        'write-buffer-size': values['subscriber.write-buffer-size'],
        'write-concurrency': values['subscriber.write-concurrency'],
      },
    },
    { name: 'network', facts: { hostname: hostname() } },
    {
      name: 'runtime',
      facts: {
        GOARCH: process.arch === 'x64' ? 'amd64' : process.arch,
        GOMAXPROCS: values['duckdb.threads'],
        GOOS: process.platform,
        version: `node ${process.version}`,
      },
    },
    {
      name: 'system',
      facts: {
        PID: process.pid,
        currentTime: formatTime(BigInt(uptime.nowMs) * 1_000_000n),
        started: formatTime(BigInt(uptime.startedAtMs) * 1_000_000n),
        uptime: span(uptime.nowMs - uptime.startedAtMs),
      },
    },
  ]
}

function coordinatorFacts(values: ConfigValues): Diagnostic['facts'] {
  return {
    'log-queries-after': '0s',
    'max-concurrent-queries': values['coordinator.max-concurrent-queries'],
    'max-select-buckets': values['coordinator.max-select-buckets'],
    'max-select-point': values['coordinator.max-select-point'],
    'max-select-series': values['coordinator.max-select-series'],
    'query-timeout': span(values['coordinator.query-timeout']),
    'write-timeout': '0s',
  }
}

function dataFacts(values: ConfigValues): Diagnostic['facts'] {
  const directory = values['data.dir']
  return {
    'cache-max-memory-size': values['data.cache-max-memory-size'],
    'cache-snapshot-memory-size': values['data.cache-snapshot-memory-size'],
    'cache-snapshot-write-cold-duration': span(values['data.flush-age-max']),
    'compact-full-write-cold-duration': '0s',
    dir: path.join(directory, 'data'),
    'max-concurrent-compactions': 1,
    'max-series-per-database': values['data.max-series-per-database'],
    'max-values-per-tag': values['data.max-values-per-tag'],
    'wal-dir': path.join(directory, 'wal'),
    'wal-fsync-delay': '0s',
  }
}

function span(ms: number): string {
  return formatGoDuration(BigInt(Math.round(ms)) * 1_000_000n)
}
