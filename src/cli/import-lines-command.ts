/** What `import` of line protocol and `backfill load` have in common: everything around the files. */

import { resolve } from 'node:path'
import { RateLimiter } from '../operations/rate-limiter.js'
import { RejectedLines } from '../operations/rejected-lines.js'
import { type ImportTotals, importLineFiles, type LineFile } from '../operations/transfer/import-line-files.js'
import { ImportState } from '../operations/transfer/import-state.js'
import { parseErrorLimit } from './error-limit.js'
import { checkReadable } from './file-failure.js'
import { summariseImport } from './import-summary.js'
import { BULK, type TargetFlagValues, withTarget } from './open-target.js'
import type { OperationSummary } from './operation-summary.js'
import { type ProgressMode, ProgressReporter } from './progress/progress-reporter.js'
import { runInterruptible } from './run-interruptible.js'

export interface ImportLinesFlags extends TargetFlagValues {
  readonly gzip: boolean
  readonly jobs: number
  readonly rate?: number
  readonly 'errors-file'?: string
  readonly 'max-errors'?: string
  readonly 'dry-run': boolean
  readonly progress: ProgressMode
  readonly quiet: boolean
}

export interface ImportLinesCall {
  readonly schema: string
  readonly files: readonly LineFile[]
  readonly precision: string
  /** Where to remember how far it is; null = nowhere. */
  readonly statePath: string | null
  /** The command that goes on. */
  readonly resume: string | null
  readonly areStatementsRun: boolean
  /** null = where the file says. */
  readonly databaseOverride: string | null
}

/** Somewhere else, or read in another way, what has been stored is not there. */
function aimOf(flags: ImportLinesFlags, { files, precision, databaseOverride }: ImportLinesCall): string {
  const { host = null, port = null, 'unix-socket': socket = null, 'data-dir': dataDir } = flags
  const place = [host, port, socket, dataDir === undefined ? null : resolve(dataDir)]
  return JSON.stringify([...place, files[0].context, precision, databaseOverride])
}

export async function runImportLines(flags: ImportLinesFlags, call: ImportLinesCall): Promise<OperationSummary> {
  for (const { path } of call.files) {
    if (path !== '-') checkReadable(path)
  }
  const reporter = ProgressReporter.fromFlags(flags)
  const rejected = new RejectedLines(flags['errors-file'] ?? null)
  const limit = parseErrorLimit(flags['max-errors'])
  // What a dry run has read is not stored, and what it would remove is needed.
  const state = new ImportState(flags['dry-run'] ? null : call.statePath, aimOf(flags, call))
  const startedMs = performance.now()
  const options = {
    files: call.files,
    precision: call.precision,
    isCompressed: flags.gzip,
    jobCount: flags.jobs,
    limiter: flags.rate === undefined ? null : new RateLimiter(flags.rate),
    areStatementsRun: call.areStatementsRun,
    databaseOverride: call.databaseOverride,
    rejected,
    checkErrors: (lineCount: number) => limit(lineCount, rejected.count),
    state,
    progress: reporter,
  }
  // What is noted as done must survive a crash; without a state everything begins anew.
  const place = call.statePath === null ? BULK : { isCreated: true }
  try {
    const totals = await runInterruptible(
      () => call.resume,
      async (signal): Promise<ImportTotals> =>
        flags['dry-run']
          ? await importLineFiles({ ...options, target: null, signal })
          : await withTarget(flags, (target) => importLineFiles({ ...options, target, signal }), place),
    )
    state.remove()
    const { lineCount: count, statementCount: statements, fileCount } = totals
    const isDryRun = flags['dry-run']
    const counts = { schema: call.schema, unit: 'lines' as const, count, fileCount, startedMs, isDryRun }
    const summary = summariseImport(counts, rejected)
    return { ...summary, document: { ...summary.document, statements } }
  } catch (error) {
    state.save()
    throw error
  } finally {
    reporter.finish({ rejected: rejected.count })
    rejected.close()
  }
}
