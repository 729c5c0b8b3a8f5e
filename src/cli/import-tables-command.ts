/** What `import` of CSV, Parquet and JSON lines does around the files. */

import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RateLimiter } from '../operations/rate-limiter.js'
import { RejectedLines } from '../operations/rejected-lines.js'
import { ImportState } from '../operations/transfer/import-state.js'
import { openInput } from '../operations/transfer/open-input.js'
import type { TableFileOptions } from '../operations/transfer/table-file.js'
import { MappingFault, type TimeUnit } from '../operations/transfer/table-mapping.js'
import type { TableFormat } from '../operations/transfer/table-sql.js'
import { parseErrorLimit } from './error-limit.js'
import { checkReadable } from './file-failure.js'
import type { FileFormat } from './file-format.js'
import type { ImportLinesFlags } from './import-lines-command.js'
import { summariseImport } from './import-summary.js'
import { BULK, withTarget } from './open-target.js'
import { OperationError } from './operation-error.js'
import type { OperationSummary } from './operation-summary.js'
import { ProgressReporter } from './progress/progress-reporter.js'
import { renderTable } from './render-table.js'
import { runInterruptible } from './run-interruptible.js'

export interface TableFlags {
  readonly rp?: string
  readonly measurement?: string
  readonly tags?: string
  readonly map?: readonly string[]
  readonly 'timestamp-column'?: string
  readonly 'timestamp-unit': TimeUnit
  readonly 'dedup-column'?: string
  readonly batch?: number
}

export interface ImportTablesCall {
  readonly schema: string
  readonly files: readonly string[]
  readonly format: FileFormat
  readonly database: string
  readonly statePath: string | null
  readonly resume: string | null
}

const MEMORY_BYTES = 512 * 2 ** 20

export async function runImportTables(
  flags: ImportLinesFlags & TableFlags,
  call: ImportTablesCall,
): Promise<OperationSummary> {
  const { importTables } = await import('../operations/transfer/import-tables.js')
  const reporter = ProgressReporter.fromFlags(flags)
  const rejected = new RejectedLines(flags['errors-file'] ?? null)
  const limit = parseErrorLimit(flags['max-errors'])
  // What a dry run has read is not stored, and what it would remove is needed.
  const state = new ImportState(flags['dry-run'] ? null : call.statePath, aimOf(flags, call))
  const startedMs = performance.now()
  try {
    return await withTempDir(async (tempDir) => {
      const options = {
        files: await tablesOf(call.files, call.format, tempDir, flags),
        database: call.database,
        retentionPolicy: flags.rp ?? '',
        isCompressed: flags.gzip,
        jobCount: flags.jobs,
        ...(flags.batch !== undefined && { rowsPerRequest: flags.batch }),
        limiter: flags.rate === undefined ? null : new RateLimiter(flags.rate),
        rejected,
        checkErrors: (rowCount: number) => limit(rowCount, rejected.count),
        state,
        progress: reporter,
      }
      const { rowCount, fileCount } = await translateFaults(() =>
        runInterruptible(
          () => call.resume,
          (signal) =>
            flags['dry-run']
              ? importTables({ ...options, target: null, signal })
              : withTarget(flags, (target) => importTables({ ...options, target, signal }), BULK),
        ),
      )
      state.remove()
      const isDryRun = flags['dry-run']
      return summariseImport(
        { schema: call.schema, unit: 'rows', count: rowCount, fileCount, startedMs, isDryRun },
        rejected,
      )
    })
  } finally {
    reporter.finish({ rejected: rejected.count })
    rejected.close()
  }
}

/** Somewhere else, or read in another way, what has been stored is not there. */
function aimOf(flags: ImportLinesFlags & TableFlags, { format, database }: ImportTablesCall): string {
  const { host = null, port = null, 'unix-socket': socket = null, 'data-dir': dataDir, rp = null } = flags
  const { measurement = null, tags = null, map = [], 'dedup-column': dedup = null } = flags
  const { 'timestamp-column': column = null, 'timestamp-unit': unit } = flags
  const place = [host, port, socket, dataDir === undefined ? null : resolve(dataDir), database, rp]
  return JSON.stringify([...place, format, measurement, tags, map, dedup, column, unit])
}

