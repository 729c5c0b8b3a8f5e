/**
 * A Parquet, CSV or JSON-lines file, read by a DuckDB of its own that may touch nothing but this file.
 */

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ColumnReader, type ColumnType, type FieldColumn, type PointColumns, type TagSet } from '../../engine/index.js'
import { type FileColumn, type MappingWishes, mapColumns, type TableMapping } from './table-mapping.js'
import { missingTimesSql, quoteString, relationOf, rowsSql, seriesTableSql, type TableFormat } from './table-sql.js'

export interface TableFileOptions {
  readonly path: string
  readonly format: TableFormat
  readonly wishes: MappingWishes
  readonly measurement: string
  readonly dedupColumn: string
  readonly threads: number
  readonly memoryBytesMax: number
  readonly tempDir: string
}

/** Rows of one `PointColumns`. */
const ROWS_PER_BATCH = 2048 * 16

export interface UnreadableLine {
  readonly line: string
  readonly reason: string
}

export class TableFile {
  readonly #options: TableFileOptions
  readonly #instance: DuckDBInstance
  readonly #relation: string
  readonly columns: readonly FileColumn[]
  readonly mapping: TableMapping
  #unreadable: readonly UnreadableLine[] = []

  private constructor(
    options: TableFileOptions,
    instance: DuckDBInstance,
    columns: readonly FileColumn[],
    mapping: TableMapping,
  ) {
    this.#options = options
    this.#instance = instance
    this.#relation = relationOf(options.format, options.path)
    this.columns = columns
    this.mapping = mapping
  }

