/** View 7: log, memory, files by size, what waits to be merged, what expires next, how long the disk lasts. */

import type { MergeGroupSample, StorageSample } from '../../client/server-sample.js'
import { NO_RATES } from '../model/rates.js'
import {
  flexibleColumn,
  numberCell,
  numberColumn,
  shownCell,
  type Table,
  textCell,
  textColumn,
  textTable,
} from '../model/table.js'
import { type Confirmation, crumbOf, type TopState } from '../model/top-state.js'
import { type Line, lineOf, span } from '../text/line.js'
import { bar } from '../text/sparkline.js'
import { formatAbout, formatBytes, formatCount, formatMinute, formatRate, formatShare } from '../text/units.js'
import type { View } from './view.js'

const BAR_WIDTH = 24

export const storageView: View = {
  table: (state) => {
    const crumb = crumbOf(state, 'merge')
    return crumb === undefined ? mergeTable(state) : mergePage(state, crumb.id)
  },
  above: (state) => {
    if (state.sample === null || state.crumbs.length > 0) return []
    return [
      { shrinkRank: 2, lineCountMin: 2, lines: [...headLines(state), []] },
      { shrinkRank: 4, lineCountMin: 0, lines: sizeLines(state, state.sample.storage) },
    ]
  },
  below: (state) => {
    if (state.sample === null || state.crumbs.length > 0) return []
    return [{ shrinkRank: 3, lineCountMin: 0, lines: expiryLines(state.sample.storage) }]
  },
  open: (state, row) => (state.crumbs.length === 0 ? { kind: 'merge', id: row.id, title: row.id, text: '' } : null),
  detail: () => null,
  actions: [{ key: 'C', title: 'compact', prepare: prepareCompact }],
}

function headLines(state: TopState): Line[] {
  const { sample, rates } = state
  const nodes = sample?.nodes ?? []
  const sum = (read: (node: (typeof nodes)[number]) => number) => nodes.reduce((total, node) => total + read(node), 0)
  const pair = (title: string, value: string) => [span(` ${title} `, 'dim'), span(value, 'bold'), span(' ')]
  const fullIn = nodes.reduce<number | null>(
    (soonest, { disk }) =>
      disk.fullInSeconds === null ? soonest : Math.min(soonest ?? Number.POSITIVE_INFINITY, disk.fullInSeconds),
    null,
  )
  const storage = sample!.storage
  const work = [storage.isFlushing ? 'flushing' : '', storage.isCompacting ? 'merging' : ''].filter(
    (word) => word !== '',
  )
  return [
    [
      ...pair('log', formatBytes(sum(({ walBytes }) => walBytes))),
      ...pair('syncs/s', formatRate((rates?.total ?? NO_RATES).syncs)),
      ...pair('memtables', formatBytes(sum(({ memtableBytes }) => memtableBytes))),
      ...pair('flushes waiting', String(sum(({ frozenMemtableCount }) => frozenMemtableCount))),
      ...pair('now', work.length === 0 ? 'idle' : work.join(', ')),
    ],
    [
      ...pair('files', formatCount(sum(({ fileCount }) => fileCount))),
      ...pair('bytes', formatBytes(sum(({ fileBytes }) => fileBytes))),
      ...pair('small files', formatShare(storage.smallFileShare)),
      ...pair('disk free', formatBytes(sum(({ disk }) => disk.freeBytes))),
      ...pair('full in', fullIn === null ? 'not filling up' : `about ${formatAbout(fullIn)}`),
    ],
  ]
}

function sizeLines(state: TopState, { sizeClasses }: StorageSample): Line[] {
  const total = sizeClasses.reduce((sum, { byteCount }) => sum + byteCount, 0)
  if (total === 0) return []
  return [
    lineOf(span(' FILES BY SIZE', 'dim')),
    ...sizeClasses.map(({ upToBytes, fileCount, byteCount }) => {
      const title = upToBytes === null ? 'larger' : `up to ${formatBytes(upToBytes).replace(/\.0+ /, ' ')}`
      return lineOf(
        ` ${title.padEnd(14)}${formatCount(fileCount).padStart(7)} files${formatBytes(byteCount).padStart(10)}  `,
        span(bar(byteCount / total, BAR_WIDTH, state.settings.charts), 'accent'),
      )
    }),
    [],
  ]
}

function expiryLines({ expiries }: StorageSample): Line[] {
  if (expiries.length === 0) return []
  return [
    [],
    lineOf(span(' EXPIRES NEXT', 'dim')),
    ...expiries.map(({ database, retentionPolicy, nextExpiry, fileCount, byteCount }) =>
      lineOf(
        ' ',
        span(formatMinute(nextExpiry), 'dim'),
        span(
          textCell(`  ${database}.${retentionPolicy}  ${formatCount(fileCount)} files  ${formatBytes(byteCount)}`).text,
        ),
      ),
    ),
  ]
}

function groupId({ database, retentionPolicy, measurement, bucketStart }: MergeGroupSample): string {
  return `${database}.${retentionPolicy}.${measurement} ${formatMinute(bucketStart)}`
}

function mergeTable({ sample }: TopState): Table {
  return {
    columns: [
      flexibleColumn('measurement', 'WAITS TO BE MERGED', 18),
      textColumn('db', 'DATABASE', 16, 2),
      textColumn('policy', 'POLICY', 12, 4),
      textColumn('bucket', 'SHARD GROUP', 16, 3),
      numberColumn('files', 'FILES', 6),
      numberColumn('bytes', 'BYTES', 8),
    ],
    rows: (sample?.storage.mergeQueue ?? []).map((group) => ({
      id: groupId(group),
      cells: {
        measurement: textCell(group.measurement, 'bold'),
        db: textCell(group.database),
        policy: textCell(group.retentionPolicy),
        bucket: shownCell(formatMinute(group.bucketStart), group.bucketStart),
        files: numberCell(group.fileCount, formatCount),
        bytes: numberCell(group.byteCount, formatBytes),
      },
    })),
    emptyText: 'every shard group is within its bounds: nothing waits to be merged',
    isText: false,
  }
}

function mergePage({ sample }: TopState, id: string): Table {
  const group = sample?.storage.mergeQueue.find((each) => groupId(each) === id)
  if (group === undefined) return textTable([], 'it has been merged')
  return textTable([
    ` database      ${group.database}`,
    ` policy        ${group.retentionPolicy}`,
    ` measurement   ${group.measurement}`,
    ` shard group   from ${group.bucketStart}`,
    ` merge         ${group.fileCount} files, ${formatBytes(group.byteCount)}, into one`,
  ])
}

function prepareCompact({ sample }: TopState): Confirmation | null {
  if (sample === null || sample.product === 'influxdb') return null
  const { mergeQueueCount, mergeQueueBytes } = sample.storage
  const lines = [
    'Writes what is in memory to files and merges until every shard group is within its bounds.',
    `Known to wait now: ${mergeQueueCount} merges, ${formatBytes(mergeQueueBytes)} to read and write again.`,
    'Queries and writes go on meanwhile.',
  ]
  return { title: 'compact everything now?', lines, action: { kind: 'compact' } }
}
