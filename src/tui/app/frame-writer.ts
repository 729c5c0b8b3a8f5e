/**
 * The stream that Ink draws on. Ink hands over whole frames (its own way of updating lines leaves them one row off when the
 * text ends with a line end); what reaches the terminal are the lines that differ from what is there, each at its place,
 * in one write, ten times a second at most.
 */

import { EventEmitter } from 'node:events'

const BEGIN_UPDATE = '\x1b[?2026h'
const END_UPDATE = '\x1b[?2026l'
const ERASE_REST = '\x1b[K'
const FRAME_MS_MIN = 100

export interface FrameTarget {
  readonly columns: number
  readonly rows: number
  write(text: string): unknown
}

export class FrameWriter extends EventEmitter {
  readonly isTTY = true
  readonly #target: FrameTarget
  #drawn: readonly string[] = []
  #wanted: readonly string[] = []
  #drawnAtMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | null = null

  constructor(target: FrameTarget) {
    super()
    this.#target = target
  }

  get columns(): number {
    return this.#target.columns
  }

  get rows(): number {
    return this.#target.rows
  }

  /** A whole frame. */
  write(frame: string): boolean {
    if (frame === '') return true
    this.#wanted = frame.split('\n')
    const waitMs = this.#drawnAtMs + FRAME_MS_MIN - performance.now()
    if (waitMs <= 0) this.#draw()
    else this.#timer ??= setTimeout(() => this.#draw(), waitMs)
    return true
  }

  /** The terminal is empty: everything has to be drawn. */
  drawAll(): void {
    this.#drawn = []
    this.#draw()
  }

  /** Nothing is drawn from now on. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#wanted = []
    this.#drawn = []
  }

  #draw(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const changes = changedLines(this.#drawn, this.#wanted)
    this.#drawn = this.#wanted
    this.#drawnAtMs = performance.now()
    if (changes !== '') this.#target.write(BEGIN_UPDATE + changes + END_UPDATE)
  }
}

function changedLines(before: readonly string[], after: readonly string[]): string {
  let changes = ''
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const line = after[i] ?? ''
    if (before[i] === line) continue
    changes += `\x1b[${i + 1};1H${line}${ERASE_REST}`
  }
  return changes
}
