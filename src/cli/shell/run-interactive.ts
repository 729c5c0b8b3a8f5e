/**
 * The shell on a terminal: reads lines until an input is complete, gives it to the session, shows answer or error.
 * Ctrl-C stops a statement that runs, empties a line, and on an empty one ends the shell when pressed twice; Ctrl-D ends it.
 */

import { createInterface, type Interface } from 'node:readline'
import type { ReadStream, WriteStream } from 'node:tty'
import { describeFailure } from '../describe-failure.js'
import { maskControls } from '../format-answer.js'
import { type AskNames, completeLine } from './complete-line.js'
import { type HistoryFile, isSecret } from './history-file.js'
import { PagedOutput } from './paged-output.js'
import { Screen } from './screen.js'
import type { ShellSession } from './shell-session.js'
import { isComplete, joinLines } from './split-input.js'

export interface Terminal {
  readonly input: ReadStream
  readonly output: WriteStream
  readonly pager: string | null
}

/** What the session needs of the terminal it runs on. */
export interface TerminalPorts {
  write(text: string): Promise<boolean>
  ask(question: string, isHidden: boolean): Promise<string>
}

const PROMPT = '> '
const PROMPT_OPEN = '... '

export class InteractiveShell implements TerminalPorts {
  readonly #terminal: Terminal
  readonly #history: HistoryFile
  readonly #screen: Screen
  readonly #readline: Interface
  readonly #lines: string[] = []
  #wake: () => void = () => {}
  #isClosed = false
  #pending: string[] = []
  #running: AbortController | null = null
  #isEndAsked = false
  #exitCode = 0
  #output: PagedOutput | null = null

  constructor(terminal: Terminal, history: HistoryFile, askNames: AskNames) {
    this.#terminal = terminal
    this.#history = history
    this.#screen = new Screen(terminal.output)
    this.#readline = createInterface({
      input: terminal.input,
      output: this.#screen,
      terminal: true,
      history: [...history.lines].reverse(),
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (before: string, done: (error: Error | null, result: [string[], string]) => void) => {
        void this.#complete(before, askNames).then((result) => done(null, result))
      },
    })
    this.#listen()
  }

  /** Resolves with the exit code of the process. */
  async run(session: ShellSession): Promise<number> {
    while (!session.isEnded) {
      const input = await this.#readInput()
      if (input === null) break
      await this.#runInput(session, input)
    }
    this.#readline.close()
    return this.#exitCode
  }

  async write(text: string): Promise<boolean> {
    // What is stored may hold anything; it must not steer the terminal.
    const shown = maskControls(text)
    return this.#output === null ? this.#screen.write(shown) : await this.#output.write(shown)
  }

  async ask(question: string, isHidden: boolean): Promise<string> {
    const answer = new Promise<string>((resolve) => {
      this.#readline.question(question, resolve)
    })
    this.#screen.isMuted = isHidden
    try {
      return await answer
    } finally {
      this.#screen.isMuted = false
      if (isHidden) this.#screen.write('\n')
    }
  }

  #listen(): void {
    this.#readline.on('line', (line) => {
      this.#lines.push(line)
      this.#wake()
    })
    this.#readline.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
    this.#readline.on('history', (lines: string[]) => {
      if (this.#screen.isMuted || isSecret(lines[0] ?? '')) lines.shift()
    })
    this.#readline.on('SIGINT', () => this.#interrupt())
  }

  #interrupt(): void {
    if (this.#running !== null) {
      if (this.#running.signal.aborted) process.exit(130)
      this.#screen.write('^C\n')
      this.#running.abort()
      return
    }
    const isLineEmpty = this.#pending.length === 0 && this.#readline.line === ''
    if (isLineEmpty && this.#isEndAsked) {
      this.#exitCode = 130
      this.#readline.close()
      return
    }
    this.#isEndAsked = isLineEmpty
    this.#screen.write(isLineEmpty ? '^C\n(Ctrl-C again, or exit, ends the shell)\n' : '^C\n')
    this.#pending = []
    this.#readline.write(null, { ctrl: true, name: 'e' })
    this.#readline.write(null, { ctrl: true, name: 'u' })
    this.#prompt()
  }

  /** Null when the user ended it. */
  async #readInput(): Promise<string | null> {
    for (;;) {
      this.#prompt()
      const line = await this.#nextLine()
      if (line === null) return null
      this.#isEndAsked = false
      this.#pending.push(line)
      const input = joinLines(this.#pending)
      // Nobody is kept in a statement that they cannot end: an empty line sends it as it is.
      if (!isComplete(input) && line.trim() !== '') continue
      this.#pending = []
      this.#history.add(input)
      return input
    }
  }

  async #nextLine(): Promise<string | null> {
    while (this.#lines.length === 0) {
      if (this.#isClosed) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#lines.shift()!
  }

  #prompt(): void {
    if (this.#isClosed) return
    this.#readline.setPrompt(this.#pending.length === 0 ? PROMPT : PROMPT_OPEN)
    this.#readline.prompt()
  }

  async #runInput(session: ShellSession, input: string): Promise<void> {
    this.#running = new AbortController()
    this.#output = this.#openOutput()
    try {
      await session.run(input, this.#running.signal)
      await this.#output.end()
    } catch (error) {
      await this.#output.end()
      this.#screen.write(this.#running.signal.aborted ? 'ERR: aborted by user\n' : describeInShell(error))
    } finally {
      this.#output = null
      this.#running = null
    }
  }

  #openOutput(): PagedOutput {
    const { input, pager } = this.#terminal
    return new PagedOutput({
      output: this.#screen,
      pager,
      onPagerStart: () => {
        this.#readline.pause()
        input.setRawMode(false)
      },
      onPagerEnd: () => {
        input.setRawMode(true)
        this.#readline.resume()
      },
    })
  }

  async #complete(before: string, askNames: AskNames): Promise<[string[], string]> {
    try {
      const after = this.#readline.line.slice(before.length)
      const { candidates, replaced } = await completeLine(joinLines([...this.#pending, before]), after, askNames)
      return [[...candidates], replaced]
    } catch {
      // A Tab must never end a session.
      return [[], before]
    }
  }
}

function describeInShell(error: unknown): string {
  const { message, hint, isExpected } = describeFailure(error)
  const text = isExpected ? message : `${message} (a bug; please report it)`
  return maskControls(`ERR: ${text}\n${hint === null ? '' : `  hint: ${hint}\n`}`)
}
