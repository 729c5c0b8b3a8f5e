/**
 * The dashboard as a command: which of its forms is wanted (screen, one picture, documents, sentences), and the terminal's
 * abilities. Ink is loaded for the screen alone, so that it never starts on a pipe.
 */

import { supportsColor } from 'chalk'
import { measure, toDocument } from '../tui/app/measure-once.js'
import type { ScreenOptions } from '../tui/app/run-screen.js'
import { type ColorDepth, chooseTheme, type PaletteName, paintLine } from '../tui/app/theme.js'
import { plainLines, printedLines, spokenLines } from '../tui/frame/printed-lines.js'
import type { Sort } from '../tui/model/table.js'
import { startState, type TopState } from '../tui/model/top-state.js'
import type { ViewId } from '../tui/model/view-id.js'
import { Recorder, readRecording } from '../tui/source/recording.js'
import { recordingSource } from '../tui/source/recording-source.js'
import type { SampleSource } from '../tui/source/sample-source.js'
import { ServerSource } from '../tui/source/server-source.js'
import { clean } from '../tui/text/line.js'
import { isColorWanted } from './color.js'
import { type ServerFlagValues, toClientOptions } from './connection-flags.js'
import { exitCode } from './exit-codes.js'
import { OperationError } from './operation-error.js'

export interface TopFlags extends ServerFlagValues {
  readonly view: ViewId
  readonly refresh: number
  readonly sort?: string
  readonly filter?: string
  readonly readonly: boolean
  readonly once: boolean
  readonly check: boolean
  readonly jsonl: boolean
  readonly count?: number
  readonly record?: string
  readonly replay?: string
  readonly charts: 'block' | 'braille' | 'ascii'
  readonly palette: PaletteName
  readonly mouse?: boolean
  readonly altscreen: boolean
  readonly compact: boolean
}

export interface TopOutcome {
  readonly exitCode: number
  /** For `--json`. */
  readonly document: Record<string, unknown> | undefined
}

const REFRESH_MS_MIN = 500
/** Of a picture on a pipe. */
const COLUMNS_DEFAULT = 120
const SPOKEN_REFRESH_MS_MIN = 10_000

export async function runTop(flags: TopFlags, { isJson }: { readonly isJson: boolean }): Promise<TopOutcome> {
  if (flags.refresh < REFRESH_MS_MIN) throw new OperationError('--refresh is 500ms at least', { exit: 'usage' })
  const recording = flags.replay === undefined ? null : openRecording(flags.replay)
  const source = flags.replay === undefined ? openServer(flags) : recordingSource(flags.replay)
  const recorder = flags.record === undefined ? null : new Recorder(flags.record)
  const start = startOf(flags, source)
  try {
    if (flags.jsonl) return await printDocuments(start, source, recorder, flags.count ?? Number.POSITIVE_INFINITY)
    if (isJson || flags.once || !isScreen()) {
      if (!isJson && !flags.once) process.stderr.write('no terminal: one picture, as with --once\n')
      return await printOnce(start, source, recorder, { isJson, isColored: isColored(), isChecked: flags.check })
    }
    if (process.env['INK_SCREEN_READER'] === 'true') return await speak(start, source, recorder)
    return await showScreen(start, flags, { source, recording, recorder })
  } finally {
    await source.close()
    await recorder?.close()
  }
}

function isScreen(): boolean {
  const { TERM, CI } = process.env
  return process.stdout.isTTY === true && TERM !== 'dumb' && (CI === undefined || CI === '' || CI === 'false')
}

function isColored(): boolean {
  return isColorWanted({ isTerminal: process.stdout.isTTY === true, environment: process.env })
}

function openServer(flags: TopFlags): SampleSource {
  return new ServerSource(toClientOptions(flags, process.env, (text) => process.stderr.write(`warning: ${text}\n`)))
}

function openRecording(path: string): ReturnType<typeof readRecording> {
  try {
    const samples = readRecording(path)
    if (samples.length > 0) return samples
  } catch (cause) {
    throw new OperationError(`cannot read ${path}: ${(cause as Error).message}`, { exit: 'missing', cause })
  }
  throw new OperationError(`${path} has no samples`, { exit: 'usage', hint: 'hyperbyte top --record FILE makes one' })
}

