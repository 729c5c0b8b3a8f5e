/**
 * Lines in batches to a server that may refuse some of them. Refused lines are counted and, when somebody wants to see
 * them, found: the server quotes lines it cannot parse, and any other refusal is narrowed down by sending the halves of
 * the batch again, which changes nothing for points with timestamps: written twice they are still one point.
 */

import { ClientError } from './client-error.js'

export interface RejectedLine {
  readonly line: string
  readonly reason: string
}

export interface WriteTotals {
  lineCount: number
  rejectedCount: number
  batchCount: number
}

export interface BatchWriterOptions {
  /** Resolves when all lines are stored; throws `ClientError`. */
  readonly send: (lines: readonly string[]) => Promise<void>
  readonly batchLineCount: number
  /** Null: count refusals, do not look for the lines. */
  readonly onRejected: ((rejected: RejectedLine) => void) | null
  /** Called once for each refusal with the server's text. */
  readonly onRefusal: (reason: string) => void
}

export class BatchWriter {
  readonly totals: WriteTotals = { lineCount: 0, rejectedCount: 0, batchCount: 0 }
  readonly #options: BatchWriterOptions
  #lines: string[] = []

  constructor(options: BatchWriterOptions) {
    this.#options = options
  }

  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      this.#lines.push(line)
      if (this.#lines.length >= this.#options.batchLineCount) await this.flush()
    }
  }

  async flush(): Promise<void> {
    const lines = this.#lines
    this.#lines = []
    if (lines.length === 0) return
    const refusal = await this.#trySend(lines)
    this.totals.batchCount++
    this.totals.lineCount += lines.length
    if (refusal === null) return
    this.#options.onRefusal(refusal)
    this.totals.rejectedCount += countRejected(refusal, lines.length)
    if (this.#options.onRejected !== null) await this.#findRejected(lines, refusal)
  }

  /** The server's words when it refused part or all of the lines; null when it took them. */
  async #trySend(lines: readonly string[]): Promise<string | null> {
    try {
      await this.#options.send(lines)
      return null
    } catch (error) {
      if (isRefusal(error)) return error.message
      throw error
    }
  }

  async #findRejected(lines: readonly string[], refusal: string): Promise<void> {
    const quoted = quotedLines(refusal)
    if (quoted.length > 0 || lines.length === 1) {
      const rejected = quoted.length > 0 ? quoted : [{ line: lines[0], reason: refusal }]
      for (const one of rejected) this.#options.onRejected?.(one)
      return
    }
    const middle = lines.length >>> 1
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      const halfRefusal = await this.#trySend(half)
      if (halfRefusal !== null) await this.#findRejected(half, halfRefusal)
    }
  }
}

function isRefusal(error: unknown): error is ClientError {
  if (!(error instanceof ClientError)) return false
  return (
    error.kind === 'partial' || (error.status === 400 && /^(unable to parse|field type conflict)/.test(error.message))
  )
}

function countRejected(refusal: string, lineCount: number): number {
  if (!refusal.startsWith('partial write')) return lineCount
  const dropped = Number(/dropped=(\d+)/.exec(refusal)?.[1] ?? 0)
  return Math.min(lineCount, Math.max(dropped + quotedLines(refusal).length, 1))
}

/** `unable to parse 'LINE': REASON`, one after another; a line may hold quotes and newlines itself. */
function quotedLines(refusal: string): RejectedLine[] {
  return [...refusal.matchAll(/unable to parse '(.*?)': ([^\n]*?)(?= dropped=\d+$|\n|$)/gs)].map(
    ([, line, reason]) => ({
      line,
      reason,
    }),
  )
}
