/**
 * Keys that are right in an InfluxDB 1.x configuration file and mean nothing here: a server started with such a file
 * warns about them instead of refusing. `*` stands for every key of a section.
 */

export const IGNORED_KEYS: readonly string[] = [
  'reporting-disabled',
  'reporting-enabled',
  'bind-address',
  'meta.*',
  'data.wal-dir',
  'data.index-version',
  'data.wal-fsync-delay',
  'data.validate-keys',
  'data.strict-error-handling',
  'data.query-log-enabled',
  'data.cache-snapshot-write-cold-duration',
  'data.compact-full-write-cold-duration',
  'data.compact-throughput',
  'data.compact-throughput-burst',
  'data.max-concurrent-compactions',
  'data.max-index-log-file-size',
  'data.series-id-set-cache-size',
  'data.series-file-max-concurrent-snapshot-compactions',
  'data.trace-logging-enabled',
  'data.tsm-use-madv-willneed',
  'coordinator.write-timeout',
  'coordinator.log-queries-after',
  'coordinator.log-timedout-queries',
  'coordinator.termination-query-log',
  'retention.*',
  'shard-precreation.*',
  'monitor.*',
  'subscriber.ca-certs',
  'http.enabled',
  'http.log-enabled',
  'http.flux-enabled',
  'http.flux-log-enabled',
  'http.suppress-write-log',
  'http.access-log-path',
  'http.access-log-status-filters',
  'http.write-tracing',
  'http.pprof-enabled',
  'http.pprof-auth-enabled',
  'http.debug-pprof-enabled',
  'http.ping-auth-enabled',
  'http.prom-read-auth-enabled',
  'http.https-certificate',
  'http.https-private-key',
  'http.realm',
  'http.unix-socket-enabled',
  'http.unix-socket-permissions',
  'http.bind-socket',
  'logging.suppress-logo',
  'graphite.*',
  'collectd.*',
  'opentsdb.*',
  'udp.*',
  'continuous_queries.log-enabled',
  'continuous_queries.query-stats-enabled',
  'tls.*',
  'ifql.*',
]

export function isIgnoredKey(key: string): boolean {
  return IGNORED_KEYS.includes(key) || IGNORED_KEYS.includes(`${key.split('.')[0]}.*`)
}

/** Keys of InfluxDB that must not be passed over when they are switched on: the server would be less safe than asked for. */
export const REFUSED_WHEN_ON: ReadonlyMap<string, string> = new Map([
  ['http.https-enabled', 'this server speaks plain HTTP; put a TLS proxy in front and remove the key'],
])
