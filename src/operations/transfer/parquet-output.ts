/**
 * Rows of one measurement → a Parquet file that anyone can read: `time` as TIMESTAMP in nanoseconds, tags as texts, a column
 * for each field. The rows are gathered in a DuckDB of their own, which spills to `tempDir`, and written at the end.
 */

import { mkdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBAppender, DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import {
  duckdbLibrary,
  type FieldType,
  isValid,
  type PointColumns,
  quoteIdentifier,
  quoteString,
  SQL_TYPE,
} from '../../engine/index.js'

export interface ParquetOutputOptions {
  readonly path: string
  readonly tempDir: string
  readonly tagKeys: readonly string[]
  readonly fields: readonly { readonly name: string; readonly type: FieldType }[]
}

export class ParquetOutput {
  readonly #options: ParquetOutputOptions
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  readonly #appender: DuckDBAppender

  private constructor(
    options: ParquetOutputOptions,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    appender: DuckDBAppender,
  ) {
    this.#options = options
    this.#instance = instance
    this.#connection = connection
    this.#appender = appender
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
    const columns = [
      'ns BIGINT',
      ...tagKeys.map((_, i) => `t${i} VARCHAR`),
      ...fields.map(({ type }, i) => `f${i} ${SQL_TYPE[type]}`),
    ]
    await connection.run(`CREATE TABLE points (${columns.join(', ')})`)
    return new ParquetOutput(options, instance, connection, await connection.createAppender('points'))
  }

  write(points: PointColumns): void {
    const { tagKeys, fields } = this.#options
    const appender = this.#appender
    const tags = points.series.map((set) => {
      const values = new Map(set)
      return tagKeys.map((key) => values.get(key) ?? null)
    })
    const columns = fields.map(({ name }) => points.fields.find((field) => field.name === name))
    for (let row = 0; row < points.rowCount; row++) {
      appender.appendBigInt(points.timestamps[row])
      for (const value of tags[points.seriesOfRow?.[row] ?? 0]) {
        if (value === null) appender.appendNull()
        else appender.appendVarchar(value)
      }
      for (const column of columns) appendValue(appender, column, row)
      appender.endRow()
    }
    appender.flushSync()
  }

  async finish(): Promise<void> {
    const { path, tagKeys, fields } = this.#options
    this.#appender.closeSync()
    const names = new Set(['time', ...fields.map(({ name }) => name)])
    const picks = [
      'make_timestamp_ns(ns) AS "time"',
      ...tagKeys.map((key, i) => `t${i} AS ${quoteIdentifier(names.has(key) ? `${key}_tag` : key)}`),
      ...fields.map(({ name }, i) => `f${i} AS ${quoteIdentifier(name)}`),
    ]
    const file = quoteString(`${path}.partial`)
    await this.#connection.run(
      `COPY (SELECT ${picks.join(', ')} FROM points) TO ${file} (FORMAT parquet, COMPRESSION zstd)`,
    )
    this.#close()
    await rename(`${path}.partial`, path)
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
