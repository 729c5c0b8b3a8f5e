/** What somebody should look at, worst first, each with the view that shows more; and the health word that sums it up. */

import type { NodeSample, ServerSample } from '../../client/server-sample.js'
import { formatAbout, formatBytes, formatLatency, formatRate, formatShare, formatSpan } from '../text/units.js'
import type { Rates } from './rates.js'
import type { ViewId } from './view-id.js'

export type Severity = 'critical' | 'warning'

export interface AttentionItem {
  /** Stays the same from sample to sample. */
  readonly id: string
  readonly severity: Severity
  readonly text: string
  readonly view: ViewId
  /** Row to select there; '' = none. */
  readonly rowId: string
}

export interface Health {
  readonly word: 'healthy' | 'degraded' | 'critical'
  readonly reason: string
}

const DAY_SECONDS = 86_400
const LAG_SECONDS_MAX = 60
const DISK_FREE_SHARE_MIN = 0.05
const SLOW_QUERY_SECONDS = 60
/** A healthy event loop is late by a few milliseconds. */
const EVENT_LOOP_DELAY_SECONDS_MAX = 0.25
const MERGE_QUEUE_COUNT_MAX = 200

export function listAttention(sample: ServerSample, rates: Rates | null): readonly AttentionItem[] {
  const items = [
    ...sample.nodes.flatMap((node) => nodeItems(node, rates, sample.nodes.length === 1)),
    ...queryItems(sample),
    ...jobItems(sample),
    ...storageItems(sample),
    ...backupItems(sample),
  ]
  return items.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
}

export function healthOf(sample: ServerSample, items: readonly AttentionItem[]): Health {
  const worst = items[0]
  if (worst === undefined) return { word: 'healthy', reason: '' }
  const troubled = sample.nodes.filter(({ state }) => state !== 'active')
  const reason =
    sample.nodes.length > 1 && troubled.length > 0
      ? `${troubled.length} of ${sample.nodes.length} nodes ${troubled[0].state}`
      : worst.text
  return { word: worst.severity === 'critical' ? 'critical' : 'degraded', reason }
}

type Item = Omit<AttentionItem, 'id' | 'view' | 'rowId' | 'severity'>

function nodeItems(node: NodeSample, rates: Rates | null, isSingle: boolean): AttentionItem[] {
  const { id, lagSeconds, disk, isReadOnly, eventLoopDelaySeconds, flushErrorCount } = node
  const who = isSingle ? '' : `${id} `
  const items: AttentionItem[] = []
  const add = (kind: string, severity: Severity, { text }: Item, view: ViewId = 'nodes') =>
    items.push({ id: `${kind} ${id}`, severity, text: `${who}${text}`, view, rowId: view === 'nodes' ? id : '' })
  if (node.state === 'down') add('down', 'critical', { text: 'is down' })
  if (node.state === 'draining') add('draining', 'warning', { text: 'is draining' })
  if (isReadOnly) add('read-only', 'critical', { text: 'refuses writes: the disk is full or failing' })
  if (lagSeconds !== null && lagSeconds > LAG_SECONDS_MAX) {
    const text = `replication lag ${formatSpan(lagSeconds)} > ${formatSpan(LAG_SECONDS_MAX)}`
    add('lag', 'warning', { text }, 'replication')
  }
  addDiskItems(disk, add)
  if (flushErrorCount > 0) {
    const text = `${flushErrorCount} flushes failed since the start; rows stay in memory and in the log`
    add('flush', 'warning', { text }, 'storage')
  }
  if (eventLoopDelaySeconds > EVENT_LOOP_DELAY_SECONDS_MAX) {
    add('event-loop', 'warning', { text: `event loop late by ${formatLatency(eventLoopDelaySeconds)}` })
  }
  const serverErrors = rates?.nodes.get(id)?.serverErrors ?? 0
  if (serverErrors > 0)
    add('errors', 'warning', { text: `${formatRate(serverErrors)} server errors per second` }, 'log')
  for (const { name, isPassing, message } of node.probes) {
    if (!isPassing) add(`probe ${name}`, 'warning', { text: `${name}: ${message}` })
  }
  return items
}

function addDiskItems(
  { totalBytes, freeBytes, fullInSeconds }: NodeSample['disk'],
  add: (kind: string, severity: Severity, item: Item, view?: ViewId) => void,
): void {
  if (totalBytes === 0) return
  const share = freeBytes / totalBytes
  if (share < DISK_FREE_SHARE_MIN) {
    add('disk-free', 'critical', { text: `disk has ${formatBytes(freeBytes)} left (${formatShare(share)})` }, 'storage')
  }
  if (fullInSeconds === null || fullInSeconds > 7 * DAY_SECONDS) return
  const severity = fullInSeconds < DAY_SECONDS ? 'critical' : 'warning'
  add(
    'disk-forecast',
    severity,
    { text: `disk full in about ${formatAbout(fullInSeconds)} at today's rate` },
    'storage',
  )
}

function queryItems({ queries }: ServerSample): AttentionItem[] {
  const slow = queries.filter(({ ageSeconds }) => ageSeconds > SLOW_QUERY_SECONDS)
  if (slow.length === 0) return []
  const oldest = slow.reduce((a, b) => (a.ageSeconds > b.ageSeconds ? a : b))
  const what = slow.length === 1 ? 'a query has' : `${slow.length} queries have`
  const text = `${what} been running for ${formatSpan(oldest.ageSeconds)}`
  return [{ id: 'slow-queries', severity: 'warning', text, view: 'queries', rowId: oldest.id }]
}

function jobItems({ jobs }: ServerSample): AttentionItem[] {
  return jobs
    .filter(({ state }) => state === 'failed')
    .map(({ id, kind, message }) => ({
      id: `job ${id}`,
      severity: 'warning' as const,
      text: `${kind} failed: ${message}`,
      view: 'jobs' as const,
      rowId: id,
    }))
}

function storageItems({ storage }: ServerSample): AttentionItem[] {
  const { mergeQueueCount, mergeQueueBytes } = storage
  if (mergeQueueCount <= MERGE_QUEUE_COUNT_MAX) return []
  const text = `${mergeQueueCount} merges wait (${formatBytes(mergeQueueBytes)})`
  return [{ id: 'merge-queue', severity: 'warning', text, view: 'storage', rowId: '' }]
}

function backupItems({ backup, time }: ServerSample): AttentionItem[] {
  if (backup === null || backup.ageSecondsMax === null) return []
  const age = (Date.parse(time) - Date.parse(backup.time)) / 1000
  const isThere = backup.time !== '' && backup.isWhole
  if (isThere && age <= backup.ageSecondsMax) return []
  const text = isThere
    ? `last backup ${formatSpan(age)} ago, more than ${formatSpan(backup.ageSecondsMax)}`
    : 'there is no backup of everything'
  return [{ id: 'backup', severity: 'warning', text, view: 'jobs', rowId: '' }]
}
