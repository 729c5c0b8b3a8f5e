/**
 * Shows a running operation on stderr, in the way that `--progress` asks for:
 *
 *   auto   bar on a terminal, else plain     plain  a line every 30 s
 *   bar    one line that is redrawn          json   JSON lines, at most one status a second, and a summary at the end
 *   none   nothing
 *
 * Nothing is shown of what is over within a second. `finish` must be called, also after a failure: it stops the timer
 * and clears the bar.
 */

import { Flags } from '@oclif/core'
import type { Progress, ProgressSink } from '../../operations/progress.js'
import { maskFor } from '../format-answer.js'
import { RateWindow } from './rate-window.js'
import { type Pace, renderBar, renderLine, renderStatus } from './render-progress.js'

export type ProgressMode = 'auto' | 'bar' | 'plain' | 'json' | 'none'

/** For `static flags` of long commands. `--quiet`, which every command has, is the short way to say `--progress none`. */
export const progressFlags = {
  progress: Flags.option({ options: ['auto', 'bar', 'plain', 'json', 'none'] as const })({
    default: 'auto' as const,
    helpGroup: 'OUTPUT',
    summary: 'How to show on stderr where the work is: a bar on a terminal, else a line every 30 s; json for machines.',
  }),
}

export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface ProgressReporterOptions {
  readonly mode: ProgressMode
  readonly stream: ProgressStream
  /** Monotonic milliseconds. */
  readonly nowMs: () => number
}

/** Facts of the end, with the names that machines read. */
export type ProgressSummary = Readonly<Record<string, string | number | boolean | null>>

const HIDDEN_MS = 1000
const INTERVAL_MS = { bar: 100, plain: 30_000, json: 1000 } as const
const CLEAR_LINE = '\r\u001b[2K'

export class ProgressReporter implements ProgressSink {
  readonly #mode: Exclude<ProgressMode, 'auto'>
  readonly #stream: ProgressStream
  readonly #nowMs: () => number
  readonly #startedMs: number
  readonly #window = new RateWindow()
  #progress: Progress | null = null
  #timer: NodeJS.Timeout | null = null
  #shownMs = Number.NEGATIVE_INFINITY
  #isBarShown = false

  constructor({ mode, stream, nowMs }: ProgressReporterOptions) {
    this.#mode = mode === 'auto' ? (stream.isTTY === true ? 'bar' : 'plain') : mode
    this.#stream = stream
    this.#nowMs = nowMs
    this.#startedMs = nowMs()
    if (this.#mode === 'none') return
    // Time passes also while an operation has no news.
    this.#timer = setInterval(() => this.#showIfDue(), Math.min(INTERVAL_MS[this.#mode], 1000))
    this.#timer.unref()
  }

  static fromFlags(flags: { readonly progress: ProgressMode; readonly quiet: boolean }): ProgressReporter {
    const mode = flags.quiet ? 'none' : flags.progress
    return new ProgressReporter({ mode, stream: process.stderr, nowMs: () => performance.now() })
  }

  update(progress: Progress): void {
    if (this.#mode === 'none') return
    this.#progress = progress
    this.#window.add(this.#nowMs(), progress.done)
    this.#showIfDue()
  }

  warn(message: string): void {
    this.#clear()
    const text = this.#mode === 'json' ? line({ type: 'warning', message }) : `warning: ${message}\n`
    this.#stream.write(maskFor(this.#stream, text))
  }

  /** For people: something to know that is nothing to worry about. */
  note(message: string): void {
    if (this.#mode === 'none' || this.#mode === 'json') return
    this.#clear()
    this.#stream.write(maskFor(this.#stream, `${message}\n`))
  }

  /** Idempotent. `summary` is printed for machines; people read the command's own words. */
  finish(summary: ProgressSummary = {}): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#clear()
    if (this.#mode === 'json' && this.#timer !== null) {
      this.#stream.write(line({ type: 'summary', elapsed_s: Number(this.#elapsedSeconds().toFixed(3)), ...summary }))
    }
    this.#timer = null
  }

  #showIfDue(): void {
    const nowMs = this.#nowMs()
    if (this.#mode === 'none' || this.#progress === null) return
    // A log's first line comes after a full interval: what is over by then needs none.
    const hiddenMs = this.#mode === 'plain' ? INTERVAL_MS.plain : HIDDEN_MS
    if (nowMs - this.#startedMs < hiddenMs || nowMs - this.#shownMs < INTERVAL_MS[this.#mode]) return
    this.#shownMs = nowMs
    this.#show(this.#progress)
  }

  #show(progress: Progress): void {
    const pace: Pace = {
      rate: this.#window.rate(),
      secondsLeft: this.#window.secondsTo(progress.total),
      elapsedSeconds: this.#elapsedSeconds(),
    }
    switch (this.#mode) {
      case 'bar':
        this.#stream.write(
          CLEAR_LINE + maskFor(this.#stream, renderBar(progress, pace, (this.#stream.columns ?? 80) - 1)),
        )
        this.#isBarShown = true
        break
      case 'plain':
        this.#stream.write(`${renderLine(progress, pace)}\n`)
        break
      case 'json':
        this.#stream.write(`${renderStatus(progress, pace)}\n`)
    }
  }

  #clear(): void {
    if (this.#isBarShown) this.#stream.write(CLEAR_LINE)
    this.#isBarShown = false
  }

  #elapsedSeconds(): number {
    return (this.#nowMs() - this.#startedMs) / 1000
  }
}

function line(document: Record<string, unknown>): string {
  return JSON.stringify(document) + '\n'
}
