/** Samples of made-up servers at fixed times: one healthy node, a cluster in trouble, an empty server, an InfluxDB 1.8. */

import { readServerSample, type ServerSample } from '../../src/client/server-sample.js'

export const START_MS = Date.parse('2026-11-20T03:44:17Z')

type Document = Record<string, unknown>

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function timeAt(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString()
}

/** Counters after `seconds`, at steady rates with a slow wave, so that charts have a shape. */
function httpAt(seconds: number, writesPerSecond: number): Document {
  const waves = seconds + 8 * Math.sin(seconds / 9)
  const writes = Math.round(1_000_000 + writesPerSecond * waves)
  const queries = Math.round(40_000 + 70 * waves)
  return {
    request_count: writes + queries,
    active_count: 3,
    write_count: writes,
    active_write_count: 2,
    write_bytes: writes * 4200,
    point_count: writes * 67,
    rejected_point_count: 12,
    query_count: queries,
    active_query_count: 1,
    query_bytes: queries * 900,
    client_error_count: 40,
    write_latency: { bounds_seconds: BOUNDS, counts: spread(writes, [0, 2, 60, 30, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]) },
    query_latency: { bounds_seconds: BOUNDS, counts: spread(queries, [0, 0, 0, 20, 40, 20, 10, 8, 2, 0, 0, 0, 0, 0]) },
  }
}

function spread(total: number, percents: readonly number[]): number[] {
  return percents.map((percent) => Math.round((total * percent) / 100))
}

function nodeAt(id: string, seconds: number, overrides: Document = {}): Document {
  return {
    id,
    address: `${id}.example:8086`,
    state: 'active',
    role: 'single',
    version: '0.1.0',
    started_at: '2026-11-15T09:40:02Z',
    uptime_seconds: 410_655 + seconds,
    process_id: 4242,
    platform: 'linux x64',
    runtime_version: 'v20.19.0',
    data_dir: '/var/lib/hyperbyte',
    config_digest: '9f2c01aa',
    cpu_seconds: 1000 + seconds * 0.41,
    cpu_count: 4,
    rss_bytes: 2_040_109_465,
    heap_used_bytes: 210_000_000,
    heap_total_bytes: 320_000_000,
    external_bytes: 512_000_000,
    event_loop_delay_seconds: 0.012,
    open_file_count: 214,
    wal_bytes: 18_874_368,
    wal_sync_count: 900_000 + seconds * 180,
    memtable_bytes: 222_298_112,
    memtable_row_count: 5_400_000,
    column_cache_bytes: 64_000_000,
    file_count: 4211,
    file_bytes: 62_000_000_000,
    series_count: 81_203,
    flush_count: 1800,
    compaction_count: 420,
    http: httpAt(seconds, 6200),
    disk: { total_bytes: 1_000_204_886_016, free_bytes: 412_316_860_416, full_in_seconds: 48 * 86_400 },
    probes: [
      { name: 'ready', is_passing: true, message: 'takes writes and queries' },
      { name: 'disk', is_passing: true, message: 'writable' },
    ],
    ...overrides,
  }
}

function databasesAt(seconds: number): Document[] {
  const make = (name: string, rate: number, bytes: number, growth: number | null): Document => ({
    name,
    point_count: 9_000_000 + rate * seconds,
    series_count: Math.round(rate / 5),
    measurement_count: 14,
    file_count: 1400,
    file_bytes: bytes,
    row_count: Math.round(bytes / 6),
    oldest_time: '2026-10-01T00:00:00Z',
    newest_time: timeAt(seconds),
    growth_bytes: growth,
    growth_seconds: 86_400,
    policies: [policy('autogen', true, 0, bytes * 0.9), policy('month', false, 30 * 86_400, bytes * 0.1)],
  })
  return [
    make('telegraf', 390_000, 48_000_000_000, 1_400_000_000),
    make('iot-käse', 12_000, 13_500_000_000, 90_000_000),
    make('a database whose name is far too long for any column of any terminal', 0, 12_000, null),
  ]
}

