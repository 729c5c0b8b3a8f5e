/**
 * A relation of rows → one Parquet file, written by DuckDB's COPY, sorted by (`_series`, `time`).
 *
 * The rows come without tags: sorting them with ten string columns costs twice as much. Each series has a dense index in
 * a dictionary table, ordered by series id; rows are joined with it, sorted by index and time, and the tags are then
 * picked from lists by index, which keeps the order (a join after the sort does not when two threads run it).
 *
 * The file appears under its name only when it is complete and on disk.
 */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { assert } from '../domain/errors.js'
import { makeDirectory, syncPath } from '../domain/sync-path.js'
import type { TimeSpan } from '../domain/time-range.js'
import type { FileColumn } from '../registry/file-entry.js'
import type { Duckdb } from '../sql/duckdb.js'
import { quoteIdentifier, quoteString } from '../sql/quote-sql.js'
import { SQL_TYPE } from '../sql/sql-type.js'
import { SERIES_COLUMN, TIME_COLUMN } from './name-columns.js'

/** Rows of a row group: DuckDB's unit of parallel work. */
export const ROW_GROUP_ROWS = 122_880
/** DuckDB holds a row group three times while it writes it, so rows with long texts make smaller ones. */
const ROW_GROUP_BYTES = 32 * 2 ** 20
/** DuckDB looks at a row group's size after each vector of so many rows. */
const ROW_GROUP_ROWS_MIN = 2048
/**
 * Distinct values up to which a column chunk is dictionary-encoded. Sorted by series, tags have few per row group;
 * integers beyond it are smaller as deltas (6.2 B/row against 7.8 with DuckDB's default on ten random walks 0..100).
 */
const DICTIONARY_VALUES_MAX = 64
const ZSTD_LEVEL = 3

export interface ParquetRows {
  /** SQL of a relation with `time`, `_series` and `f0`, `f1`, … in the order of the field columns. */
  readonly relation: string
  /** Table with `idx`, dense from 0 in the order of `_series`, `_series`, and `t0`, `t1`, … as the tag columns. */
  readonly dictionaryTable: string
  readonly columns: readonly FileColumn[]
  /** What a row takes on average before packing. */
  readonly bytesPerRow: number
}

export interface WrittenFile extends TimeSpan {
  readonly rowCount: number
  readonly byteCount: number
  readonly sha256: string
}

/**
 * `file` is absolute; null, and no file, when the relation is empty. Rejects with the file system's error when the disk
 * is full; nothing is left behind then.
 */
export async function writeParquetFile(duckdb: Duckdb, rows: ParquetRows, file: string): Promise<WrittenFile | null> {
  const temporary = `${file}.tmp`
  const directories = await makeDirectory(path.dirname(file))
  try {
    await duckdb.run(copyStatement(rows, temporary))
    const written = await inspect(duckdb, temporary)
    if (written.rowCount === 0) {
      await rm(temporary, { force: true })
      return null
    }
    await syncPath(temporary)
    await rename(temporary, file)
    for (const directory of [path.dirname(file), ...directories]) await syncPath(directory)
    return written
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

function rowGroupRows(bytesPerRow: number): number {
  return Math.max(ROW_GROUP_ROWS_MIN, Math.min(ROW_GROUP_ROWS, Math.floor(ROW_GROUP_BYTES / bytesPerRow)))
}

function copyStatement({ relation, dictionaryTable, columns, bytesPerRow }: ParquetRows, target: string): string {
  const tags = columns.filter(({ kind }) => kind === 'tag')
  const fields = columns.filter(({ kind }) => kind === 'field')
  const picks = [
    `"${TIME_COLUMN}"`,
    `(SELECT ids FROM dictionary)[idx + 1] AS "${SERIES_COLUMN}"`,
    ...tags.map(({ column }, i) => `(SELECT t${i} FROM dictionary)[idx + 1] AS ${quoteIdentifier(column)}`),
    ...fields.map(({ column }, i) => `f${i} AS ${quoteIdentifier(column)}`),
  ]
  const lists = ['list(_series ORDER BY idx) AS ids', ...tags.map((_, i) => `list(t${i} ORDER BY idx) AS t${i}`)]
  const values = ['rows."time"', ...fields.map((_, i) => `rows.f${i}`), 'd.idx']
  return (
    `COPY (WITH dictionary AS MATERIALIZED (SELECT ${lists.join(', ')} FROM ${dictionaryTable}) ` +
    `SELECT ${picks.join(', ')} FROM (SELECT ${values.join(', ')} FROM (${relation}) AS rows ` +
    `JOIN ${dictionaryTable} AS d USING (_series) ORDER BY d.idx, rows."time")) ` +
    `TO ${quoteString(target)} (FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL ${ZSTD_LEVEL}, ` +
    `ROW_GROUP_SIZE ${rowGroupRows(bytesPerRow)}, DICTIONARY_SIZE_LIMIT ${DICTIONARY_VALUES_MAX}, ` +
    `KV_METADATA {hyperbyte: ${quoteString(columnMetadata(columns))}})`
  )
}

/** `[{kind, name, column, type}…]`; non-ASCII escaped, so that the text survives any reader. */
function columnMetadata(columns: readonly FileColumn[]): string {
  const json = JSON.stringify({ format: 1, columns })
  return json.replace(/[\0\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Reads the file back: what it holds is what the registry will say. */
async function inspect(duckdb: Duckdb, file: string): Promise<WrittenFile> {
  const sql = `SELECT count(*)::${SQL_TYPE.integer}, min("time"), max("time") FROM read_parquet(${quoteString(file)})`
  for await (const { columns } of duckdb.stream(sql, [], ['integer', 'time', 'time'], null)) {
    const [count, min, max] = columns.map(({ values }) => values[0] as bigint)
    return {
      rowCount: Number(count),
      byteCount: (await stat(file)).size,
      minNs: min,
      maxNs: max,
      sha256: await sha256OfFile(file),
    }
  }
  assert(false, 'an aggregate has a row')
}
