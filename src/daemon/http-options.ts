/** From the configuration's names to the settings of the HTTP server. */

import type { ConfigValues } from './config/option-table.js'
import { DEFAULT_HTTP_SETTINGS, type HttpSettings } from './http/http-settings.js'

export function toHttpSettings(values: ConfigValues, isDev: boolean): HttpSettings {
  return {
    ...DEFAULT_HTTP_SETTINGS,
    bindHost: values['http.bind-address'].host,
    dataDir: values['data.dir'],
    backupAgeMsMax: values['status.backup-age-max'] || null,
    bindPort: values['http.bind-address'].port,
    bodyBytesMax: values['http.max-body-size'],
    bodiesInFlightBytesMax: values['http.max-bodies-in-flight-size'],
    connectionCountMax: values['http.max-connection-limit'],
    concurrentWriteCountMax: values['http.max-concurrent-write-limit'],
    enqueuedWriteCountMax: values['http.max-enqueued-write-limit'],
    enqueuedWriteTimeoutMs: values['http.enqueued-write-timeout'],
    concurrentQueryCountMax: values['coordinator.max-concurrent-queries'],
    limits: {
      maxSelectPoint: values['coordinator.max-select-point'],
      maxSelectSeries: values['coordinator.max-select-series'],
      maxSelectBuckets: values['coordinator.max-select-buckets'],
      maxRowLimit: values['http.max-row-limit'],
      timeoutMs: values['coordinator.query-timeout'],
    },
    isAuthEnabled: values['http.auth-enabled'],
    isDatabaseCreatedOnWrite: isDev,
    sharedSecret: values['http.shared-secret'],
  }
}
