/** `shell -import -path FILE`: `import --format influx-export`, with the words that the `influx` shell ends with. */

import { runImportLines } from '../import-lines-command.js'
import type { TargetFlagValues } from '../open-target.js'
import { OperationError } from '../operation-error.js'

export interface ShellImportFlags extends TargetFlagValues {
  readonly path?: string
  /** Points per second; 0 = as fast as it goes. */
  readonly pps: number
  readonly database?: string
  readonly rp?: string
  readonly precision: string
}

export interface ShellImport {
  readonly text: string
  /** Why points were refused. */
  readonly notes: readonly string[]
  readonly exitCode: number
}

export async function importForShell(flags: ShellImportFlags): Promise<ShellImport> {
  const { path, pps, database, rp, precision } = flags
  if (path === undefined || path === '') {
    throw new OperationError('-import needs a file', { exit: 'usage', hint: '-import -path FILE' })
  }
  const pace = pps === 0 ? {} : { rate: pps }
  const { document, lines, exitCode } = await runImportLines(
    { ...flags, ...pace, gzip: false, jobs: 1, 'dry-run': false, progress: 'auto', quiet: false },
    {
      schema: 'hyperbyte.import/1',
      files: [{ path, context: { section: 'dml', database: database ?? '', retentionPolicy: rp ?? '' } }],
      precision: precision === 'rfc3339' ? 'ns' : precision,
      statePath: null,
      resume: null,
      areStatementsRun: true,
      databaseOverride: null,
    },
  )
  const { statements, lines: read, rejected } = document as Record<'statements' | 'lines' | 'rejected', number>
  return {
    text: `Processed ${statements} commands\nProcessed ${read - rejected} inserts\nFailed ${rejected} inserts\n`,
    notes: lines.slice(1),
    exitCode,
  }
}
