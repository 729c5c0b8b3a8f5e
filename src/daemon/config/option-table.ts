/**
 * Every option of the daemon, one row each. The row makes the default, the flag of `serve`, the environment variable,
 * the key in the configuration file, `config show` and the page docs/configuration.md. Names are InfluxDB's where it
 * has one with the same meaning.
 */

import {
  boolean,
  choice,
  duration,
  integer,
  type ListenAddress,
  listenAddress,
  type OptionParser,
  path,
  size,
  text,
} from './option-parsers.js'

/** What defaults may depend on. */
export interface Machine {
  /** Physical memory, or the limit of the control group when that is lower. */
  readonly memoryBytes: number
  readonly cpuCount: number
}

export interface OptionRow<T> {
  readonly parser: OptionParser<T>
  readonly default: (machine: Machine) => T
  /** What the manual prints when the default depends on the machine. */
  readonly defaultText?: string
  /** `start`: read once. `reload`: also read again on SIGHUP. */
  readonly scope: 'start' | 'reload'
  readonly flag?: string
  /** Other variables that set it, asked in this order before the one made of the key. */
  readonly environment?: readonly string[]
  /** Never printed; may also come from a file named by `<ENV>_FILE`. */
  readonly isSecret?: true
  readonly text: string
}

const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const COUNT_MAX = 2 ** 31 - 1

/** Written out rather than inferred, so that a row with a wrong default does not build. */
function option<T>(
  row: Omit<OptionRow<T>, 'default'> & { readonly default: T | OptionRow<T>['default'] },
): OptionRow<T> {
  const fallback = row.default
  return { ...row, default: typeof fallback === 'function' ? (fallback as OptionRow<T>['default']) : () => fallback }
}

/** A share of the machine's memory in whole MiB, kept between bounds. */
function memoryShare(share: number, min: number, max: number): (machine: Machine) => number {
  return ({ memoryBytes }) => Math.min(max, Math.max(min, Math.floor((memoryBytes * share) / MIB) * MIB))
}

