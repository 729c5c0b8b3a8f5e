/** Files of line protocol one after the other, with progress in their bytes and a state to go on from. */

import type { Target } from '../../client/target.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { RejectedLines } from '../rejected-lines.js'
import type { ExportContext } from './export-sections.js'
import { type ImportTally, importLines } from './import-lines.js'
import type { ImportState } from './import-state.js'
import { openInput } from './open-input.js'

export interface LineFile {
  readonly path: string
  /** Where its points go unless its directives say otherwise. */
  readonly context: ExportContext
}

export interface ImportLineFilesOptions {
  readonly files: readonly LineFile[]
  /** null: read and count only. */
  readonly target: Target | null
  readonly precision: string
  readonly isCompressed: boolean
  readonly limiter: RateLimiter | null
  readonly areStatementsRun: boolean
  readonly databaseOverride: string | null
  readonly rejected: RejectedLines
  /** Called after each body; throws to end the import. */
  readonly checkErrors: (lineCount: number) => void
  readonly state: ImportState
  readonly progress: ProgressSink
  readonly signal: AbortSignal
}

export interface ImportTotals extends ImportTally {
  readonly fileCount: number
}

/** Few and large: a directory parses them at full speed; a server has a limit of 25 MB. */
const BODY_BYTES = { directory: 8 * 2 ** 20, server: 4 * 2 ** 20 } as const

export async function importLineFiles(options: ImportLineFilesOptions): Promise<ImportTotals> {
  const { files, target, state, progress, rejected } = options
  let lineCount = 0
  let statementCount = 0
  let byteCount = 0
  let fileCount = 0
  for (const { path, context } of files) {
    if (state.isDone(path)) continue
    const input = openInput(path)
    const before = lineCount
    const tally = await importLines({
      ...options,
      pieces: input.pieces,
      start: state.positionIn(path) ?? { ...context, byteCount: 0 },
      bodyBytes: BODY_BYTES[target?.kind ?? 'directory'],
      onStored: (position, { lineCount: stored }) => {
        state.note(path, position)
        options.checkErrors(before + stored)
        progress.update({
          phase: 'import',
          done: input.readCount(),
          total: input.byteCount,
          unit: 'bytes',
          details: [
            ...(files.length > 1 ? [{ name: 'file', value: `${fileCount + 1}/${files.length}` }] : []),
            { name: 'lines', value: before + stored },
            { name: 'rejected', value: rejected.count },
          ],
        })
      },
    })
    lineCount += tally.lineCount
    statementCount += tally.statementCount
    byteCount += tally.byteCount
    fileCount++
    await target?.flush()
    state.finish(path)
  }
  return { lineCount, statementCount, byteCount, fileCount }
}
