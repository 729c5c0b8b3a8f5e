/** A Parquet file's own description, read by hyparquet: a second opinion on what our writer and DuckDB say. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { AsyncBuffer, ColumnMetaData, FileMetaData } from 'hyparquet'
import { OperationError } from '../operation-error.js'

export interface ParquetColumn {
  readonly name: string
  readonly type: string
  readonly encodings: readonly string[]
  readonly codec: string
  readonly compressed_bytes: number
  readonly bytes: number
  /** Over all row groups; null when a row group does not say. */
  readonly nulls: number | null
  readonly min: string | null
  readonly max: string | null
  readonly bloom_filter: boolean
}

export interface ParquetDescription {
  readonly rows: number
  readonly bytes: number
  readonly created_by: string | null
  readonly row_groups: number
  readonly rows_of_groups: readonly number[]
  readonly metadata: Readonly<Record<string, string>>
  readonly columns: readonly ParquetColumn[]
}

const VALUE_LENGTH_MAX = 40

export async function describeParquetFile(path: string): Promise<ParquetDescription> {
  return await withFile(path, async (file) => {
    const { parquetMetadataAsync } = await import('hyparquet')
    const metadata = await parquetMetadataAsync(file).catch((cause: Error) => {
      throw new OperationError(`${path} cannot be read as Parquet: ${cause.message}`, { exit: 'mismatch', cause })
    })
    return describe(metadata, file.byteLength)
  })
}

/** Null when everything can be decoded and the rows are as many as the file says. */
export async function readEveryRow(path: string, rows: number): Promise<string | null> {
  return await withFile(path, async (file) => {
    const [{ parquetMetadataAsync, parquetRead }, { compressors }] = await Promise.all([
      import('hyparquet'),
      import('hyparquet-compressors'),
    ])
    try {
      const metadata = await parquetMetadataAsync(file)
      let count = 0
      let start = 0
      // One row group at a time: a file may be larger than the memory.
      for (const group of metadata.row_groups) {
        const rowEnd = start + Number(group.num_rows)
        await parquetRead({
          file,
          metadata,
          compressors,
          rowStart: start,
          rowEnd,
          onComplete: (read) => {
            count += read.length
          },
        })
        start = rowEnd
      }
      return count === rows ? null : `${count} rows can be read, the file says ${rows}`
    } catch (error) {
      return (error as Error).message
    }
  })
}

async function withFile<T>(path: string, run: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  let handle: number
  try {
    handle = openSync(path, 'r')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const reason = isMissing ? 'there is no such file' : (cause as Error).message
    throw new OperationError(`cannot read ${path}: ${reason}`, { exit: isMissing ? 'missing' : 'failed', cause })
  }
  try {
    const byteLength = fstatSync(handle).size
    return await run({
      byteLength,
      slice: (start, end = byteLength) => {
        const bytes = new Uint8Array(end - start)
        readSync(handle, bytes, 0, bytes.length, start)
        return bytes.buffer
      },
    })
  } finally {
    closeSync(handle)
  }
}

function describe(metadata: FileMetaData, bytes: number): ParquetDescription {
  const { row_groups: groups } = metadata
  const columnCount = groups[0]?.columns.length ?? 0
  const columns = Array.from({ length: columnCount }, (_, index) =>
    describeColumn(groups.flatMap(({ columns: all }) => all[index].meta_data ?? [])),
  )
  return {
    rows: Number(metadata.num_rows),
    bytes,
    created_by: metadata.created_by ?? null,
    row_groups: groups.length,
    rows_of_groups: groups.map(({ num_rows: rows }) => Number(rows)),
    metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
    columns,
  }
}

function describeColumn(chunks: readonly ColumnMetaData[]): ParquetColumn {
  const [first] = chunks
  const statistics = chunks.map((chunk) => chunk.statistics)
  const nulls = statistics.map((each) => each?.null_count)
  return {
    name: first.path_in_schema.join('.'),
    type: first.type,
    encodings: [...new Set(chunks.flatMap(({ encodings }) => encodings))],
    codec: first.codec,
    compressed_bytes: sum(chunks.map(({ total_compressed_size: size }) => Number(size))),
    bytes: sum(chunks.map(({ total_uncompressed_size: size }) => Number(size))),
    nulls: nulls.every((count) => count !== undefined) ? sum(nulls.map(Number)) : null,
    min: extreme(
      statistics.map((each) => each?.min_value ?? each?.min),
      (a, b) => a < b,
    ),
    max: extreme(
      statistics.map((each) => each?.max_value ?? each?.max),
      (a, b) => a > b,
    ),
    bloom_filter: chunks.some((chunk) => chunk.bloom_filter_offset !== undefined),
  }
}

type Statistic = string | number | bigint | boolean | Date | Uint8Array | undefined

/** Null when a row group does not say. */
function extreme(values: readonly unknown[], isBefore: (a: never, b: never) => boolean): string | null {
  if (values.length === 0 || values.some((value) => value === undefined)) return null
  let best = values[0]
  for (const value of values) if (isBefore(value as never, best as never)) best = value
  return printStatistic(best as Statistic)
}

function printStatistic(value: Statistic): string {
  if (value instanceof Date) return value.toISOString()
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}…` : text
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
