/**
 * One table of a frozen memtable → Parquet files, one per shard group it has rows in. Files are complete and on disk
 * when this resolves, and nobody knows of them until the registry does. Rows that deletes had hidden when it began are not
 * written.
 */

import { rm } from 'node:fs/promises'
import path from 'node:path'
import { assert } from '../domain/errors.js'
import type { TableName } from '../domain/table-name.js'
import { isInside, type TimeRange } from '../domain/time-range.js'
import type { HiddenRows, MemtableTable } from '../memtable/memtable-table.js'
import type { SeriesTable } from '../metadata/series-table.js'
import { firstAfter } from '../metadata/shard-groups.js'
import { filePath } from '../parquet/file-path.js'
import { nameColumns } from '../parquet/name-columns.js'
import { type ParquetRows, writeParquetFile } from '../parquet/write-parquet-file.js'
import { sortBySeriesId, writeSeriesDictionary } from '../parquet/write-series-dictionary.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { compileHiddenRows, timeLiteral } from './compile-relation.js'
import { StagedTable } from './staged-table.js'
import { clipSpan, spansOverlap } from './time-span.js'

export interface FlushContext {
  readonly duckdb: Duckdb
  readonly dataDir: string
  readonly nextTableName: () => string
  readonly nextFileId: () => number
  readonly pause: () => Promise<void>
}

export interface FlushTask {
  readonly table: TableName
  readonly rows: MemtableTable
  /** Of the rows, those that are not to be written. */
  readonly hidden: readonly HiddenRows[]
  readonly seriesTable: SeriesTable
  /** Those of the policy, ascending; every visible row is in one of them. */
  readonly shardGroups: readonly TimeRange[]
  readonly minSequence: bigint
  readonly maxSequence: bigint
  /** The table's files; all are older than the rows. */
  readonly olderFiles: readonly FileEntry[]
}

export async function flushTable(context: FlushContext, task: FlushTask): Promise<FileEntry[]> {
  const { rows, seriesTable } = task
  const staged = new StagedTable(context.nextTableName(), context.duckdb, rows, seriesTable, context.pause)
  const series = sortBySeriesId(rows.series(), seriesTable)
  const columns = nameColumns(await tagKeysOf(series, seriesTable, context.pause), rows.fields)
  const tagKeys = columns.filter(({ kind }) => kind === 'tag').map(({ name }) => name)
  const dictionaryTable = context.nextTableName()
  const bytesPerRow = rows.byteCount / rows.rowCount
  const files: FileEntry[] = []
  await writeSeriesDictionary(context.duckdb, dictionaryTable, series, tagKeys, seriesTable, context.pause)
  try {
    await staged.stage(rows.rowCount)
    for (const bucket of await bucketsOf(task, context.pause)) {
      const relation = bucketRelation(task, staged.name, bucket)
      const file = await flushBucket(context, task, { relation, dictionaryTable, columns, bytesPerRow }, bucket.startNs)
      if (file !== null) files.push(file)
    }
    return files
  } catch (error) {
    for (const file of files) await rm(path.join(context.dataDir, file.path), { force: true })
    throw error
  } finally {
    await context.duckdb.run(`DROP TABLE ${dictionaryTable}`)
    await staged.drop()
  }
}

/** null when every row of the bucket is hidden. */
async function flushBucket(
  context: FlushContext,
  task: FlushTask,
  rows: ParquetRows,
  bucketStartNs: bigint,
): Promise<FileEntry | null> {
  const id = context.nextFileId()
  const relativePath = filePath(task.table, bucketStartNs, id)
  const written = await writeParquetFile(context.duckdb, rows, path.join(context.dataDir, relativePath))
  if (written === null) return null
  const late = task.rows.late === null ? null : clipSpan(task.rows.late, rangeOf(written))
  return {
    id,
    table: task.table,
    path: relativePath,
    bucketStartNs,
    level: 0,
    minSequence: task.minSequence,
    maxSequence: task.maxSequence,
    origin: 0,
    late: late !== null && task.olderFiles.some((older) => spansOverlap(older, late)) ? late : null,
    columns: rows.columns,
    ...written,
  }
}

/** The bucket's rows, each point once. */
function bucketRelation(task: FlushTask, stagedTable: string, bucket: TimeRange): string {
  const { rows, hidden } = task
  const predicates = rows.span === null ? [] : compileHiddenRows(hidden, rows.span)
  const { startNs, endNs } = bucket
  if (rows.span !== null && rows.span.minNs < startNs) predicates.push(`"time" >= ${timeLiteral(startNs)}`)
  if (rows.span !== null && rows.span.maxNs >= endNs) predicates.push(`"time" < ${timeLiteral(endNs)}`)
  const where = predicates.length === 0 ? '' : ` WHERE ${predicates.join(' AND ')}`
  const hasDuplicates = rows.duplicates !== null
  const fields = rows.fields.map((_, i) => (hasDuplicates ? `, arg_max(c${i}, rowid) AS f${i}` : `, c${i} AS f${i}`))
  const groupBy = hasDuplicates ? ' GROUP BY _series, "time"' : ''
  return `SELECT _series, "time"${fields.join('')} FROM ${stagedTable}${where}${groupBy}`
}

async function tagKeysOf(
  series: readonly number[],
  seriesTable: SeriesTable,
  pause: () => Promise<void>,
): Promise<string[]> {
  const keys = new Set<string>()
  for (let i = 0; i < series.length; i++) {
    for (const [key] of seriesTable.tagsOf(series[i])) keys.add(key)
    if ((i & 1023) === 1023) await pause()
  }
  return [...keys].sort()
}

/** The shard groups that the rows lie in, ascending. Rows outside of all have been hidden with their group. */
async function bucketsOf({ rows, hidden, shardGroups }: FlushTask, pause: () => Promise<void>): Promise<TimeRange[]> {
  const { span } = rows
  if (span === null) return []
  const found = new Set<TimeRange>()
  let group = groupAt(shardGroups, span.minNs)
  if (group !== undefined && span.maxNs < group.endNs) return [group]
  for (const chunk of rows.chunks) {
    for (let i = 0; i < chunk.rowCount; i++) {
      const timeNs = chunk.timestamps[i]
      if (group === undefined || timeNs < group.startNs || timeNs >= group.endNs) group = groupAt(shardGroups, timeNs)
      if (group !== undefined) found.add(group)
      else assert(isDropped(hidden, chunk.firstRow + i, timeNs), 'a visible row has a shard group')
    }
    await pause()
  }
  return shardGroups.filter((candidate) => found.has(candidate))
}

function isDropped(hidden: readonly HiddenRows[], row: number, timeNs: bigint): boolean {
  return hidden.some(
    ({ rowCount, tombstone }) => row < rowCount && tombstone.seriesIds === null && isInside(tombstone.range, timeNs),
  )
}

function groupAt(shardGroups: readonly TimeRange[], timeNs: bigint): TimeRange | undefined {
  const group = shardGroups[firstAfter(shardGroups, timeNs) - 1]
  return group !== undefined && timeNs < group.endNs ? group : undefined
}

function rangeOf({ minNs, maxNs }: { minNs: bigint; maxNs: bigint }): { startNs: bigint; endNs: bigint } {
  return { startNs: minNs, endNs: maxNs + 1n }
}
