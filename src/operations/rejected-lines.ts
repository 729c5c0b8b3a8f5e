/**
 * Where points go that could not be stored: a file of line protocol, each line after a comment with the reason, so that
 * it can be put right and written again. Reasons are counted.
 */

import { closeSync, openSync, writeSync } from 'node:fs'

export class RejectedLines {
  readonly #handle: number | null
  readonly #countOfReason = new Map<string, number>()
  count = 0

  /** null: count only. The file is opened now: a name that cannot be written should not cost the lines. */
  constructor(path: string | null) {
    this.#handle = path === null ? null : openSync(path, 'a')
  }

  add(line: string, reason: string): void {
    this.addCount(reason, 1)
    if (this.#handle !== null) writeSync(this.#handle, `# ${reason.replaceAll('\n', ' ')}\n${line}\n`)
  }

  /** What has no line of its own: kept as a comment. */
  addText(text: string, reason: string): void {
    this.add(`# ${text.replaceAll('\n', ' ')}`, reason)
  }

  /** Whether lines go anywhere. */
  get isKept(): boolean {
    return this.#handle !== null
  }

  /** Points of which there is no line. */
  addCount(reason: string, count: number): void {
    if (count === 0) return
    this.count += count
    const kind = kindOfReason(reason)
    this.#countOfReason.set(kind, (this.#countOfReason.get(kind) ?? 0) + count)
  }

  /** Most frequent first. */
  get reasons(): { readonly reason: string; readonly count: number }[] {
    return [...this.#countOfReason].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
  }

  close(): void {
    if (this.#handle !== null) closeSync(this.#handle)
  }
}

/** The same thing about another point is the same reason. */
function kindOfReason(reason: string): string {
  return reason
    .split('\n')[0]
    .replace(/^partial write: /, '')
    .replace(/ dropped=\d+$/, '')
    .replace(/unable to parse '.*?':/s, 'unable to parse:')
    .slice(0, 200)
}
