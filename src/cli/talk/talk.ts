/**
 * What a run of the program says besides its answer, all of it on stderr: notes (`--quiet` silences them), trouble (nothing
 * does) and details (`-v`, `-vv`). With `--log-file` all of it goes to that file too, details of the first kind whether
 * asked for or not. One process runs one command, so there is one of these.
 */

import { randomUUID } from 'node:crypto'
import type { Exchanged, RequestTrace } from '../../client/request-trace.js'
import { maskFor } from '../format-answer.js'
import { LogFile } from './log-file.js'

export interface TalkOptions {
  readonly isQuiet: boolean
  /** `--progress json`: whoever reads stderr reads JSON lines. */
  readonly isJson: boolean
  /** How often `-v` was given. */
  readonly verbosity: number
  readonly logFile: string | null
  /** null: a new one. */
  readonly traceId: string | null
  /** For the first line of the log file. */
  readonly commandLine: readonly string[]
}

export class Talk {
  #isQuiet = false
  #isJson = false
  #verbosity = 0
  #logFile: LogFile | null = null
  #traceId: string | null = null
  #answeredBy: string | null = null

  /** Before the command's own work. A log file that cannot be written fails here. */
  start({ isQuiet, isJson, verbosity, logFile, traceId, commandLine }: TalkOptions): void {
    this.#isQuiet = isQuiet
    this.#isJson = isJson
    this.#verbosity = verbosity
    this.#traceId = traceId
    if (logFile !== null) this.#logFile = LogFile.open(logFile, commandLine)
    if (logFile === null && verbosity === 0) return
    const startedMs = performance.now()
    process.once('exit', (code) =>
      this.detail(1, `ended with ${code} after ${((performance.now() - startedMs) / 1000).toFixed(2)} s`),
    )
  }

  note(message: string): void {
    if (!this.#isQuiet && !this.#isJson) say(message)
  }

  trouble(message: string): void {
    say(this.#isJson ? JSON.stringify({ type: 'warning', message }) : message)
  }

  /** The last word: `text` for people, `document` where lines are read by a machine. */
  failure(text: string, document: object): void {
    say(this.#isJson ? JSON.stringify({ type: 'error', ...document }) : text)
  }

  /** `level` 1: what is done. 2: how. */
  detail(level: 1 | 2, message: string): void {
    if (this.#verbosity >= level) say(message)
    else if (level === 1) this.#logFile?.add(`${message}\n`)
  }

  /** For clients: every request of this run has one id, which the server's log repeats. */
  requestTrace(): RequestTrace {
    this.#traceId ??= randomUUID()
    return { id: this.#traceId, onExchange: (exchanged) => this.#tell(exchanged) }
  }

  /** null while no server has heard it. */
  get traceId(): string | null {
    return this.#answeredBy === null ? null : this.#traceId
  }

  /** The server that answered last; null while none has. */
  get answeredBy(): string | null {
    return this.#answeredBy
  }

  #tell({ method, host, path, status, elapsedMs, failure }: Exchanged): void {
    if (status !== null) this.#answeredBy = host
    this.detail(1, `${method} ${host}${path} ${status ?? failure} in ${Math.round(elapsedMs)} ms`)
    this.detail(2, `  trace ${this.#traceId}`)
  }
}

/** Messages quote names, lines and statements, which may hold anything. */
function say(text: string): void {
  process.stderr.write(`${maskFor(process.stderr, text)}\n`)
}

export const talk = new Talk()