function policy(name: string, isDefault: boolean, seconds: number, bytes: number): Document {
  return {
    name,
    is_default: isDefault,
    duration_seconds: seconds,
    shard_group_seconds: 604_800,
    file_count: 700,
    file_bytes: Math.round(bytes),
    row_count: Math.round(bytes / 6),
    oldest_time: '2026-10-01T00:00:00Z',
    newest_time: '2026-11-20T03:44:17Z',
  }
}

const STORAGE: Document = {
  size_classes: [
    { up_to_bytes: 1_048_576, file_count: 310, byte_count: 120_000_000 },
    { up_to_bytes: 67_108_864, file_count: 3700, byte_count: 22_000_000_000 },
    { up_to_bytes: null, file_count: 201, byte_count: 40_000_000_000 },
  ],
  small_file_share: 0.07,
  is_flushing: true,
  merge_queue: [group('cpu', 8, 412_000_000), group('disk', 4, 90_000_000), group('net', 5, 130_000_000)],
  merge_queue_count: 3,
  merge_queue_bytes: 632_000_000,
  expiries: [
    {
      database: 'telegraf',
      retention_policy: 'month',
      next_expiry: '2026-11-23T00:00:00Z',
      file_count: 92,
      byte_count: 1_100_000_000,
    },
  ],
}

function group(measurement: string, files: number, bytes: number): Document {
  return {
    database: 'telegraf',
    retention_policy: 'autogen',
    measurement,
    bucket_start: '2026-11-09T00:00:00Z',
    file_count: files,
    byte_count: bytes,
  }
}

const QUERIES: Document[] = [
  {
    id: '17',
    text: 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - 30d GROUP BY time(1h), host fill(none)',
    database: 'telegraf',
    user: 'grafana',
    client: '10.0.3.7:51212',
    status: 'running',
    age_seconds: 12.4,
    row_count: 240_000,
    memory_bytes: 41_000_000,
  },
  {
    id: '19',
    text: 'SELECT * FROM "käse\u001b[31m"',
    database: 'iot-käse',
    user: '',
    client: '10.0.3.9:40000',
    status: 'running',
    age_seconds: 0.2,
    row_count: null,
    memory_bytes: null,
  },
]

const STATEMENTS: Document[] = [
  {
    fingerprint: 'SELECT mean(usage_idle) FROM cpu WHERE time > now() - ? GROUP BY time(?), host fill(none)',
    database: 'telegraf',
    call_count: 90_210,
    error_count: 0,
    row_count: 42_000_000,
    total_seconds: 8120,
    p99_seconds: 0.34,
    max_seconds: 4.1,
    last_at: '2026-11-20T03:44:12Z',
  },
  {
    fingerprint: 'SHOW TAG VALUES FROM cpu WITH KEY = host',
    database: 'telegraf',
    call_count: 412,
    error_count: 3,
    row_count: 51_000,
    total_seconds: 2.1,
    p99_seconds: 0.012,
    max_seconds: 0.05,
    last_at: '2026-11-20T03:40:00Z',
  },
]

const JOBS: Document[] = [
  {
    id: '1',
    kind: 'backup',
    title: 'full to /backup/daily',
    state: 'done',
    progress: 1,
    done_bytes: 61_000_000_000,
    total_bytes: 61_000_000_000,
    started_at: '2026-11-20T02:00:00Z',
    ended_at: '2026-11-20T02:07:30Z',
  },
  {
    id: '2',
    kind: 'compaction',
    title: 'telegraf.autogen.cpu',
    state: 'running',
    progress: 0.43,
    done_bytes: 180_000_000,
    total_bytes: 412_000_000,
    started_at: '2026-11-20T03:44:00Z',
    eta_seconds: 24,
  },
]

const EVENTS: Document[] = [
  event(1, '2026-11-20T02:00:00Z', 'info', 'backup', 'backup full to /backup/daily done'),
  event(2, '2026-11-20T03:12:55Z', 'info', 'compaction', 'telegraf.autogen.cpu: 8 files became 1, 412 MiB, 6.1 s'),
  event(3, '2026-11-20T03:41:02Z', 'warn', 'disk', 'slow sync of the log: 1.2 s'),
]

