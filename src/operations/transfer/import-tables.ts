/** Parquet, CSV and JSON-lines files, a few at a time, as columns into a target. */

import { ClientError } from '../../client/client-error.js'
import type { Target } from '../../client/target.js'
import { ColumnWriter } from '../column-writer.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import { rejectRows } from '../reject-rows.js'
import type { RejectedLines } from '../rejected-lines.js'
import { runParallel } from '../run-parallel.js'
import type { ImportState } from './import-state.js'
import { checkPacked } from './open-input.js'
import { TableFile, type TableFileOptions } from './table-file.js'

export interface ImportTablesOptions {
  readonly files: readonly TableFileOptions[]
  /** null: read and count only. */
  readonly target: Target | null
  readonly database: string
  readonly retentionPolicy: string
  readonly isCompressed: boolean
  /** Files that are read at the same time. */
  readonly jobCount: number
  /** Rows of one request; absent: as their size suggests. */
  readonly rowsPerRequest?: number
  /** Of rows. */
  readonly limiter: RateLimiter | null
  readonly rejected: RejectedLines
  /** Called after each batch; throws to end the import. */
  readonly checkErrors: (rowCount: number) => void
  readonly state: ImportState
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export interface TableTotals {
  /** Of all files, those that were refused too. */
  readonly rowCount: number
  readonly fileCount: number
}

export async function importTables(options: ImportTablesOptions): Promise<TableTotals> {
  const files = options.files.filter(({ path }) => !options.state.isDone(path))
  const tally = new Tally(options, files.length)
  await runParallel(files, options.jobCount, async (file) => {
    await importTable(file, tally, options)
    options.state.finish(file.path)
  })
  return { rowCount: tally.rowCount, fileCount: files.length }
}

/** What all files have in common while several are read. */
class Tally {
  rowCount = 0
  readonly #options: ImportTablesOptions
  readonly #fileCount: number
  /** Of the files that were opened; null = a file does not say. */
  #total: number | null = 0
  #openedCount = 0

  constructor(options: ImportTablesOptions, fileCount: number) {
    this.#options = options
    this.#fileCount = fileCount
  }

  open(rowCount: number | null): void {
    this.#openedCount++
    this.#total = this.#total === null || rowCount === null ? null : this.#total + rowCount
  }

  /** Throws when too many were refused. */
  add(rowCount: number): void {
    const { checkErrors, progress, rejected } = this.#options
    this.rowCount += rowCount
    checkErrors(this.rowCount)
    const isWhole = this.#openedCount === this.#fileCount
    const details = [
      ...(this.#fileCount > 1 ? [{ name: 'file', value: `${this.#openedCount}/${this.#fileCount}` }] : []),
      { name: 'rejected', value: rejected.count },
    ]
    const total = isWhole ? this.#total : null
    progress.update({ phase: 'import', done: this.rowCount, total, unit: 'rows', details })
  }
}

async function importTable(file: TableFileOptions, tally: Tally, options: ImportTablesOptions): Promise<void> {
  const { target, rejected, signal, limiter, progress } = options
  if (/\.gz$/i.test(file.path)) await checkWhole(file.path)
  const table = await TableFile.open(file)
  try {
    for (const name of table.mapping.absent) progress.warn(`${file.path} has no column ${name}`)
    tally.open(file.format === 'parquet' ? await table.rowCount() : null)
    const writer =
      target === null ? null : new ColumnWriter({ ...options, target, refusals: rejectRows({ ...options, target }) })
    for await (const columns of table.read(signal)) {
      await limiter?.take(columns.rowCount, signal)
      await writer?.add(columns)
      tally.add(columns.rowCount)
    }
    await writer?.drain()
    await target?.flush()
    tally.add(await rejectUnreadable(table, rejected))
    for (const { name, type, count } of await table.lostValues()) {
      progress.warn(`${file.path}: ${count} values of ${name} cannot be read as ${type} and were left out`)
    }
  } finally {
    table.close()
  }
}

async function checkWhole(path: string): Promise<void> {
  try {
    await checkPacked(path)
  } catch (cause) {
    throw new ClientError('rejected', `cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** Rows that are no points: how many there were. */
async function rejectUnreadable(table: TableFile, rejected: RejectedLines): Promise<number> {
  const reason = 'no time, or none that can be read'
  const missingCount = await table.missingTimeCount()
  if (!rejected.isKept) rejected.addCount(reason, missingCount)
  else if (missingCount > 0) for await (const row of table.missingTimeRows()) rejected.addText(row, reason)
  const lines = table.unreadableLines()
  for (const { line, reason } of lines) rejected.addText(line, reason)
  return missingCount + lines.length
}
