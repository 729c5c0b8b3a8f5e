/**
 * Narrow reads of Parquet files without SQL per query. A file is sorted by (`_series`, `time`): an index of its series tells
 * where each one's rows are, and rows are decoded by blocks of neighbouring series, which stay in the cache.
 */

import { assert } from '../domain/errors.js'
import type { FileColumn, FileEntry } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { quoteIdentifier, quoteString } from '../sql/quote-sql.js'
import type { ColumnCache } from './column-cache.js'
import { type CompactColumn, compactColumn } from './compact-column.js'
import { type ColumnPiece, concatColumns } from './concat-columns.js'

/** Rows of a block: a few milliseconds to decode, and about 28 series of a half-day at 10 s. */
const BLOCK_ROWS = 65_536

export interface FileIndex {
  readonly byteCount: number
  /** Ascending. */
  readonly seriesIds: BigUint64Array
  /** First row of each series, and the file's row count at the end. */
  readonly rowStarts: Uint32Array
  /** Index of the first series of each block, and the series count at the end. */
  readonly blockStarts: Uint32Array
}

/** Rows of one series in a block: `[from, to)` of the block's columns. */
export interface BlockRows {
  readonly block: number
  readonly from: number
  readonly to: number
}

export type CachedPiece = CompactColumn | FileIndex

export class FileReader {
  readonly #duckdb: Duckdb
  readonly #cache: ColumnCache<CachedPiece>
  readonly #absolute: (file: FileEntry) => string

  constructor(duckdb: Duckdb, cache: ColumnCache<CachedPiece>, absolute: (file: FileEntry) => string) {
    this.#duckdb = duckdb
    this.#cache = cache
    this.#absolute = absolute
  }

  /** Decoded bytes that one scan may ask for without pushing everything else out of the cache. */
  get scanByteCountMax(): number {
    return this.#cache.byteCountMax / 2
  }

  async index(file: FileEntry): Promise<FileIndex> {
    const key = `${file.id}/index`
    const known = this.#cache.peek(key)
    return (await (known ?? this.#cache.load(key, this.#loadIndex(file)))) as FileIndex
  }

  /** Columns of a block; null stands for `time`. Missing ones are loaded together. */
  async columns(
    file: FileEntry,
    index: FileIndex,
    block: number,
    wanted: readonly (FileColumn | null)[],
  ): Promise<CompactColumn[]> {
    const found = wanted.map((column) => this.#cache.peek(blockKey(file, block, column)))
    const missing = wanted.filter((_, i) => found[i] === undefined)
    if (missing.length === 0) return (await Promise.all(found)) as CompactColumn[]
    const loaded = this.#loadBlock(file, index, block, missing)
    const loads = new Map(
      missing.map((column, i) => [
        column,
        this.#cache.load(
          blockKey(file, block, column),
          loaded.then((all) => all[i]),
        ),
      ]),
    )
    return (await Promise.all(wanted.map((column, i) => found[i] ?? loads.get(column)))) as CompactColumn[]
  }

  async #loadIndex(file: FileEntry): Promise<FileIndex> {
    const sql = `SELECT _series, count(*)::BIGINT FROM read_parquet(${quoteString(this.#absolute(file))}, hive_partitioning = false) GROUP BY 1 ORDER BY 1`
    const pieces: ColumnPiece[] = []
    let seriesCount = 0
    for await (const { rowCount, columns } of this.#duckdb.stream(sql, [], ['unsigned', 'integer'], null)) {
      pieces.push({ columns, from: 0, to: rowCount })
      seriesCount += rowCount
    }
    const seriesIds = concatColumns(pieces, 0, seriesCount).values as BigUint64Array
    const counts = concatColumns(pieces, 1, seriesCount).values as BigInt64Array
    const rowStarts = new Uint32Array(seriesCount + 1)
    const blockStarts: number[] = [0]
    for (let i = 0; i < seriesCount; i++) {
      rowStarts[i + 1] = rowStarts[i] + Number(counts[i])
      const first = blockStarts[blockStarts.length - 1]
      if (i > first && rowStarts[i + 1] - rowStarts[first] > BLOCK_ROWS) blockStarts.push(i)
    }
    assert(rowStarts[seriesCount] === file.rowCount, 'the registry knows how many rows a file has')
    blockStarts.push(seriesCount)
    return { byteCount: seriesCount * 12, seriesIds, rowStarts, blockStarts: Uint32Array.from(blockStarts) }
  }

  async #loadBlock(
    file: FileEntry,
    index: FileIndex,
    block: number,
    wanted: readonly (FileColumn | null)[],
  ): Promise<CompactColumn[]> {
    const first = index.blockStarts[block]
    const end = index.blockStarts[block + 1]
    const names = wanted.map((column) => (column === null ? '"time"' : quoteIdentifier(column.column)))
    const types = wanted.map((column) => column?.type ?? ('time' as const))
    const sql =
      `SELECT ${names.join(', ')} FROM read_parquet(${quoteString(this.#absolute(file))}, hive_partitioning = false) ` +
      `WHERE _series BETWEEN ${index.seriesIds[first]} AND ${index.seriesIds[end - 1]}`
    const pieces: ColumnPiece[] = []
    let count = 0
    for await (const { rowCount, columns } of this.#duckdb.stream(sql, [], types, null)) {
      pieces.push({ columns, from: 0, to: rowCount })
      count += rowCount
    }
    assert(count === index.rowStarts[end] - index.rowStarts[first], 'a block has the rows its index says')
    return wanted.map((_, i) => compactColumn(concatColumns(pieces, i, count)))
  }
}

/** Where a series' rows are, or null when the file has none. */
export function findSeries(index: FileIndex, seriesId: bigint): BlockRows | null {
  const position = searchIds(index.seriesIds, seriesId)
  if (position < 0) return null
  const block = blockOf(index.blockStarts, position)
  const blockStart = index.rowStarts[index.blockStarts[block]]
  return { block, from: index.rowStarts[position] - blockStart, to: index.rowStarts[position + 1] - blockStart }
}

/** First row of `[from, to)` whose time is not before `timeNs`; `to` when there is none. */
export function searchTime(times: BigInt64Array, from: number, to: number, timeNs: bigint): number {
  while (from < to) {
    const middle = (from + to) >>> 1
    if (times[middle] < timeNs) from = middle + 1
    else to = middle
  }
  return from
}

function searchIds(ids: BigUint64Array, id: bigint): number {
  let from = 0
  let to = ids.length
  while (from < to) {
    const middle = (from + to) >>> 1
    if (ids[middle] < id) from = middle + 1
    else to = middle
  }
  return from < ids.length && ids[from] === id ? from : -1
}

function blockOf(blockStarts: Uint32Array, position: number): number {
  let from = 0
  let to = blockStarts.length - 1
  while (to - from > 1) {
    const middle = (from + to) >>> 1
    if (blockStarts[middle] <= position) from = middle
    else to = middle
  }
  return from
}

function blockKey(file: FileEntry, block: number, column: FileColumn | null): string {
  return `${file.id}/${block}/${column?.column ?? ''}`
}