function event(sequence: number, time: string, level: string, kind: string, text: string): Document {
  return { sequence, time, level, kind, node: 'n1', text }
}

function document(seconds: number, overrides: Document): Document {
  return { schema: 'hyperbyte.sample/1', time: timeAt(seconds), product: 'hyperbyte', version: '0.1.0', ...overrides }
}

export function healthySample(seconds: number): ServerSample {
  return readServerSample(
    document(seconds, {
      nodes: [nodeAt('n1', seconds)],
      databases: databasesAt(seconds),
      storage: STORAGE,
      queries: QUERIES,
      statements: STATEMENTS,
      jobs: JOBS,
      events: EVENTS,
    }),
  )
}

export function degradedSample(seconds: number): ServerSample {
  const lagging = nodeAt('n3', seconds, {
    state: 'lagging',
    role: 'follower',
    lag_seconds: 74,
    wal_bytes: 100_663_296,
    cpu_seconds: 1000 + seconds * 0.72,
    event_loop_delay_seconds: 0.4,
    flush_error_count: 2,
    disk: { total_bytes: 1_000_204_886_016, free_bytes: 97_710_505_984, full_in_seconds: 6 * 86_400 },
  })
  return readServerSample(
    document(seconds, {
      cluster_name: 'prod',
      nodes: [
        nodeAt('n1', seconds, { role: 'leader' }),
        nodeAt('n2', seconds, { role: 'follower', lag_seconds: 0 }),
        lagging,
      ],
      replication: [
        { from: 'n1', to: 'n2', lag_seconds: 0, entry_count: 0, byte_count: 0 },
        {
          from: 'n1',
          to: 'n3',
          lag_seconds: 74,
          entry_count: 12_400,
          byte_count: 96_000_000,
          hint_count: 31,
          oldest_hint_seconds: 80,
        },
      ],
      raft: {
        term: 12,
        leader: 'n1',
        commit_index: 981_223,
        snapshot_index: 980_000,
        pending_change: '',
        members: [
          { id: 'n1', vote: 'n1', last_index: 981_223, applied_index: 981_223 },
          { id: 'n2', vote: 'n1', last_index: 981_223, applied_index: 981_220 },
          { id: 'n3', vote: 'n1', last_index: 968_823, applied_index: 968_800 },
        ],
        elections: [
          { time: '2026-11-15T09:40:40Z', term: 11, leader: '' },
          { time: '2026-11-15T09:40:44Z', term: 12, leader: 'n1' },
        ],
      },
      databases: databasesAt(seconds),
      storage: { ...STORAGE, merge_queue_count: 412, merge_queue_bytes: 90_000_000_000, small_file_share: 0.4 },
      queries: [{ ...QUERIES[0], age_seconds: 372 }, QUERIES[1]],
      statements: STATEMENTS,
      jobs: [
        ...JOBS,
        {
          id: '3',
          kind: 'backup',
          title: 'incremental to s3',
          state: 'failed',
          started_at: '2026-11-20T03:30:00Z',
          ended_at: '2026-11-20T03:30:09Z',
          message: 'the bucket refuses: 403',
        },
      ],
      events: [...EVENTS, event(4, '2026-11-20T03:42:00Z', 'error', 'flush', 'could not flush: no space left')],
    }),
  )
}

export function emptySample(seconds: number): ServerSample {
  const node = nodeAt('n1', seconds, {
    wal_bytes: 0,
    memtable_bytes: 0,
    memtable_row_count: 0,
    file_count: 0,
    file_bytes: 0,
    series_count: 0,
    http: {},
  })
  return readServerSample(document(seconds, { nodes: [node] }))
}

export function influxdbSample(seconds: number): ServerSample {
  return readServerSample(
    document(seconds, {
      product: 'influxdb',
      version: '1.8.10',
      nodes: [nodeAt('db1', seconds, { disk: {}, lag_seconds: null })],
      databases: [{ name: 'telegraf', point_count: 0, series_count: 812, measurement_count: 14 }],
      queries: [QUERIES[0]],
    }),
  )
}
