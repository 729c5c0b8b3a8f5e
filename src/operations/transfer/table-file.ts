/**
 * A Parquet, CSV or JSON-lines file, read by a DuckDB of its own that may touch nothing but this file.
 */

import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import {
  type ColumnType,
  duckdbLibrary,
  type FieldColumn,
  openColumnCollector,
  type PointColumns,
  quoteString,
  type TagSet,
} from '../../engine/index.js'
import {
  type FileColumn,
  fieldTypeOf,
  MappingFault,
  type MappingWishes,
  mapColumns,
  requireColumn,
  suspectNames,
  type TableMapping,
} from './table-mapping.js'
import {
  earlyMissingTimesSql,
  lostValuesSql,
  missingTimeRowsSql,
  missingTimesSql,
  rawNamesSql,
  relationOf,
  rowsSql,
  seriesTableSql,
  type TableFormat,
} from './table-sql.js'

export interface TableFileOptions {
  readonly path: string
  readonly format: TableFormat
  readonly wishes: MappingWishes
  readonly measurement: string
  readonly dedupColumn: string
  /** Of one `PointColumns`; null = as the number of columns suggests. */
  readonly rowsPerBatch: number | null
  readonly memoryBytesMax: number
  readonly tempDir: string
}

/** DuckDB's own chunk: no batch is smaller. */
export const ROWS_PER_CHUNK = 2048
const ROWS_PER_BATCH_MAX = ROWS_PER_CHUNK * 16
/** 8 MB of numbers: below the 25 MB that a server takes at once. */
const VALUES_PER_BATCH = 2 ** 20

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
    { relation, mapping }: TableReading,
  ) {
    this.#options = options
    this.#instance = instance
    this.#relation = relation
    this.columns = columns
    this.mapping = mapping
  }

  /** Throws `MappingFault` when the wishes do not fit, and DuckDB's error when the file is none of its format. */
  static async open(options: TableFileOptions): Promise<TableFile> {
    const { path, format, memoryBytesMax, tempDir, wishes } = options
    // Of two rows of one point the later one of the file wins, so rows have to come in its order, and a join keeps to it
    // only with one thread. That one is faster than whoever takes the rows: 1.25 M rows of 20 columns in 0.2 s.
    const instance = await duckdbLibrary().DuckDBInstance.create(':memory:', { threads: '1' })
    try {
      const connection = await instance.connect()
      for (const setting of [
        `SET memory_limit = '${Math.max(128, Math.floor(memoryBytesMax / 2 ** 20))}MiB'`,
        `SET temp_directory = ${quoteString(tempDir)}`,
        'SET autoinstall_known_extensions = false',
        'SET autoload_known_extensions = false',
        'SET preserve_insertion_order = true',
        // The series stay on the side that is hashed, whatever the numbers.
        `SET disabled_optimizers = 'join_order,build_side_probe_side'`,
        `SET streaming_buffer_size = '16MiB'`,
        // Global: what reads the rows are other connections, which would go by the zone of the machine.
        `SET GLOBAL TimeZone = 'UTC'`,
        `SET allowed_paths = [${quoteString(path)}]`,
        `SET allowed_directories = [${quoteString(tempDir)}]`,
        'SET enable_external_access = false',
        'SET lock_configuration = true',
      ]) {
        await connection.run(setting)
      }
      const columns = await describe(connection, relationOf(format, path))
      await refuseRenamed(connection, options, columns)
      const mapping = mapColumns(columns, wishes)
      if (options.dedupColumn !== '') requireColumn(columns, options.dedupColumn)
      const reading = await chooseReading(connection, options, columns, mapping)
      connection.closeSync()
      return new TableFile(options, instance, columns, reading)
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

  /** Values that are not of the type that was asked for, and so are none. */
  async lostValues(): Promise<{ readonly name: string; readonly type: string; readonly count: number }[]> {
    const isAsked = (column: string, type: string): boolean =>
      this.columns.some((each) => each.name === column && fieldTypeOf(each.type) !== type)
    const asked = this.mapping.fields.filter(({ column, type }) => type !== 'string' && isAsked(column, type))
    if (asked.length === 0) return []
    const connection = await this.#instance.connect()
    const rows = await connection.runAndReadAll(lostValuesSql(this.#relation, asked))
    connection.closeSync()
    const counts = rows.getRows()[0].map(Number)
    return asked.map(({ name, type }, i) => ({ name, type, count: counts[i] })).filter(({ count }) => count > 0)
  }

  /** The same rows, as JSON texts. */
  async *missingTimeRows(): AsyncGenerator<string> {
    const connection = await this.#instance.connect()
    try {
      const result = await connection.stream(missingTimeRowsSql(this.#relation, this.mapping))
      for await (const chunk of readAhead(() => result.fetchChunk())) {
        for (const text of chunk.getColumnValues(0)) yield String(text)
      }
    } finally {
      connection.closeSync()
    }
  }

  async *read(signal: AbortSignal): AsyncGenerator<PointColumns> {
    const { measurement, dedupColumn } = this.#options
    const { fields, tags } = this.mapping
    const connection = await this.#instance.connect()
    try {
      const series = tags.length === 0 ? [[]] : await this.#readSeries(connection)
      const types: ColumnType[] = ['integer', 'integer', ...fields.map(({ type }) => type)]
      const collector = await openColumnCollector(types, this.#rowsPerBatch)
      const numbering = new SeriesOfBatch(series)
      const take = (): PointColumns => {
        const { rowCount, columns } = collector.take()
        const [index, time, ...values] = columns
        return {
          measurement,
          ...numbering.number(index.values as BigInt64Array, rowCount),
          rowCount,
          timestamps: time.values as BigInt64Array,
          fields: fields.map(({ name }, i) => ({ ...values[i], name }) as FieldColumn),
        }
      }
      const result = await connection.stream(rowsSql(this.#relation, this.mapping, { dedupColumn }))
      for await (const chunk of readAhead(() => result.fetchChunk())) {
        signal.throwIfAborted()
        if (!collector.hasRoomFor(chunk.rowCount)) yield take()
        collector.add(chunk)
      }
      if (collector.rowCount > 0) yield take()
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

  get #rowsPerBatch(): number {
    const bySize = Math.min(ROWS_PER_BATCH_MAX, Math.floor(VALUES_PER_BATCH / this.mapping.fields.length))
    return Math.max(ROWS_PER_CHUNK, this.#options.rowsPerBatch ?? bySize)
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

/** Of columns that differ in case only DuckDB gives all but the first another name, which nobody has asked for. */
async function refuseRenamed(
  connection: DuckDBConnection,
  { format, path, wishes }: TableFileOptions,
  columns: readonly FileColumn[],
): Promise<void> {
  const suspects = suspectNames(columns, wishes)
  if (suspects.length === 0) return
  const rows = await connection.runAndReadAll(rawNamesSql(format, path))
  const names = new Set(rows.getRows().map(([name]) => String(name)))
  const renamed = suspects.find((name) => !names.has(name))
  if (renamed === undefined) return
  const name = renamed.replace(/_\d+$/, '')
  throw new MappingFault(
    `two columns are called ${name}, or differ in case only; one is ${renamed} here: --map ${renamed}=field:${name}`,
  )
}

async function describe(connection: DuckDBConnection, relation: string): Promise<FileColumn[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`)
  return described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
}

interface TableReading {
  readonly relation: string
  readonly mapping: TableMapping
}

/**
 * Of texts in a file DuckDB makes numbers, dates and times where it can, and forgets zeros and nanoseconds. What becomes a
 * text, and the time, is read as it stands there.
 */
async function chooseReading(
  connection: DuckDBConnection,
  { format, path }: TableFileOptions,
  columns: readonly FileColumn[],
  mapping: TableMapping,
): Promise<TableReading> {
  const asGuessed = { relation: relationOf(format, path), mapping }
  if (format === 'parquet') return asGuessed
  const { tags, fields, timestamp } = mapping
  const wanted = new Set([...tags, ...fields.filter(({ type }) => type === 'string')].map(({ column }) => column))
  const texts = columns.filter(({ name, type }) => type !== 'VARCHAR' && wanted.has(name)).map(({ name }) => name)
  const areQuotesTexts =
    format === 'csv' &&
    fields.some(({ type }) => type === 'string') &&
    (await areQuotesTextsIn(connection, path, columns))
  const relationWith = (texts: readonly string[]) => relationOf(format, path, { columns, texts, areQuotesTexts })
  if (/^(DATE|TIMESTAMP)/.test(timestamp.type)) {
    const relation = relationWith([...texts, timestamp.column])
    const asText = { relation, mapping: { ...mapping, timestamp: { ...timestamp, type: 'VARCHAR' } } }
    // Days and months in another order are known to DuckDB's guess alone.
    if ((await countEarlyMissing(connection, asText)) <= (await countEarlyMissing(connection, asGuessed))) return asText
  }
  return texts.length === 0 && !areQuotesTexts ? asGuessed : { relation: relationWith(texts), mapping }
}

/** Not where numbers and times are quoted as well, and some of them `""`: there it can only mean that there is none. */
async function areQuotesTextsIn(
  connection: DuckDBConnection,
  path: string,
  columns: readonly FileColumn[],
): Promise<boolean> {
  const relation = relationOf('csv', path, { columns, texts: [], areQuotesTexts: true })
  return JSON.stringify(await describe(connection, relation)) === JSON.stringify(columns)
}

async function countEarlyMissing(connection: DuckDBConnection, { relation, mapping }: TableReading): Promise<number> {
  const rows = await connection.runAndReadAll(earlyMissingTimesSql(relation, mapping))
  return Number(rows.getRows()[0][0])
}

/** DuckDB makes the next chunk in a thread of its own while the caller works on one. Nothing is under way at the end. */
async function* readAhead(
  fetchChunk: () => Promise<DuckDBDataChunk | null>,
): AsyncGenerator<DuckDBDataChunk, void, undefined> {
  let next = fetchChunk()
  try {
    for (;;) {
      const chunk = await next
      if (chunk === null || chunk.rowCount === 0) return
      next = fetchChunk()
      yield chunk
    }
  } finally {
    await next.catch(() => {})
  }
}

/** DuckDB notes them for the connection that met them, each fault of a line and each time that the file is read. */
async function readRejects(connection: DuckDBConnection): Promise<UnreadableLine[]> {
  const sql = 'SELECT line, any_value(csv_line), min(error_message) FROM reject_errors GROUP BY line ORDER BY line'
  const rows = await connection.runAndReadAll(sql)
  return rows.getRows().map(([, line, reason]) => ({ line: String(line), reason: String(reason) }))
}

/** Rows of a batch by number of the file's series → the same with the series that occur in the batch, numbered anew. */
class SeriesOfBatch {
  readonly #all: readonly TagSet[]
  /** By number of the file's; -1 = not in this batch. */
  readonly #numbers: Int32Array

  constructor(all: readonly TagSet[]) {
    this.#all = all
    this.#numbers = new Int32Array(all.length).fill(-1)
  }

  number(indexes: BigInt64Array, rowCount: number): Pick<PointColumns, 'series' | 'seriesOfRow'> {
    const numbers = this.#numbers
    const lowHalves = new Uint32Array(indexes.buffer, indexes.byteOffset, 2 * rowCount)
    const seriesOfRow = new Uint32Array(rowCount)
    const found: number[] = []
    for (let row = 0; row < rowCount; row++) {
      const index = lowHalves[2 * row]
      if (numbers[index] < 0) numbers[index] = found.push(index) - 1
      seriesOfRow[row] = numbers[index]
    }
    for (const index of found) numbers[index] = -1
    return {
      series: found.map((index) => this.#all[index]),
      seriesOfRow: found.length === 1 ? null : seriesOfRow,
    }
  }
}
