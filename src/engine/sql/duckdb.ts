/**
 * DuckDB as the storage stage uses it: one in-memory instance, locked down to the data directory, a pool of
 * connections, and results as typed arrays. SQL comes only from our compilers: identifiers are quoted by quote-sql.ts,
 * user values are bound, and every statement goes through `prepare`, which refuses stacked statements.
 */

import type { DuckDBConnection, DuckDBInstance, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { Column, ColumnType } from '../domain/column.js'
import { HyperbyteError } from '../domain/errors.js'
import { ColumnAppender } from './column-appender.js'
import { ColumnReader } from './column-reader.js'
import { duckdbLibrary } from './duckdb-library.js'
import { quoteString } from './quote-sql.js'

export interface DuckdbOptions {
  /** The only directory that SQL may touch. */
  readonly dataDir: string
  readonly tempDir: string
  readonly memoryBytesMax: number
  readonly threads: number
}

const INTERRUPT_INTERVAL_MS = 50

/** Told a statement when it begins; what it returns is told how many rows came of it when it ends, however it ends. */
export type SqlListener = (sql: string) => (rowCount: number) => void

export type SqlValue = bigint | number | string | boolean

export interface ColumnChunk {
  readonly rowCount: number
  readonly columns: readonly Column[]
}

export class Duckdb {
  readonly #instance: DuckDBInstance
  readonly #idle: DuckDBConnection[] = []
  readonly #busy = new Set<DuckDBConnection>()
  #connectingCount = 0
  #idleWaiters: (() => void)[] = []
  #isClosed = false
  /** By the signal that ends the query whose statements are listened to. */
  readonly #listeners = new WeakMap<AbortSignal, SqlListener>()

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  /** Throws `internal` when DuckDB cannot start. The lock-down order matters: nothing can be set after the last line. */
  static async open(options: DuckdbOptions): Promise<Duckdb> {
    const { DuckDBInstance } = duckdbLibrary()
    const duckdb = new Duckdb(await DuckDBInstance.create(':memory:', { threads: String(options.threads) }))
    await duckdb.#use(async (connection) => {
      for (const setting of [
        `SET memory_limit = '${Math.max(64, Math.floor(options.memoryBytesMax / 2 ** 20))}MiB'`,
        `SET temp_directory = ${quoteString(options.tempDir)}`,
        'SET autoinstall_known_extensions = false',
        'SET autoload_known_extensions = false',
        'SET preserve_insertion_order = true',
        `SET allowed_directories = [${quoteString(options.dataDir)}]`,
        'SET enable_external_access = false',
        'SET lock_configuration = true',
      ]) {
        await connection.run(setting)
      }
    })
    return duckdb
  }

  /** Runs one statement and drops its result. */
  async run(sql: string): Promise<void> {
    await this.#use(async (connection) => {
      const prepared = await connection.prepare(sql)
      try {
        await prepared.run()
      } finally {
        prepared.destroySync()
      }
    })
  }

  /**
   * Streams a query's rows as column chunks of at most 2048 rows. Columns must be BIGINT, TIMESTAMP_NS, UBIGINT,
   * DOUBLE, BOOLEAN or VARCHAR, as `types` says. The arrays are copies that the caller owns.
   * Throws `query-interrupted` when `signal` aborts.
   */
  async *stream(
    sql: string,
    values: readonly SqlValue[],
    types: readonly ColumnType[],
    signal: AbortSignal | null,
  ): AsyncGenerator<ColumnChunk> {
    if (signal?.aborted) throw interrupted()
    const tellEnd = signal === null ? undefined : this.#listeners.get(signal)?.(sql)
    let rowCount = 0
    const connection = await this.#take()
    let again: NodeJS.Timeout | null = null
    const interrupt = (): void => {
      // An interrupt between two steps of a statement is lost: repeated until it is noticed.
      connection.interrupt()
      again ??= setInterval(() => connection.interrupt(), INTERRUPT_INTERVAL_MS)
    }
    signal?.addEventListener('abort', interrupt, { once: true })
    let prepared: DuckDBPreparedStatement | null = null
    try {
      prepared = await connection.prepare(sql)
      bindValues(prepared, values)
      const result = await prepared.run()
      const reader = new ColumnReader(types)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        rowCount += chunk.rowCount
        yield reader.read(chunk)
        if (signal?.aborted) throw interrupted()
      }
    } catch (error) {
      if (signal?.aborted) throw interrupted(error)
      throw error
    } finally {
      signal?.removeEventListener('abort', interrupt)
      if (again !== null) clearInterval(again)
      prepared?.destroySync()
      this.#give(connection)
      tellEnd?.(rowCount)
    }
  }

  /** Calls `listener` with each statement that is streamed under `signal`, as long as the signal lives. */
  onStatement(signal: AbortSignal, listener: SqlListener): void {
    this.#listeners.set(signal, listener)
  }

  /**
   * Hands `work` an appender to the table and closes it; rows are visible to queries afterwards. One transaction: left to
   * itself, each flush of the appender copies its rows once more to commit them, on the event loop.
   */
  async append(
    table: string,
    types: readonly ColumnType[],
    work: (appender: ColumnAppender) => Promise<void>,
  ): Promise<void> {
    await this.#use(async (connection) => {
      await connection.run('BEGIN')
      try {
        const appender = new ColumnAppender(await connection.createAppender(table), types)
        try {
          await work(appender)
        } finally {
          appender.close()
        }
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => {})
        throw error
      }
      await connection.run('COMMIT')
    })
  }

  /** As `append`, to a new table: it is there with all of its rows, or not at all. The caller drops it. */
  async createTable(
    table: string,
    columns: string,
    types: readonly ColumnType[],
    work: (appender: ColumnAppender) => Promise<void>,
  ): Promise<void> {
    await this.run(`CREATE TABLE ${table} (${columns})`)
    try {
      await this.append(table, types, work)
    } catch (error) {
      await this.run(`DROP TABLE ${table}`)
      throw error
    }
  }

  /** Ends every running statement with an error. */
  interrupt(): void {
    for (const connection of this.#busy) connection.interrupt()
  }

  /**
   * Waits for what is running; idempotent. Closing a connection under a running statement would crash the process, so
   * nothing new begins meanwhile.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    while (this.#busy.size + this.#connectingCount > 0)
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
    for (const connection of this.#idle.splice(0)) connection.closeSync()
    this.#instance.closeSync()
  }

  async #use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#take()
    try {
      return await work(connection)
    } finally {
      this.#give(connection)
    }
  }

  async #take(): Promise<DuckDBConnection> {
    if (this.#isClosed) throw new HyperbyteError('unavailable', 'the database is closing')
    const connection = this.#idle.pop() ?? (await this.#connect())
    this.#busy.add(connection)
    return connection
  }

  async #connect(): Promise<DuckDBConnection> {
    this.#connectingCount++
    try {
      return await this.#instance.connect()
    } finally {
      this.#connectingCount--
    }
  }

  #give(connection: DuckDBConnection): void {
    this.#busy.delete(connection)
    this.#idle.push(connection)
    if (this.#busy.size + this.#connectingCount === 0) for (const wake of this.#idleWaiters.splice(0)) wake()
  }
}

/** Whether a statement ended because it would have needed more than `memoryBytesMax`. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Out of Memory Error')
}

function bindValues(prepared: DuckDBPreparedStatement, values: readonly SqlValue[]): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'bigint') {
      if (value > 0x7fff_ffff_ffff_ffffn) prepared.bindUBigInt(i + 1, value)
      else prepared.bindBigInt(i + 1, value)
    } else if (typeof value === 'number') prepared.bindDouble(i + 1, value)
    else if (typeof value === 'boolean') prepared.bindBoolean(i + 1, value)
    else prepared.bindVarchar(i + 1, value)
  }
}

function interrupted(cause?: unknown): HyperbyteError {
  return new HyperbyteError('query-interrupted', 'query interrupted', { cause })
}