  /** Throws `MappingFault` when the wishes do not fit, and DuckDB's error when the file is none of its format. */
  static async open(options: TableFileOptions): Promise<TableFile> {
    const { path, format, threads, memoryBytesMax, tempDir, wishes } = options
    const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) })
    try {
      const connection = await instance.connect()
      for (const setting of [
        `SET memory_limit = '${Math.max(128, Math.floor(memoryBytesMax / 2 ** 20))}MiB'`,
        `SET temp_directory = ${quoteString(tempDir)}`,
        'SET autoinstall_known_extensions = false',
        'SET autoload_known_extensions = false',
        'SET preserve_insertion_order = false',
        `SET TimeZone = 'UTC'`,
        `SET allowed_paths = [${quoteString(path)}]`,
        `SET allowed_directories = [${quoteString(tempDir)}]`,
        'SET enable_external_access = false',
        'SET lock_configuration = true',
      ]) {
        await connection.run(setting)
      }
      const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relationOf(format, path)}`)
      const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
      connection.closeSync()
      return new TableFile(options, instance, columns, mapColumns(columns, wishes))
    } catch (error) {
      instance.closeSync()
      throw error
    }
  }

  async rowCount(): Promise<number> {
    const connection = await this.#instance.connect()
    const rows = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${this.#relation}`)
    connection.closeSync()
    return Number(rows.getRows()[0][0])
  }

  /** Rows whose time cannot be read. */
  async missingTimeCount(): Promise<number> {
    const connection = await this.#instance.connect()
    const rows = await connection.runAndReadAll(missingTimesSql(this.#relation, this.mapping))
    connection.closeSync()
    return Number(rows.getRows()[0][0])
  }

  async *read(signal: AbortSignal): AsyncGenerator<PointColumns> {
    const { measurement, dedupColumn } = this.#options
    const { fields, tags } = this.mapping
    const connection = await this.#instance.connect()
    try {
      const series = tags.length === 0 ? [[]] : await this.#readSeries(connection)
      const types: ColumnType[] = ['integer', 'integer', ...fields.map(({ type }) => type)]
      const reader = new ColumnReader(types)
      const result = await connection.stream(rowsSql(this.#relation, this.mapping, { dedupColumn }))
      const batch = new TableBatch(measurement, fields, series)
      for (;;) {
        const chunk = await result.fetchChunk()
        signal.throwIfAborted()
        if (chunk === null || chunk.rowCount === 0) break
        batch.add(reader.read(chunk))
        if (batch.rowCount >= ROWS_PER_BATCH) yield batch.take()
      }
      if (batch.rowCount > 0) yield batch.take()
      if (this.#options.format === 'csv') this.#unreadable = await readRejects(connection)
    } finally {
      connection.closeSync()
    }
  }

  /** Lines of a CSV file that are no rows; known once it has been read. */
  unreadableLines(): readonly UnreadableLine[] {
    return this.#unreadable
  }

  close(): void {
    this.#instance.closeSync()
  }

  async #readSeries(connection: DuckDBConnection): Promise<TagSet[]> {
    await connection.run(seriesTableSql(this.#relation, this.mapping))
    const { tags } = this.mapping
    const columns = tags.map((_, i) => `t${i}`).join(', ')
    const rows = await connection.runAndReadAll(`SELECT ${columns} FROM series ORDER BY idx`)
    return rows
      .getRows()
      .map((row) => tags.map(({ key }, i) => [key, String(row[i])] as const).filter(([, value]) => value !== ''))
  }
}

/** DuckDB notes them for the connection that met them, each fault of a line and each time that the file is read. */
async function readRejects(connection: DuckDBConnection): Promise<UnreadableLine[]> {
  const sql = 'SELECT line, any_value(csv_line), min(error_message) FROM reject_errors GROUP BY line ORDER BY line'
  const rows = await connection.runAndReadAll(sql)
  return rows.getRows().map(([, line, reason]) => ({ line: String(line), reason: String(reason) }))
}

type Chunk = ReturnType<ColumnReader['read']>

/** Chunks of 2048 rows put together, with only the series that occur in them. */
class TableBatch {
  readonly #measurement: string
  readonly #fields: TableMapping['fields']
  readonly #series: readonly TagSet[]
  #chunks: Chunk[] = []
  rowCount = 0

  constructor(measurement: string, fields: TableMapping['fields'], series: readonly TagSet[]) {
    this.#measurement = measurement
    this.#fields = fields
    this.#series = series
  }

  add(chunk: Chunk): void {
    this.#chunks.push(chunk)
    this.rowCount += chunk.rowCount
  }

  take(): PointColumns {
    const { rowCount } = this
    const chunks = this.#chunks
    this.#chunks = []
    this.rowCount = 0
    const timestamps = new BigInt64Array(rowCount)
    const seriesOfRow = new Uint32Array(rowCount)
    const local = new Map<number, number>()
    let at = 0
    for (const { rowCount: count, columns } of chunks) {
      timestamps.set(columns[1].values as BigInt64Array, at)
      const halves = new Uint32Array((columns[0].values as BigInt64Array).buffer)
      for (let row = 0; row < count; row++) {
        const index = halves[2 * row]
        let number = local.get(index)
        if (number === undefined) local.set(index, (number = local.size))
        seriesOfRow[at + row] = number
      }
      at += count
    }
    const fields = this.#fields.map(({ name, type }, i) => joinColumns(name, type, chunks, i + 2, rowCount))
    return {
      measurement: this.#measurement,
      series: [...local.keys()].map((index) => this.#series[index]),
      seriesOfRow: local.size === 1 ? null : seriesOfRow,
      rowCount,
      timestamps,
      fields,
    }
  }
}

function joinColumns(
  name: string,
  type: FieldColumn['type'],
  chunks: readonly Chunk[],
  index: number,
  rowCount: number,
): FieldColumn {
  const validity = joinValidity(chunks, index, rowCount)
  switch (type) {
    case 'float': {
      const values = new Float64Array(rowCount)
      copyInto(chunks, (column, at) => values.set(column as Float64Array, at), index)
      return { name, type, values, validity }
    }
    case 'integer': {
      const values = new BigInt64Array(rowCount)
      copyInto(chunks, (column, at) => values.set(column as BigInt64Array, at), index)
      return { name, type, values, validity }
    }
    case 'unsigned': {
      const values = new BigUint64Array(rowCount)
      copyInto(chunks, (column, at) => values.set(column as BigUint64Array, at), index)
      return { name, type, values, validity }
    }
    case 'boolean': {
      const values = new Uint8Array(rowCount)
      copyInto(chunks, (column, at) => values.set(column as Uint8Array, at), index)
      return { name, type, values, validity }
    }
    case 'string': {
      const values: string[] = []
      copyInto(chunks, (column) => values.push(...(column as string[])), index)
      return { name, type, values, validity }
    }
  }
}

function copyInto(chunks: readonly Chunk[], copy: (values: unknown, at: number) => void, index: number): void {
  let at = 0
  for (const { columns, rowCount } of chunks) {
    copy(columns[index].values, at)
    at += rowCount
  }
}

/** Chunks but the last have 2048 rows, whole words of the bitmap. */
function joinValidity(chunks: readonly Chunk[], index: number, rowCount: number): Uint32Array | null {
  if (chunks.every(({ columns }) => columns[index].validity === null)) return null
  const words = new Uint32Array((rowCount + 31) >>> 5)
  let at = 0
  for (const { columns, rowCount: count } of chunks) {
    const { validity } = columns[index]
    for (let row = 0; row < count; row++) {
      const isValid = validity === null || (validity[row >>> 5] & (1 << (row & 31))) !== 0
      if (isValid) words[(at + row) >>> 5] |= 1 << ((at + row) & 31)
    }
    at += count
  }
  return words
}
