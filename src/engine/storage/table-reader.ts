/**
 * How stored rows are read, from memtables and files together: every row is seen that was stored before the read began. What
 * a read uses is pinned until it is done.
 */

import { HyperbyteError } from '../domain/errors.js'
import { type TableName, tableKey } from '../domain/table-name.js'
import type { TimeRange } from '../domain/time-range.js'
import { ROW_GROUP_ROWS } from '../parquet/write-parquet-file.js'
import type { AggregateRequest, GroupAggregates, GroupRows, Scanner, ScanRequest } from '../query/scan.js'
import type { FileEntry } from '../registry/file-entry.js'
import { aggregateBySql, isPushable } from './aggregate-by-sql.js'
import { findDisorder } from './find-disorder.js'
import { type SqlScanContext, scanBySql } from './scan-by-sql.js'
import { openNarrowScan } from './scan-narrow.js'
import { countSeries } from './series-selection.js'
import {
  coveredShare,
  EMPTY_SOURCE_SET,
  type FileSource,
  rowCountOf,
  type Source,
  type SourceSet,
  selectSources,
} from './source-set.js'
import type { StorageParts } from './storage-parts.js'
import type { TableState } from './table-state.js'
import { findVisibleSeries, hasVisibleRows } from './visible-series.js'

export interface SourceCounts {
  readonly memoryRowCount: number
  readonly fileCount: number
  readonly fileRowCount: number
  readonly rowGroupCount: number
  readonly fileByteCount: number
}

export class TableReader implements Scanner {
  readonly #parts: StorageParts

  constructor(parts: StorageParts) {
    this.#parts = parts
  }