/** `--schema-only`. */
export async function describeTables(paths: readonly string[], format: FileFormat, flags: TableFlags) {
  const { TableFile } = await import('../operations/transfer/table-file.js')
  return await withTempDir(async (tempDir) => {
    const tables: { file: string; measurement: string; columns: { column: string; type: string; role: string }[] }[] =
      []
    for (const [i, options] of (await tablesOf(paths, format, tempDir, flags)).entries()) {
      const table = await translateFaults(() => TableFile.open(options))
      const { timestamp, tags, fields } = table.mapping
      const columns = table.columns.map(({ name, type }) => {
        const tag = tags.find(({ column }) => column === name)
        const field = fields.find(({ column }) => column === name)
        if (name === timestamp.column) return { column: name, type, role: 'time' }
        if (tag !== undefined) return { column: name, type, role: `tag ${tag.key}` }
        return { column: name, type, role: field === undefined ? 'skip' : `field ${field.name} ${field.type}` }
      })
      table.close()
      tables.push({ file: paths[i], measurement: options.measurement, columns })
    }
    return { text: tables.map(printTable).join('\n'), document: { schema: 'hyperbyte.import.schema/1', tables } }
  })
}

function printTable({
  file,
  measurement,
  columns,
}: {
  file: string
  measurement: string
  columns: readonly { column: string; type: string; role: string }[]
}): string {
  const head = [
    { name: 'COLUMN', align: 'left' },
    { name: 'TYPE', align: 'left' },
    { name: 'BECOMES', align: 'left' },
  ] as const
  const rows = columns.map(({ column, type, role }) => [column, type, role])
  return `${file} → ${measurement}\n${renderTable(head, rows, { isHeaderShown: true })}`
}

async function tablesOf(
  paths: readonly string[],
  format: FileFormat,
  tempDir: string,
  flags: TableFlags,
): Promise<TableFileOptions[]> {
  const files: string[] = []
  for (const path of paths) files.push(path === '-' ? await spoolStdin(tempDir, flags) : path)
  return files.map((path) => tableOf(path, format, tempDir, flags))
}

/** DuckDB reads a table more than once, which stdin cannot give. */
async function spoolStdin(tempDir: string, { measurement }: TableFlags): Promise<string> {
  if (measurement === undefined) {
    throw new OperationError('stdin has no name to call a measurement by', {
      exit: 'usage',
      hint: 'add --measurement NAME',
    })
  }
  const path = join(tempDir, 'stdin')
  await pipeline(openInput('-').pieces, createWriteStream(path))
  return path
}

function tableOf(path: string, format: FileFormat, tempDir: string, flags: TableFlags): TableFileOptions {
  checkReadable(path)
  return {
    path: resolve(path),
    format: format as TableFormat,
    measurement:
      flags.measurement ??
      basename(path)
        .replace(/\.gz$/, '')
        .replace(/\.[^.]*$/, ''),
    dedupColumn: flags['dedup-column'] ?? '',
    rowsPerBatch: flags.batch ?? null,
    wishes: {
      maps: flags.map ?? [],
      tags: (flags.tags ?? '').split(',').filter((name) => name !== ''),
      timestampColumn: flags['timestamp-column'] ?? '',
      timestampUnit: flags['timestamp-unit'],
      isSparse: format === 'jsonl',
    },
    memoryBytesMax: MEMORY_BYTES,
    tempDir,
  }
}

async function withTempDir<T>(run: (tempDir: string) => Promise<T>): Promise<T> {
  const tempDir = mkdtempSync(join(tmpdir(), 'hyperbyte-import-'))
  try {
    return await run(tempDir)
  } finally {
    rmSync(tempDir, { recursive: true, force: true })
  }
}

async function translateFaults<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof MappingFault) throw new OperationError(cause.message, { exit: 'usage', cause })
    // DuckDB names its errors in the text: `Invalid Input Error: No magic bytes found …`.
    const { message } = cause as Error
    if (/^(Invalid Input|IO|Binder|Conversion|Parser) Error: /.test(message)) {
      throw new OperationError(`cannot read the file: ${message.split('\n')[0]}`, { exit: 'failed', cause })
    }
    throw cause
  }
}
