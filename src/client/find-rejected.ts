/**
 * Which lines of a body did a server refuse? It quotes lines it cannot parse; any other refusal is narrowed down by
 * sending the halves again, which changes nothing for points with timestamps: written twice they are still one point.
 */

import { ClientError } from './client-error.js'

export interface RejectedLine {
  readonly line: string
  readonly reason: string
}

export interface FindRejectedOptions {
  /** Resolves when all lines are stored; throws `ClientError`. */
  readonly send: (lines: readonly string[]) => Promise<void>
  readonly onRejected: (rejected: RejectedLine) => void
}

/** The server refused part of what was sent, and not the request as such. */
export function isRefusal(error: unknown): error is ClientError {
  if (!(error instanceof ClientError)) return false
  return (
    error.kind === 'partial' || (error.status === 400 && /^(unable to parse|field type conflict)/.test(error.message))
  )
}

export async function findRejected(
  lines: readonly string[],
  refusal: string,
  options: FindRejectedOptions,
): Promise<void> {
  const quoted = quotedLines(refusal)
  const isQuoted = quoted.length > 0 && unquotedCount(refusal) === 0 && !quoted.some((one) => isCut(one, lines))
  const isAll = lines.length <= 1 || droppedCount(refusal) >= lines.length
  if (isQuoted || isAll) {
    const rejected = isQuoted ? quoted : lines.map((line) => ({ line, reason: refusal }))
    for (const one of rejected) options.onRejected(one)
    return
  }
  const middle = lines.length >>> 1
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    try {
      await options.send(half)
    } catch (error) {
      if (!isRefusal(error)) throw error
      await findRejected(half, error.message, options)
    }
  }
}

export function droppedCount(refusal: string): number {
  return Number(/dropped=(\d+)/.exec(refusal)?.[1] ?? 0)
}

/** Lines that could not be parsed either: the text about many is bounded. */
export function unquotedCount(refusal: string): number {
  return Number(/^(\d+) more lines could not be parsed/m.exec(refusal)?.[1] ?? 0)
}

function isCut({ line }: RejectedLine, lines: readonly string[]): boolean {
  return line.endsWith('…') && !lines.includes(line)
}

/** `unable to parse 'LINE': REASON`, one after another; a line may hold quotes and newlines itself. */
export function quotedLines(refusal: string): RejectedLine[] {
  return [...refusal.matchAll(/unable to parse '(.*?)': ([^\n]*?)(?= dropped=\d+$|\n|$)/gs)].map(
    ([, line, reason]) => ({ line, reason }),
  )
}