  async *scan(request: ScanRequest, signal: AbortSignal): AsyncGenerator<GroupRows> {
    const { set, release } = await this.#open(request.table, request.range)
    try {
      if (set.sources.length === 0 || request.groups.length === 0) return
      const context = this.#scanContext(request.table.database)
      const rowCountMax = this.#parts.options.narrowRowCountMax
      const narrow = await openNarrowScan(this.#parts.fileReader, set, request, context.seriesTable, rowCountMax)
      if (narrow !== null) {
        yield* narrow.run()
        return
      }
      await stageSources(set)
      yield* scanBySql(context, set, request, signal)
    } finally {
      release()
    }
  }

  aggregate(request: AggregateRequest, signal: AbortSignal): AsyncIterable<GroupAggregates> | null {
    if (request.groups.length === 0 || !isPushable(request)) return null
    // Of few rows, handing them out costs less than planning SQL.
    const isNarrow = this.#estimateRowCount(request) < this.#parts.options.narrowRowCountMax
    return isNarrow ? null : this.#aggregate(request, signal)
  }

  /** Rows that the request touches if series were alike and rows even in time. */
  #estimateRowCount({ table: name, range, groups }: AggregateRequest): number {
    const table = this.#parts.tables.get(tableKey(name))
    if (table === undefined) return 0
    const allSeriesCount = Math.max(1, this.#parts.options.seriesCountOf(name.database, name.measurement))
    const share = Math.min(1, countSeries(groups) / allSeriesCount)
    let rowCount = 0
    for (const source of this.#sourcesOf(table)) rowCount += rowCountOf(source) * coveredShare(source, range)
    return rowCount * share
  }

  /** What a scan of the table would look at: whole files and memtables that the range touches. */
  sourceCounts(name: TableName, range: TimeRange): SourceCounts {
    const table = this.#parts.tables.get(tableKey(name))
    const counts = { memoryRowCount: 0, fileCount: 0, fileRowCount: 0, rowGroupCount: 0, fileByteCount: 0 }
    if (table === undefined) return counts
    for (const source of selectSources(this.#sourcesOf(table), range).sources) {
      if (source.kind === 'memtable') counts.memoryRowCount += source.rowCount
      else {
        counts.fileCount++
        counts.fileRowCount += source.file.rowCount
        counts.rowGroupCount += Math.ceil(source.file.rowCount / ROW_GROUP_ROWS)
        counts.fileByteCount += source.file.byteCount
      }
    }
    return counts
  }

  /** Files of a table that the range touches, oldest first. */
  filesIn(name: TableName, range: TimeRange): FileEntry[] {
    const table = this.#parts.tables.get(tableKey(name))
    if (table === undefined) return []
    const sources = table.files.map((file) => this.#fileSource(table, file))
    return selectSources(sources, range).sources.flatMap((source) => (source.kind === 'file' ? [source.file] : []))
  }

  /** Of `candidates`, the series that still have rows in the table's files. */
  async seriesInFiles(name: TableName, candidates: ReadonlySet<bigint>): Promise<Set<bigint>> {
    const table = this.#parts.tables.get(tableKey(name))
    const found = new Set<bigint>()
    if (table === undefined) return found
    const { files } = table
    const sources = files.map((file) => this.#fileSource(table, file))
    const unpin = this.#parts.files.pin(files)
    try {
      await this.#parts.files.verify(files)
      // The newest first: series that are written to are found there.
      for (const source of sources.reverse()) {
        if (found.size === candidates.size) break
        await findVisibleSeries(this.#parts.fileReader, this.#parts.options.duckdb, source, candidates, found)
      }
    } finally {
      unpin()
    }
    return found
  }

  /** Whether the table's files of a shard group have any row left. */
  async hasRowsInFiles(name: TableName, bucketStartNs: bigint): Promise<boolean> {
    const table = this.#parts.tables.get(tableKey(name))
    const files = table?.files.filter((file) => file.bucketStartNs === bucketStartNs) ?? []
    if (table === undefined || files.length === 0) return false
    const unpin = this.#parts.files.pin(files)
    try {
      await this.#parts.files.verify(files)
      for (const file of files) {
        if (await hasVisibleRows(this.#parts.fileReader, this.#parts.options.duckdb, this.#fileSource(table, file)))
          return true
      }
      return false
    } finally {
      unpin()
    }
  }

  /** Whether memory has any row of the table in the range. */
  hasRowsInMemory(name: TableName, range: TimeRange): boolean {
    const seriesTable = this.#parts.options.seriesTableOf(name.database)
    return this.#parts.generations.hasRows(tableKey(name), range, (series) => seriesTable.idOf(series))
  }

  /** Whether a series has rows of the table in memory. */
  isSeriesInMemory(name: TableName, series: number, seriesId: bigint): boolean {
    return this.#parts.generations.hasSeries(tableKey(name), series, seriesId)
  }

  /**
   * Reads a file from beginning to end, whatever was read of it before; null when its bytes are those that were written and
   * its rows are in order, else what is wrong. Throws `invalid` for a file that is not registered.
   */
  async checkFile(id: number): Promise<string | null> {
    const file = this.#fileOf(id)
    if (file === undefined) throw new HyperbyteError('invalid', `there is no file ${id}`)
    const unpin = this.#parts.files.pin([file])
    try {
      await this.#parts.files.readAndVerify(file)
      return await findDisorder(this.#parts.options.duckdb, file, this.#parts.files.absolute(file))
    } catch (error) {
      return (error as Error).message
    } finally {
      unpin()
    }
  }

  #fileOf(id: number): FileEntry | undefined {
    for (const { files } of this.#parts.tables.values()) {
      const file = files.find((each) => each.id === id)
      if (file !== undefined) return file
    }
    return undefined
  }

  async *#aggregate(request: AggregateRequest, signal: AbortSignal): AsyncGenerator<GroupAggregates> {
    const { set, release } = await this.#open(request.table, request.range)
    try {
      if (set.sources.length === 0) return
      const { database, measurement } = request.table
      await stageSources(set)
      const allSeriesCount = this.#parts.options.seriesCountOf(database, measurement)
      yield* aggregateBySql(this.#scanContext(database), set, request, allSeriesCount, signal)
    } finally {
      release()
    }
  }

  /** The sources of a table, pinned and checked. Throws `corrupt` for a damaged file. */
  async #open(name: TableName, range: TimeRange): Promise<{ set: SourceSet; release: () => void }> {
    const table = this.#parts.tables.get(tableKey(name))
    if (table === undefined) return { set: EMPTY_SOURCE_SET, release: () => {} }
    const set = selectSources(this.#sourcesOf(table), range)
    const files = set.sources.flatMap((source) => (source.kind === 'file' ? [source.file] : []))
    const memtables = set.sources.filter((source) => source.kind === 'memtable')
    const unpinFiles = this.#parts.files.pin(files)
    const unpinMemtables = this.#parts.generations.pin(memtables)
    const release = (): void => {
      unpinFiles()
      unpinMemtables()
    }
    try {
      await this.#parts.files.verify(files)
    } catch (error) {
      release()
      throw error
    }
    return { set, release }
  }

  /** Oldest first. */
  #sourcesOf(table: TableState): Source[] {
    return [...table.files.map((file) => this.#fileSource(table, file)), ...this.#parts.generations.sourcesOf(table)]
  }

  #fileSource(table: TableState, file: FileEntry): FileSource {
    return { kind: 'file', file, path: this.#parts.files.absolute(file), hidden: table.hiddenIn(file.id) }
  }

  #scanContext(database: string): SqlScanContext {
    return {
      duckdb: this.#parts.options.duckdb,
      seriesTable: this.#parts.options.seriesTableOf(database),
      nextTableName: this.#parts.nextTableName,
      pause: this.#parts.pause,
    }
  }
}

/** Memtable rows come to DuckDB only for the queries that need them there. */
async function stageSources({ sources }: SourceSet): Promise<void> {
  for (const source of sources) if (source.kind === 'memtable') await source.staged.stage(source.rowCount)
}
