/** Parquet, CSV and JSON-lines files one after the other, as columns into a target. */

import type { Target } from '../../client/target.js'
import { ColumnWriter } from '../column-writer.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import { rejectRows } from '../reject-rows.js'
import type { RejectedLines } from '../rejected-lines.js'
import type { ImportState } from './import-state.js'
import { TableFile, type TableFileOptions } from './table-file.js'

export interface ImportTablesOptions {
  readonly files: readonly TableFileOptions[]
  /** null: read and count only. */
  readonly target: Target | null
  readonly database: string
  readonly retentionPolicy: string
  readonly isCompressed: boolean
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
  readonly rowCount: number
  readonly fileCount: number
}

export async function importTables(options: ImportTablesOptions): Promise<TableTotals> {
  let rowCount = 0
  let fileCount = 0
  for (const file of options.files) {
    if (options.state.isDone(file.path)) continue
    rowCount += await importTable(file, rowCount, options)
    fileCount++
    options.state.finish(file.path)
  }
  return { rowCount, fileCount }
}

async function importTable(file: TableFileOptions, before: number, options: ImportTablesOptions): Promise<number> {
  const { target, rejected, signal, limiter, progress, checkErrors } = options
  const table = await TableFile.open(file)
  try {
    const total = file.format === 'parquet' ? await table.rowCount() : null
    const writer = target === null ? null : openWriter(target, options)
    let rowCount = 0
    for await (const columns of table.read(signal)) {
      await limiter?.take(columns.rowCount, signal)
      await writer?.add(columns)
      rowCount += columns.rowCount
      checkErrors(before + rowCount)
      progress.update({
        phase: 'import',
        done: rowCount,
        total,
        unit: 'rows',
        details: [{ name: 'rejected', value: rejected.count }],
      })
    }
    await writer?.drain()
    await target?.flush()
    rejected.addCount('no time, or none that can be read', await table.missingTimeCount())
    for (const { line, reason } of table.unreadableLines()) rejected.add(line, reason)
    checkErrors(before + rowCount)
    return rowCount
  } finally {
    table.close()
  }
}

function openWriter(target: Target, options: ImportTablesOptions): ColumnWriter {
  return new ColumnWriter({ ...options, target, refusals: rejectRows({ ...options, target }) })
}
