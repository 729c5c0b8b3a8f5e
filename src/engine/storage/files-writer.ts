/** Where flushes and merges write: on the DuckDB that is kept for them, under numbers that no file had before. */

import { type Duckdb, isOutOfMemory } from '../sql/duckdb.js'
import type { FlushContext } from './flush-table.js'

export interface FilesWriterOptions extends Omit<FlushContext, 'nextFileId'> {
  /** Writes files, with memory of its own. */
  readonly writer: Duckdb
  readonly firstFileId: number
}

export class FilesWriter {
  readonly #options: FilesWriterOptions
  #nextFileId: number

  constructor(options: FilesWriterOptions) {
    this.#options = options
    this.#nextFileId = options.firstFileId
  }

  /** Rows with long texts can need more memory than the writer has; the queries' share is larger. */
  async write<T>(write: (context: FlushContext) => Promise<T>): Promise<T> {
    const { writer, duckdb } = this.#options
    try {
      return await write(this.#contextOf(writer))
    } catch (error) {
      if (!isOutOfMemory(error)) throw error
      return await write(this.#contextOf(duckdb))
    }
  }

  #contextOf(duckdb: Duckdb): FlushContext {
    const { dataDir, nextTableName, pause } = this.#options
    return { duckdb, dataDir, nextTableName, nextFileId: () => this.#nextFileId++, pause }
  }
}