function startOf(flags: TopFlags, source: SampleSource): TopState {
  const refreshMs =
    process.env['INK_SCREEN_READER'] === 'true' ? Math.max(flags.refresh, SPOKEN_REFRESH_MS_MIN) : flags.refresh
  return startState({
    settings: {
      refreshMs,
      windowMs: 60_000,
      charts: flags.charts,
      isReadOnly: flags.readonly,
      isCompact: flags.compact,
    },
    host: source.host,
    view: flags.view,
    columns: process.stdout.columns || COLUMNS_DEFAULT,
    rows: process.stdout.rows || 40,
    nowMs: Date.now(),
    sort: parseSort(flags.sort),
    filter: flags.filter ?? '',
  })
}

function parseSort(text: string | undefined): Sort | null {
  if (text === undefined) return null
  const [column, direction = 'asc'] = text.split(':')
  if (column === '' || (direction !== 'asc' && direction !== 'desc')) {
    throw new OperationError(`--sort ${text} is not COLUMN or COLUMN:desc`, { exit: 'usage' })
  }
  return { column: column.toLowerCase(), isDescending: direction === 'desc' }
}

interface PrintOptions {
  readonly isJson: boolean
  readonly isColored: boolean
  readonly isChecked: boolean
}

async function printOnce(
  start: TopState,
  source: SampleSource,
  recorder: Recorder | null,
  { isJson, isColored, isChecked }: PrintOptions,
): Promise<TopOutcome> {
  for await (const state of measure(start, source, recorder)) {
    const isWell = !isChecked || state.health.word === 'healthy'
    const outcome = { exitCode: isWell ? 0 : exitCode('mismatch'), document: toDocument(state) }
    if (!isJson) await print(isColored ? painted(state) : plainLines(printedLines(state)))
    return outcome
  }
  throw new Error('unreachable: measuring never ends by itself')
}

function painted(state: TopState): string {
  const theme = chooseTheme('default', 1)
  return printedLines(state)
    .map((line) => `${paintLine(line, theme)}\n`)
    .join('')
}

async function printDocuments(
  start: TopState,
  source: SampleSource,
  recorder: Recorder | null,
  countMax: number,
): Promise<TopOutcome> {
  let count = 0
  for await (const state of measure(start, source, recorder)) {
    const isRead = await print(`${JSON.stringify(toDocument(state))}\n`)
    if (!isRead || ++count >= countMax) break
  }
  return { exitCode: 0, document: undefined }
}

async function speak(start: TopState, source: SampleSource, recorder: Recorder | null): Promise<TopOutcome> {
  for await (const state of measure(start, source, recorder)) {
    if (!(await print(`${spokenLines(state).join('\n')}\n\n`))) break
  }
  return { exitCode: 0, document: undefined }
}

/** False when nobody reads any more: `top --jsonl | head -1` is no failure. */
function print(text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? resolve(false) : reject(error))
    process.stdout.once('error', fail)
    process.stdout.write(text, (error) => {
      if (error !== null && error !== undefined) return fail(error)
      process.stdout.off('error', fail)
      resolve(true)
    })
  })
}

async function showScreen(
  start: TopState,
  flags: TopFlags,
  sources: Pick<ScreenOptions, 'source' | 'recording' | 'recorder'>,
): Promise<TopOutcome> {
  const { runScreen } = await import('../tui/app/run-screen.js')
  const end = await runScreen(start, {
    ...sources,
    theme: chooseTheme(flags.palette, isColored() ? colorDepth() : 0),
    stdin: process.stdin,
    stdout: process.stdout,
    isMouseWanted: flags.mouse ?? process.env['SSH_CONNECTION'] === undefined,
    isAlternate: flags.altscreen,
  })
  await print(`${clean(lastWord(end.state))}\n`)
  return { exitCode: end.exitCode, document: undefined }
}

function colorDepth(): ColorDepth {
  return supportsColor === false ? 1 : (Math.max(1, supportsColor.level) as ColorDepth)
}

function lastWord({ sample, health, connection }: TopState): string {
  const host = connection.host
  if (connection.kind === 'lost' || connection.kind === 'denied') return `${host}: ${connection.reason}`
  if (sample === null) return `${host}: not asked yet`
  return `${host}: ${health.word}${health.reason === '' ? '' : ` (${health.reason})`}`
}
