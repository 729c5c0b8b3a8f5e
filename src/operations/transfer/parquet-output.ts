/**
 * Rows of one measurement → a Parquet file that anyone can read: `time` as TIMESTAMP in nanoseconds, tags as texts, a column
 * for each field. The rows are gathered in a DuckDB of their own, which spills to `tempDir`, and written at the end; a tag or
 * field that was not announced gets its column when the first row has it.
 */

import { mkdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { ClientError } from '../../client/client-error.js'
import {
  duckdbLibrary,
  type FieldType,
  isValid,
  type PointColumns,
  quoteIdentifier,
  quoteString,
  SQL_TYPE,
  syncPath,
} from '../../engine/index.js'
import { tagColumnNames } from './export-format.js'

export interface ParquetOutputOptions {
  readonly path: string
  readonly tempDir: string
  readonly tagKeys: readonly string[]
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[]
}

/** In the table it is `c0`, `c1`, … in the order of this list; the file has tags first. */
type OutputColumn =
  | { readonly kind: 'tag'; readonly name: string }
  | { readonly kind: 'field'; readonly name: string; readonly type: FieldType }

export class ParquetOutput {
  readonly #options: ParquetOutputOptions
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #columns: OutputColumn[] = []
  #appender: DuckDBAppender | null = null

  private constructor(options: ParquetOutputOptions, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#options = options
    this.#instance = instance
    this.#connection = connection
  }

  static async open(options: ParquetOutputOptions): Promise<ParquetOutput> {
    const { path, tempDir, tagKeys, fields } = options
    mkdirSync(dirname(path), { recursive: true })
    const instance = await duckdbLibrary().DuckDBInstance.create(':memory:', { threads: '2' })
    const connection = await instance.connect()
    for (const setting of [
      `SET memory_limit = '512MiB'`,
      `SET temp_directory = ${quoteString(tempDir)}`,
      `SET allowed_paths = [${quoteString(`${path}.partial`)}]`,
      `SET allowed_directories = [${quoteString(tempDir)}]`,
      'SET autoinstall_known_extensions = false',
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]) {
      await connection.run(setting)
    }
    await connection.run('CREATE TABLE points (ns BIGINT)')
    const output = new ParquetOutput(options, instance, connection)
    await output.#add([
      ...tagKeys.map((name) => ({ kind: 'tag', name }) as const),
      ...fields.map(({ name, type }) => ({ kind: 'field', name, type }) as const),
    ])
    return output
  }

  async write(points: PointColumns): Promise<void> {
    await this.#add(this.#missing(points))
    const appender = (this.#appender ??= await this.#connection.createAppender('points'))
    const setters = this.#columns.map((column) =>
      column.kind === 'tag' ? tagSetter(appender, points, column.name) : fieldSetter(appender, points, column),
    )
    for (let row = 0; row < points.rowCount; row++) {
      appender.appendBigInt(points.timestamps[row])
      for (const set of setters) set(row)
      appender.endRow()
    }
    appender.flushSync()
  }

  #missing({ series, fields }: PointColumns): OutputColumn[] {
    const tags = new Set(series.flatMap((tags) => tags.map(([key]) => key)))
    const added: OutputColumn[] = fields.map(({ name, type }) => ({ kind: 'field', name, type }))
    for (const name of tags) added.push({ kind: 'tag', name })
    return added.filter(({ kind, name }) => !this.#columns.some((known) => known.kind === kind && known.name === name))
  }

  async #add(columns: readonly OutputColumn[]): Promise<void> {
    if (columns.length === 0) return
    this.#appender?.closeSync()
    this.#appender = null
    for (const column of columns) {
      const type = column.kind === 'tag' ? 'VARCHAR' : SQL_TYPE[column.type]
      await this.#connection.run(`ALTER TABLE points ADD COLUMN c${this.#columns.length} ${type}`)
      this.#columns.push(column)
    }
  }

  async finish(): Promise<void> {
    const { path } = this.#options
    this.#appender?.closeSync()
    const file = quoteString(`${path}.partial`)
    await this.#connection.run(
      `COPY (SELECT ${this.#picks().join(', ')} FROM points) TO ${file} (FORMAT parquet, COMPRESSION zstd)`,
    )
    this.#close()
    await syncPath(`${path}.partial`)
    await rename(`${path}.partial`, path)
  }

  #picks(): string[] {
    const namesOf = (wanted: OutputColumn['kind']) =>
      this.#columns.filter(({ kind }) => kind === wanted).map(({ name }) => name)
    const tagNames = tagColumnNames(namesOf('tag'), namesOf('field'))
    const named = this.#columns.map(({ kind, name }, i) => {
      const shown = kind === 'tag' ? tagNames.get(name)! : name
      return { kind, shown, pick: `c${i} AS ${quoteIdentifier(shown)}` }
    })
    refuseAlike(['time', ...named.map(({ shown }) => shown)])
    const of = (wanted: OutputColumn['kind']) => named.filter(({ kind }) => kind === wanted).map(({ pick }) => pick)
    return ['make_timestamp_ns(ns) AS "time"', ...of('tag'), ...of('field')]
  }

  async abandon(): Promise<void> {
    this.#close()
    await rm(`${this.#options.path}.partial`, { force: true })
  }

  #close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }
}

/** DuckDB would give the second of them another name. */
function refuseAlike(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const other = seen.get(name.toLowerCase())
    if (other !== undefined) {
      throw new ClientError('conflict', `the columns "${other}" and "${name}" differ in case only`, {
        hint: 'a Parquet file cannot be written with both; --format jsonl can',
      })
    }
    seen.set(name.toLowerCase(), name)
  }
}

type CellSetter = (row: number) => void

function tagSetter(appender: DuckDBAppender, { series, seriesOfRow }: PointColumns, key: string): CellSetter {
  const values = series.map((tags) => tags.find(([name]) => name === key)?.[1] ?? null)
  return (row) => {
    const value = values[seriesOfRow?.[row] ?? 0]
    if (value === null) appender.appendNull()
    else appender.appendVarchar(value)
  }
}

function fieldSetter(
  appender: DuckDBAppender,
  { fields }: PointColumns,
  { name, type }: Extract<OutputColumn, { kind: 'field' }>,
): CellSetter {
  const column = fields.find((field) => field.name === name)
  if (column !== undefined && column.type !== type) {
    throw new ClientError('conflict', `"${name}" is ${type} in some rows and ${column.type} in others`, {
      hint: `say which: "${name}"::${type}`,
    })
  }
  return (row) => appendValue(appender, column, row)
}

function appendValue(appender: DuckDBAppender, column: PointColumns['fields'][number] | undefined, row: number): void {
  if (column === undefined || !isValid(column.validity, row)) {
    appender.appendNull()
    return
  }
  switch (column.type) {
    case 'float':
      appender.appendDouble(column.values[row])
      break
    case 'integer':
      appender.appendBigInt(column.values[row])
      break
    case 'unsigned':
      appender.appendUBigInt(column.values[row])
      break
    case 'boolean':
      appender.appendBoolean(column.values[row] !== 0)
      break
    case 'string':
      appender.appendVarchar(column.values[row])
  }
}
