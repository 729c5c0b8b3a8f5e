/**
 * Lines in batches to a server that may refuse some of them. Refused lines are counted and, when somebody wants to see
 * them, found: the server quotes lines it cannot parse, and any other refusal is narrowed down by sending the halves of
 * the batch again, which changes nothing for points with timestamps: written twice they are still one point.
 */

import {
  droppedCount,
  findRejected,
  isRefusal,
  quotedLines,
  type RejectedLine,
  unquotedCount,
} from './find-rejected.js'

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
    const { onRejected, send } = this.#options
    if (onRejected !== null) await findRejected(lines, refusal, { send, onRejected })
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
}

function countRejected(refusal: string, lineCount: number): number {
  if (!refusal.startsWith('partial write')) return lineCount
  return Math.min(lineCount, Math.max(droppedCount(refusal) + quotedLines(refusal).length + unquotedCount(refusal), 1))
}
