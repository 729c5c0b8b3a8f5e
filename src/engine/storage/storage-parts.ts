/** What a storage consists of. Its operations, one idea a file, work on these together; nobody outside of this folder sees them. */

import type { TimeRange } from '../domain/time-range.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { Duckdb } from '../sql/duckdb.js'
import type { FileReader } from './file-reader.js'
import type { FilesWriter } from './files-writer.js'
import type { Generations } from './generations.js'
import type { StoredFiles } from './stored-files.js'
import type { TableState } from './table-state.js'

export interface StorageOptions {
  readonly dataDir: string
  /** Answers queries. */
  readonly duckdb: Duckdb
  /** Writes files, with memory of its own, so that neither can starve the other. */
  readonly writer: Duckdb
  readonly columnCacheBytesMax: number
  readonly narrowRowCountMax: number
  readonly monotonicMs: () => number
  readonly seriesTableOf: (database: string) => SeriesTable
  /** Series of a measurement, over all policies. */
  readonly seriesCountOf: (database: string, measurement: string) => number
  /** Ascending. */
  readonly shardGroupsOf: (database: string, retentionPolicy: string) => readonly TimeRange[]
  readonly log: { error(message: string, fields?: Record<string, unknown>): void }
}

export interface StorageParts {
  readonly options: StorageOptions
  /** By key. */
  readonly tables: Map<string, TableState>
  readonly generations: Generations
  readonly files: StoredFiles
  readonly fileReader: FileReader
  readonly filesWriter: FilesWriter
  /** For tables inside DuckDB. */
  readonly nextTableName: () => string
  /** Lets the event loop run when the last time was more than a few milliseconds ago. */
  readonly pause: () => Promise<void>
}
