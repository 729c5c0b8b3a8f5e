/** The dashboard as a user sees it: a real pseudo-terminal, and a screen that understands what is written to it. */

import { spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'
import { BIN } from '../../support/built-bin.js'

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly environment?: Readonly<Record<string, string>>
}

export interface TestTerminal {
  readonly pid: number
  /** What is on the screen now, without the spaces at the ends of lines. */
  text(): string
  /** The screen the terminal shows: its second one while the dashboard has it. */
  screen(): 'normal' | 'alternate'
  isCursorShown(): boolean
  byteCount(): number
  /** The last of what was written. */
  written(): string
  /** Until the screen satisfies it. Throws with the screen when it never does. */
  waitFor(what: string, isThere: (text: string) => boolean): Promise<void>
  type(keys: string): void
  resize(columns: number, rows: number): void
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<number>
}

const WAIT_MS_MAX = 120_000

export function openTerminal(args: readonly string[], options: TerminalOptions = {}): TestTerminal {
  const { columns = 120, rows = 36, environment = {} } = options
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
  const { NO_COLOR: _none, FORCE_COLOR: _forced, ...inherited } = process.env
  let byteCount = 0
  let isCursorShown = true
  let written = ''
  const listeners = new Set<() => void>()
  const child = spawn(process.execPath, [BIN, 'top', ...args], {
    cols: columns,
    rows,
    // The test may run where CI is set; a user's terminal is not there.
    env: { ...inherited, CI: 'false', TERM: 'xterm-256color', ...environment },
  })
  child.onData((data) => {
    byteCount += Buffer.byteLength(data)
    written = (written + data).slice(-20_000)
    isCursorShown = cursorAfter(data, isCursorShown)
    screen.write(data, () => {
      for (const listener of listeners) listener()
    })
  })
  const text = () => {
    const { active } = screen.buffer
    const lines: string[] = []
    for (let row = 0; row < screen.rows; row++) {
      lines.push(
        active
          .getLine(active.viewportY + row)
          ?.translateToString(true)
          .trimEnd() ?? '',
      )
    }
    return lines.join('\n')
  }
  return {
    pid: child.pid,
    text,
    screen: () => screen.buffer.active.type,
    isCursorShown: () => isCursorShown,
    byteCount: () => byteCount,
    written: () => written,
    waitFor: (what, isThere) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!isThere(text())) return
          listeners.delete(check)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(() => {
          listeners.delete(check)
          reject(new Error(`${what} did not appear:\n${text()}`))
        }, WAIT_MS_MAX)
        listeners.add(check)
        check()
      }),
    type: (keys) => child.write(keys),
    resize: (nextColumns, nextRows) => {
      screen.resize(nextColumns, nextRows)
      child.resize(nextColumns, nextRows)
    },
    kill: (signal) => child.kill(signal),
    ended: new Promise((resolve) => {
      child.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode))
    }),
  }
}

function cursorAfter(data: string, isShown: boolean): boolean {
  const shownAt = data.lastIndexOf('\x1b[?25h')
  const hiddenAt = data.lastIndexOf('\x1b[?25l')
  return shownAt === hiddenAt ? isShown : shownAt > hiddenAt
}
