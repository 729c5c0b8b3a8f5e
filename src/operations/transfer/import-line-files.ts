/** Files of line protocol, a few at a time, with progress in their bytes and a state to go on from. */

import type { Target } from '../../client/target.js'
import type { ProgressSink } from '../progress.js'
import type { RateLimiter } from '../rate-limiter.js'
import type { RejectedLines } from '../rejected-lines.js'
import { runParallel } from '../run-parallel.js'
import type { ExportContext } from './export-sections.js'
import { type ImportTally, importLines } from './import-lines.js'
import type { ImportState } from './import-state.js'
import { type Input, openInput } from './open-input.js'

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
  /** Files that are read at the same time. */
  readonly jobCount: number
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
  const { target, state, jobCount } = options
  const files = options.files.filter(({ path }) => !state.isDone(path))
  const overview = new Overview(options, files.length)
  await runParallel(files, jobCount, async ({ path, context }) => {
    const input = openInput(path)
    const track = overview.open(input)
    const tally = await importLines({
      ...options,
      pieces: input.pieces,
      start: state.positionIn(path) ?? { ...context, byteCount: 0 },
      bodyBytes: BODY_BYTES[target?.kind ?? 'directory'],
      onStored: (position, stored) => {
        state.note(path, position)
        overview.update(track, stored)
      },
    })
    overview.update(track, tally)
    await target?.flush()
    state.finish(path)
  })
  return { ...overview.totals, fileCount: files.length }
}

interface Track {
  readonly input: Input
  tally: ImportTally
}

/** All files together, while several are read. */
class Overview {
  readonly #options: ImportLineFilesOptions
  readonly #fileCount: number
  readonly #tracks: Track[] = []

  constructor(options: ImportLineFilesOptions, fileCount: number) {
    this.#options = options
    this.#fileCount = fileCount
  }

  get totals(): ImportTally {
    const sum = (read: (tally: ImportTally) => number) => this.#tracks.reduce((all, { tally }) => all + read(tally), 0)
    return {
      lineCount: sum(({ lineCount }) => lineCount),
      statementCount: sum(({ statementCount }) => statementCount),
      byteCount: sum(({ byteCount }) => byteCount),
    }
  }

  open(input: Input): Track {
    const track = { input, tally: { lineCount: 0, statementCount: 0, byteCount: 0 } }
    this.#tracks.push(track)
    return track
  }

  /** Throws when too many were refused. */
  update(track: Track, tally: ImportTally): void {
    const { checkErrors, progress, rejected } = this.#options
    track.tally = tally
    const { lineCount } = this.totals
    checkErrors(lineCount)
    const inputs = this.#tracks.map(({ input }) => input)
    const isWhole = inputs.length === this.#fileCount && inputs.every(({ byteCount }) => byteCount !== null)
    progress.update({
      phase: 'import',
      done: inputs.reduce((sum, { readCount }) => sum + readCount(), 0),
      total: isWhole ? inputs.reduce((sum, { byteCount }) => sum + byteCount!, 0) : null,
      unit: 'bytes',
      details: [
        ...(this.#fileCount > 1 ? [{ name: 'file', value: `${inputs.length}/${this.#fileCount}` }] : []),
        { name: 'lines', value: lineCount },
        { name: 'rejected', value: rejected.count },
      ],
    })
  }
}
