import { describe, expect, test } from 'vitest'
import { nagiosCode, renderNagios, renderPrometheus } from '../../../src/cli/debug/check-format.js'
import { checkOutcomeOf, overdueBackup, statusOf, unknownStatus } from '../../../src/cli/debug/server-status.js'
import type { DebugServer } from '../../../src/client/debug-documents.js'

const GIB = 2 ** 30
const TIME = '2026-11-20T03:44:17.000Z'

function server(changes: Partial<DebugServer> = {}, stats: Record<string, number | boolean> = {}): DebugServer {
  return {
    version: '1.0.0',
    node_version: 'v20.18.1',
    platform: 'linux x64',
    kernel: '6.1.0',
    pid: 1,
    uptime_s: 60,
    data_dir: '/data',
    disk_free_bytes: String(50 * GIB),
    disk_total_bytes: String(100 * GIB),
    memory_rss_bytes: 1000,
    log_sequence: '9',
    log_flushed_sequence: '5',
    durability: 'every_write',
    last_backup: null,
    backup_age_max_s: null,
    stats: {
      written_row_count: 0,
      rejected_row_count: 0,
      wal_bytes: 10,
      wal_fsync_count: 0,
      memtable_bytes: 0,
      memtable_row_count: 0,
      flush_count: 0,
      flush_error_count: 0,
      compaction_count: 0,
      parquet_file_count: 2,
      parquet_bytes: 20,
      series_count: 3,
      is_read_only: false,
      column_cache_bytes: 0,
      ...stats,
    },
    databases: [],
    ...changes,
  }
}

test('the status document keeps its keys', () => {
  expect(statusOf(server(), 'http://db1:8086', TIME)).toEqual({
    schema: 'hyperbyte.debug.status/1',
    time: TIME,
    cluster: null,
    state: 'healthy',
    reasons: [],
    leader: { node: 0, term: null, since: null },
    nodes: [
      {
        id: 0,
        addr: 'http://db1:8086',
        state: 'active',
        role: 'single',
        version: '1.0.0',
        uptime_s: 60,
        lag_s: 0,
        disk_free_bytes: String(50 * GIB),
        disk_total_bytes: String(100 * GIB),
        wal_bytes: '10',
        files: 2,
        file_bytes: '20',
        series: 3,
        memory_rss_bytes: 1000,
      },
    ],
    last_backup: null,
  })
})

test.each([
  ['a server that refuses writes', server({}, { is_read_only: true }), ['read_only'], 'critical', 2],
  ['failed flushes', server({}, { flush_error_count: 2 }), ['flush_failed'], 'warning', 1],
  ['a disk that is nearly full', server({ disk_free_bytes: String(2 * GIB) }), ['disk_tight'], 'warning', 1],
  ['a full disk', server({ disk_free_bytes: '1000' }), ['disk_full'], 'critical', 2],
  ['nothing', server(), [], 'ok', 0],
] as const)('%s is judged', (_, document, codes, state, nagios) => {
  const status = statusOf(document, 'x', TIME)
  expect(status.reasons.map(({ code }) => code)).toEqual(codes)
  expect(status.state).toBe(codes.length === 0 ? 'healthy' : 'degraded')
  const outcome = checkOutcomeOf(status)
  expect([outcome.state, nagiosCode(outcome.state)]).toEqual([state, nagios])
})

const BACKUP = {
  id: '20261120T034000Z',
  time: '2026-11-20T03:40:00Z',
  repository: '/backup/hb',
  type: 'incr',
  verified: 'new',
  covers: 'all',
  size_bytes: '2000',
  added_bytes: '10',
  age_s: 257,
} as const

test('the last backup is told with its age and whether it was read back', () => {
  const { last_backup } = statusOf(server({ last_backup: BACKUP }), 'x', TIME)
  expect(last_backup).toEqual({
    id: '20261120T034000Z',
    time: '2026-11-20T03:40:00Z',
    age_s: 257,
    state: 'verified',
    repository: '/backup/hb',
    covers: 'all',
    size_bytes: '2000',
  })
  const unread = statusOf(server({ last_backup: { ...BACKUP, verified: 'none' } }), 'x', TIME)
  expect(unread.last_backup?.state).toBe('unverified')
  expect(checkOutcomeOf(unread).metrics).toContainEqual({ name: 'last_backup_age_seconds', value: 257 })
})

test.each([
  ['is recent', BACKUP, []],
  ['is too old', { ...BACKUP, age_s: 3601 }, ['backup_overdue']],
  ['has only a part', { ...BACKUP, covers: 'part' }, ['backup_overdue']],
  ['does not exist', null, ['backup_overdue']],
] as const)('a backup that %s is judged when somebody expects one', (_, last_backup, codes) => {
  const document = server({ last_backup })
  const { reasons } = statusOf(document, 'x', TIME, { backupAgeMsMax: 3_600_000 })
  expect(reasons.map(({ code }) => code)).toEqual(codes)
  expect(statusOf(document, 'x', TIME).reasons).toEqual([])
  const configured = server({ last_backup, backup_age_max_s: 3600 })
  expect(statusOf(configured, 'x', TIME).reasons.map(({ code }) => code)).toEqual(codes)
  expect(overdueBackup(configured) !== null).toBe(codes.length > 0)
})

test('a server that does not answer is unknown', () => {
  const outcome = checkOutcomeOf(unknownStatus('connection refused', TIME))
  expect([renderNagios(outcome), nagiosCode(outcome.state)]).toEqual([
    'HYPERBYTE STATUS UNKNOWN - connection refused',
    3,
  ])
})

describe('a check prints', () => {
  const outcome = {
    name: 'hyperbyte health',
    state: 'warning',
    text: 'a | b',
    metrics: [{ name: 'ping_ms', value: 1.5 }],
  } as const

  test('one line for Nagios', () => {
    expect(renderNagios(outcome)).toBe('HYPERBYTE HEALTH WARNING - a / b | ping_ms=1.5')
  })

  test('metrics for Prometheus', () => {
    expect(renderPrometheus(outcome)).toBe(
      '# TYPE hyperbyte_health_healthy gauge\nhyperbyte_health_healthy 0\n# TYPE hyperbyte_health_ping_ms gauge\nhyperbyte_health_ping_ms 1.5',
    )
  })
})