export const OPTIONS = {
  'http.bind-address': option<ListenAddress>({
    parser: listenAddress,
    default: { host: '127.0.0.1', port: 8086 },
    scope: 'start',
    flag: 'bind',
    text: 'Where the HTTP API listens. Other machines reach it only when this is not a loopback address.',
  }),
  'http.auth-enabled': option<boolean>({
    parser: boolean,
    default: false,
    scope: 'start',
    text: 'Ask every request for a user and check grants.',
  }),
  'http.insecure': option<boolean>({
    parser: boolean,
    default: false,
    scope: 'start',
    flag: 'insecure',
    text: 'Allow listening on other than a loopback address without authentication.',
  }),
  'http.shared-secret': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    isSecret: true,
    text: 'Key of JWT bearer tokens (HS256, HS384, HS512), at least 32 bytes. Empty: bearer tokens are refused.',
  }),
  'http.max-body-size': option<number>({
    parser: size({ min: 0, max: 2 * GIB - 1 }),
    default: 25_000_000,
    scope: 'start',
    text: 'Largest body of a write, after unpacking; larger ones get status 413. 0: no limit.',
  }),
  'http.max-bodies-in-flight-size': option<number>({
    parser: size({ min: MIB, max: TIB }),
    // Twice the largest body fits on the smallest machine; more than a gigabyte of bodies waits for the disk, not for memory.
    default: memoryShare(1 / 16, 64 * MIB, GIB),
    defaultText: 'a 16th of the memory, 64m to 1g',
    scope: 'start',
    text: 'Memory for the bodies of all requests in progress; writes above it get status 503.',
  }),
  'http.max-row-limit': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 0,
    scope: 'start',
    text: 'Rows in one answer that is not chunked; the rest is cut and marked `partial`. 0: no limit.',
  }),
  'http.max-connection-limit': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 0,
    scope: 'start',
    text: 'Open connections; more are closed at once. 0: no limit.',
  }),
  'http.max-concurrent-write-limit': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 0,
    scope: 'start',
    text: 'Writes in progress at a time; more wait in a queue. 0: no limit.',
  }),
  'http.max-enqueued-write-limit': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 0,
    scope: 'start',
    text: 'Writes that may wait for their turn; more get status 503. 0: no limit.',
  }),
  'http.enqueued-write-timeout': option<number>({
    parser: duration({ min: 0, max: HOUR_MS }),
    default: 30_000,
    scope: 'start',
    text: 'How long a write may wait for its turn before status 503. 0: no limit.',
  }),

  'data.dir': option<string>({
    parser: path,
    default: 'hyperbyte-data',
    scope: 'start',
    flag: 'data-dir',
    text: 'Directory of all data. Created when missing; one process at a time may hold it.',
  }),
  'data.durability': option<'every_write' | 'periodic' | 'os_default' | 'none'>({
    parser: choice(['every_write', 'periodic', 'os_default', 'none']),
    default: 'every_write',
    scope: 'start',
    text: 'When an acknowledged write is on disk: before the answer; within a second; when the system syncs; only after a flush.',
  }),
  'data.cache-max-memory-size': option<number>({
    parser: size({ min: 16 * MIB, max: TIB }),
    default: memoryShare(1 / 8, 128 * MIB, 512 * MIB),
    defaultText: 'an eighth of the memory, 128m to 512m',
    scope: 'start',
    text: 'Memory for rows that are not yet in files; writes above it get status 503.',
  }),
  'data.cache-snapshot-memory-size': option<number>({
    parser: size({ min: MIB, max: TIB }),
    // 64 MiB: about 600 k rows of ten fields; the flush of it takes three times as much for a second.
    default: memoryShare(1 / 32, 32 * MIB, 64 * MIB),
    defaultText: 'a 32nd of the memory, 32m to 64m',
    scope: 'start',
    text: 'Rows in memory above this size are flushed to Parquet files. At most half of cache-max-memory-size.',
  }),
  'data.flush-age-max': option<number>({
    parser: duration({ min: 1000, max: DAY_MS }),
    default: 600_000,
    scope: 'start',
    text: 'Rows older than this in memory are flushed even when they are few.',
  }),
  'data.wal-max-size': option<number>({
    parser: size({ min: 8 * MIB, max: TIB }),
    // 512 MiB: about 10 s of replay after a crash at 500 k rows/s and 100 B a row.
    default: 512 * MIB,
    scope: 'start',
    text: 'Write-ahead log above this size is flushed; it bounds the time of a start after a crash.',
  }),
  'data.column-cache-size': option<number>({
    parser: size({ min: 0, max: TIB }),
    default: memoryShare(1 / 16, 32 * MIB, 512 * MIB),
    defaultText: 'a 16th of the memory, 32m to 512m',
    scope: 'start',
    text: 'Memory for decoded columns that answer narrow queries. 0: no cache.',
  }),
  'data.max-series-per-database': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 1_000_000,
    scope: 'start',
    text: 'Series in one database; points of further ones are rejected. 0: no limit.',
  }),
  'data.max-values-per-tag': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 100_000,
    scope: 'start',
    text: 'Values of one tag in one measurement; points with further ones are rejected. 0: no limit.',
  }),

  'coordinator.query-timeout': option<number>({
    parser: duration({ min: 0, max: 7 * DAY_MS }),
    default: 30_000,
    scope: 'start',
    text: 'Longest time a query may run. 0: no limit.',
  }),
  'coordinator.max-concurrent-queries': option<number>({
    parser: integer({ min: 0, max: 100_000 }),
    default: 256,
    scope: 'start',
    text: 'Queries that may run at a time; more fail. 0: no limit.',
  }),
  'coordinator.max-select-point': option<number>({
    parser: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    default: 0,
    scope: 'start',
    text: 'Points one SELECT may read. 0: no limit.',
  }),
  'coordinator.max-select-series': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    default: 0,
    scope: 'start',
    text: 'Series one SELECT may read. 0: no limit.',
  }),
  'coordinator.max-select-buckets': option<number>({
    parser: integer({ min: 0, max: COUNT_MAX }),
    // A limit would cut a query without a lower time bound to its last buckets without a word, as InfluxDB does.
    default: 0,
    scope: 'start',
    text: 'GROUP BY time() buckets one SELECT may make; a SELECT without a lower time bound gets the last ones. 0: no limit.',
  }),

  'continuous_queries.enabled': option<boolean>({
    parser: boolean,
    default: true,
    scope: 'start',
    text: 'Run continuous queries when they are due.',
  }),
  'continuous_queries.run-interval': option<number>({
    parser: duration({ min: 100, max: HOUR_MS }),
    default: 1000,
    scope: 'start',
    text: 'How often to look whether a continuous query is due.',
  }),

  'subscriber.enabled': option<boolean>({
    parser: boolean,
    default: true,
    scope: 'start',
    text: 'Hand points on to the destinations of subscriptions.',
  }),
  'subscriber.http-timeout': option<number>({
    parser: duration({ min: 100, max: HOUR_MS }),
    default: 30_000,
    scope: 'start',
    text: 'How long a destination may take to answer.',
  }),
  'subscriber.insecure-skip-verify': option<boolean>({
    parser: boolean,
    default: false,
    scope: 'start',
    text: 'Do not check the certificates of https destinations.',
  }),
  'subscriber.write-concurrency': option<number>({
    parser: integer({ min: 1, max: 10_000 }),
    default: 40,
    scope: 'start',
    text: 'Writes of one subscription on their way at a time.',
  }),
  'subscriber.write-buffer-size': option<number>({
    parser: integer({ min: 1, max: 1_000_000 }),
    default: 1000,
    scope: 'start',
    text: 'Writes of one subscription that wait, and at most 64 MiB of them; more are dropped.',
  }),

  'duckdb.memory-limit': option<number>({
    parser: size({ min: 64 * MIB, max: TIB }),
    default: memoryShare(1 / 4, 256 * MIB, 64 * GIB),
    defaultText: 'a quarter of the memory, 256m to 64g',
    scope: 'start',
    text: 'Memory of the query engine; larger work spills to the data directory.',
  }),
  'duckdb.threads': option<number>({
    parser: integer({ min: 1, max: 256 }),
    default: ({ cpuCount }) => Math.min(256, Math.max(1, cpuCount)),
    defaultText: 'number of processors',
    scope: 'start',
    text: 'Threads of the query engine.',
  }),

  'logging.level': option<'trace' | 'debug' | 'info' | 'warn' | 'error'>({
    parser: choice(['trace', 'debug', 'info', 'warn', 'error']),
    default: 'info',
    scope: 'reload',
    flag: 'log-level',
    text: 'Least important messages that are logged.',
  }),
  'logging.format': option<'auto' | 'pretty' | 'json'>({
    parser: choice(['auto', 'pretty', 'json']),
    default: 'auto',
    scope: 'start',
    flag: 'log-format',
    text: 'How log lines look; `auto` is pretty on a terminal and JSON elsewhere.',
  }),

  'status.backup-age-max': option<number>({
    parser: duration({ min: 0, max: 366 * DAY_MS }),
    default: 0,
    scope: 'start',
    text: 'How old the last backup of everything may be before `debug status`, `debug health` and `top` call it overdue. 0: they only tell its age.',
  }),

  'debug.fault-injection-enabled': option<boolean>({
    parser: boolean,
    default: false,
    scope: 'start',
    text: 'Let an admin make the server misbehave with `hyperbyte debug fault`, for drills. Never where data matters.',
  }),

  // What commands that talk to a server use when the flag of the same name is not given; `serve` reads none of it.
  'connection.host': option<string>({
    parser: text,
    default: '',
    defaultText: '`"http://127.0.0.1:8086"`',
    scope: 'start',
    environment: ['HYPERBYTE_HOST', 'INFLUX_HOST'],
    text: 'Server that commands talk to.',
  }),
  'connection.database': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    environment: ['HYPERBYTE_DATABASE'],
    text: 'Database that commands use.',
  }),
  'connection.rp': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    text: "Retention policy that commands use. Empty: the database's default.",
  }),
  'connection.username': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    environment: ['HYPERBYTE_USERNAME', 'INFLUX_USERNAME'],
    text: 'User name that commands give.',
  }),
  'connection.password-file': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    environment: ['HYPERBYTE_PASSWORD_FILE'],
    text: 'File with the password.',
  }),
  'connection.token-file': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    environment: ['HYPERBYTE_TOKEN_FILE'],
    text: 'File with a bearer token; it wins over user name and password.',
  }),
  'connection.timeout': option<number>({
    parser: duration({ min: 1, max: DAY_MS }),
    default: 30_000,
    scope: 'start',
    text: 'Longest wait of a command for the server.',
  }),
  'connection.ca-file': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    text: 'PEM file of the authority to trust.',
  }),
  'connection.insecure': option<boolean>({
    parser: boolean,
    default: false,
    scope: 'start',
    text: "Do not check the server's certificate.",
  }),
  'connection.unix-socket': option<string>({
    parser: text,
    default: '',
    scope: 'start',
    text: 'Connect through this socket.',
  }),
} satisfies Record<string, unknown>

export type ConfigKey = keyof typeof OPTIONS

export type ConfigValues = {
  readonly [K in ConfigKey]: (typeof OPTIONS)[K] extends OptionRow<infer T> ? T : never
}

export const CONFIG_KEYS = Object.keys(OPTIONS) as readonly ConfigKey[]

/** Options of commands that talk to a server; behind `connection.` stands the name of the flag. */
export type ConnectionKey = Extract<ConfigKey, `connection.${string}`>

export const CONNECTION_KEYS = CONFIG_KEYS.filter((key): key is ConnectionKey => key.startsWith('connection.'))

/** The row without its value type, for code that treats all rows alike. */
export function optionRow(key: ConfigKey): OptionRow<unknown> {
  return OPTIONS[key] as OptionRow<unknown>
}

/** `http.bind-address` → `HYPERBYTE_HTTP_BIND_ADDRESS`. */
export function environmentName(key: ConfigKey): string {
  return `HYPERBYTE_${key.replace(/[.-]/g, '_').toUpperCase()}`
}
