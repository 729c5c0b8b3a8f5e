/**
 * The state of a server in one word with the reasons for it, judged from its own numbers. Pure. A single node is a
 * cluster of one: the document has the shape that several nodes will fill.
 */

import type { DebugBackup, DebugServer } from '../../client/debug-documents.js'
import { formatSeconds } from '../progress/format-quantity.js'
import type { CheckOutcome } from './check-format.js'

export interface StatusReason {
  readonly code: string
  readonly severity: 'warning' | 'critical'
  readonly node: number
  readonly text: string
  readonly hint: string
}

export interface StatusDocument {
  readonly schema: 'hyperbyte.debug.status/1'
  readonly time: string
  readonly cluster: string | null
  readonly state: 'healthy' | 'degraded' | 'recovering' | 'unknown'
  readonly reasons: readonly StatusReason[]
  readonly leader: { readonly node: number; readonly term: number | null; readonly since: string | null }
  readonly nodes: readonly StatusNode[]
  /** Null when nobody has left a note of one. */
  readonly last_backup: StatusBackup | null
}

export interface StatusBackup extends Pick<DebugBackup, 'id' | 'time' | 'repository' | 'covers' | 'size_bytes'> {
  readonly age_s: number
  readonly state: 'verified' | 'unverified'
}

export interface StatusNode {
  readonly id: number
  readonly addr: string
  readonly state: 'active' | 'read-only'
  readonly role: 'single'
  readonly version: string
  readonly uptime_s: number | null
  readonly lag_s: number
  readonly disk_free_bytes: string
  readonly disk_total_bytes: string
  readonly wal_bytes: string
  readonly files: number
  readonly file_bytes: string
  readonly series: number
  readonly memory_rss_bytes: number
}

const MIB = 2 ** 20
const FREE_CRITICAL = 256 * MIB
const FREE_SHARE_WARNED = 0.1
const FREE_WARNED = 5 * 1024 * MIB

export interface StatusExpectations {
  /** An older backup of everything, or none, is a reason to worry; null = what the server is configured to find overdue. */
  readonly backupAgeMsMax: number | null
}

/** `name`: how the node was reached. */
export function statusOf(
  server: DebugServer,
  name: string,
  time: string,
  expected: StatusExpectations = { backupAgeMsMax: null },
): StatusDocument {
  const reasons = [...reasonsOf(server), ...backupReasons(server, expected)]
  return {
    schema: 'hyperbyte.debug.status/1',
    time,
    cluster: null,
    state: reasons.length === 0 ? 'healthy' : 'degraded',
    reasons,
    leader: { node: 0, term: null, since: null },
    nodes: [nodeOf(server, name)],
    last_backup: backupOf(server),
  }
}

function nodeOf(server: DebugServer, name: string): StatusNode {
  const { stats } = server
  return {
    id: 0,
    addr: name,
    state: stats.is_read_only === true ? 'read-only' : 'active',
    role: 'single',
    version: server.version,
    uptime_s: server.uptime_s,
    lag_s: 0,
    disk_free_bytes: server.disk_free_bytes,
    disk_total_bytes: server.disk_total_bytes,
    wal_bytes: String(stats.wal_bytes),
    files: Number(stats.parquet_file_count),
    file_bytes: String(stats.parquet_bytes),
    series: Number(stats.series_count),
    memory_rss_bytes: server.memory_rss_bytes,
  }
}

function reasonsOf({ stats, disk_free_bytes, disk_total_bytes }: DebugServer): StatusReason[] {
  const reasons: StatusReason[] = []
  const add = (code: string, severity: StatusReason['severity'], text: string, hint: string) =>
    reasons.push({ code, severity, node: 0, text, hint })
  if (stats.is_read_only === true) {
    add(
      'read_only',
      'critical',
      'writes are refused until the disk takes them again',
      'look at the disk: hyperbyte doctor',
    )
  }
  if (Number(stats.flush_error_count) > 0) {
    add(
      'flush_failed',
      'warning',
      `${stats.flush_error_count} flushes failed since the start`,
      "look into the server's log",
    )
  }
  const free = Number(disk_free_bytes)
  const text = `${Math.round(free / MIB)} MiB of disk free`
  if (free < FREE_CRITICAL) add('disk_full', 'critical', text, 'make room now: writes will be refused')
  else if (free < FREE_WARNED && free < Number(disk_total_bytes) * FREE_SHARE_WARNED) {
    add('disk_tight', 'warning', text, 'make room, or shorten a retention policy')
  }
  return reasons
}

function backupOf({ last_backup: backup }: DebugServer): StatusBackup | null {
  if (backup === null) return null
  const { id, time, repository, covers, size_bytes, age_s, verified } = backup
  return { id, time, age_s, state: verified === 'none' ? 'unverified' : 'verified', repository, covers, size_bytes }
}

function backupReasons(server: DebugServer, expected: StatusExpectations): StatusReason[] {
  const text = overdueBackup(server, expected)
  if (text === null) return []
  return [{ code: 'backup_overdue', severity: 'warning', node: 0, text, hint: 'hyperbyte backup --repo DIR' }]
}

/** What is wrong with the age of the last backup; null when nothing is. */
export function overdueBackup(
  { last_backup: backup, backup_age_max_s }: DebugServer,
  { backupAgeMsMax }: StatusExpectations = { backupAgeMsMax: null },
): string | null {
  const secondsMax = backupAgeMsMax === null ? backup_age_max_s : backupAgeMsMax / 1000
  if (secondsMax === null) return null
  if (backup === null || backup.covers === 'part') return 'there is no backup of everything'
  if (backup.age_s <= secondsMax) return null
  return `the last backup is ${formatSeconds(backup.age_s)} old, more than ${formatSeconds(secondsMax)}`
}

export function checkOutcomeOf({ state, reasons, nodes, last_backup: backup }: StatusDocument): CheckOutcome {
  const isCritical = reasons.some(({ severity }) => severity === 'critical')
  const [node] = nodes
  return {
    name: 'hyperbyte status',
    state: state === 'unknown' ? 'unknown' : isCritical ? 'critical' : reasons.length > 0 ? 'warning' : 'ok',
    text: reasons.length === 0 ? state : reasons.map(({ text }) => text).join('; '),
    metrics:
      node === undefined
        ? []
        : [
            { name: 'disk_free_bytes', value: Number(node.disk_free_bytes) },
            { name: 'wal_bytes', value: Number(node.wal_bytes) },
            { name: 'files', value: node.files },
            { name: 'series', value: node.series },
            ...(backup === null ? [] : [{ name: 'last_backup_age_seconds', value: backup.age_s }]),
          ],
  }
}

/** What a check says when nobody answers. */
export function unknownStatus(message: string, time: string): StatusDocument {
  return {
    schema: 'hyperbyte.debug.status/1',
    time,
    cluster: null,
    state: 'unknown',
    reasons: [{ code: 'unreachable', severity: 'critical', node: 0, text: message, hint: 'is the server running?' }],
    leader: { node: 0, term: null, since: null },
    nodes: [],
    last_backup: null,
  }
}
