/**
 * Lines typed in earlier sessions, one per line, readable by their owner alone. A line that holds a password is never
 * written.
 */

import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

const LINE_COUNT_MAX = 1000

export function historyPath(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['HYPERBYTE_HISTORY_FILE']
  if (named !== undefined && named !== '') return named
  const state = environment['XDG_STATE_HOME'] ?? path.join(homedir(), '.local', 'state')
  return path.join(state, 'hyperbyte', 'shell_history')
}

export class HistoryFile {
  /** Oldest first. */
  readonly lines: string[]
  readonly #path: string

  private constructor(file: string, lines: string[]) {
    this.#path = file
    this.lines = lines
  }

  /** A file that cannot be read is an empty one: a shell without memory is still a shell. */
  static open(file: string): HistoryFile {
    const all = readLines(file)
    const lines = all.slice(-LINE_COUNT_MAX)
    const history = new HistoryFile(file, lines)
    if (all.length > 2 * LINE_COUNT_MAX) history.#tryWrite(() => writeFileSync(file, toText(lines), { mode: 0o600 }))
    return history
  }

  add(input: string): void {
    const line = toOneLine(input)
    if (line === '' || isSecret(line) || line === this.lines.at(-1)) return
    this.lines.push(line)
    this.#tryWrite(() => {
      mkdirSync(path.dirname(this.#path), { recursive: true, mode: 0o700 })
      appendFileSync(this.#path, toText([line]), { mode: 0o600 })
      chmodSync(this.#path, 0o600)
    })
  }

  #tryWrite(write: () => void): void {
    try {
      write()
    } catch {
      // A home that cannot be written to is no reason to end a session.
    }
  }
}

/** Passwords stand in CREATE USER and SET PASSWORD; a line about them is not kept, even when it was mistyped. */
export function isSecret(line: string): boolean {
  return /password/i.test(line)
}

function toOneLine(input: string): string {
  return input.replace(/\s*\r?\n\s*/g, ' ').trim()
}

function toText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}
