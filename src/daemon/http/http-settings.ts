/**
 * What the HTTP server is told when it starts. The config reads these from file, flags and environment; nothing here
 * is read from anywhere else. 0 means "no limit" wherever a limit may be absent, as in InfluxDB's `[http]` section.
 */

import type { QueryLimits } from '../../engine/index.js'

export interface HttpSettings {
  readonly bindHost: string
  /** Where the data lies, for dashboards: they show it and watch its disk. '' = nobody says. */
  readonly dataDir: string
  /** The whole configuration with the origin of each value, secrets hidden: for those who look for what is wrong. */
  readonly configurationText?: string
  /** An older last backup of everything, or none, is overdue; null = never. */
  readonly backupAgeMsMax: number | null
  /** 0 = any free port. */
  readonly bindPort: number
  /** Largest request body, before and after unpacking. */
  readonly bodyBytesMax: number
  /** Request bodies held in memory over all requests; above it writes are answered 503. */
  readonly bodiesInFlightBytesMax: number
  readonly connectionCountMax: number
  readonly concurrentWriteCountMax: number
  /** Writes that may wait for a place among the concurrent ones. */
  readonly enqueuedWriteCountMax: number
  readonly enqueuedWriteTimeoutMs: number
  readonly concurrentQueryCountMax: number
  /** `timeoutMs` among them is the query timeout. */
  readonly limits: QueryLimits
  readonly isAuthEnabled: boolean
  /** A write to an unknown database creates it; for development. */
  readonly isDatabaseCreatedOnWrite: boolean
  /** Key of JWT signatures; '' turns bearer tokens off. */
  readonly sharedSecret: string
  /** Credentials for /metrics, /debug and the details of /health, when authentication is on. */
  readonly isMonitoringAuthenticated: boolean
  readonly keepAliveTimeoutMs: number
  /** Time a client has to send its header, and its whole request. */
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  /** How long `close` waits for requests in flight before it cuts them off. */
  readonly closeTimeoutMs: number
}

/** What a server runs with when nobody says otherwise. */
export const DEFAULT_HTTP_SETTINGS: HttpSettings = {
  bindHost: '127.0.0.1',
  dataDir: '',
  backupAgeMsMax: null,
  bindPort: 8086,
  bodyBytesMax: 25_000_000,
  // 16 bodies of the largest size.
  bodiesInFlightBytesMax: 400_000_000,
  connectionCountMax: 0,
  concurrentWriteCountMax: 0,
  enqueuedWriteCountMax: 0,
  enqueuedWriteTimeoutMs: 30_000,
  concurrentQueryCountMax: 0,
  limits: { maxSelectPoint: 0, maxSelectSeries: 0, maxSelectBuckets: 0, maxRowLimit: 0, timeoutMs: 0 },
  isAuthEnabled: false,
  isDatabaseCreatedOnWrite: false,
  sharedSecret: '',
  isMonitoringAuthenticated: true,
  // Longer than Telegraf's flush interval (10 s) and than most proxies' own.
  keepAliveTimeoutMs: 75_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  closeTimeoutMs: 10_000,
}
