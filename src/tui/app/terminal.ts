/**
 * The terminal while the dashboard has it: its second screen, no cursor, keys one by one, clicks on request. `leave` gives
 * it back and may be called at any moment and more than once: from a signal, after an exception, at the exit.
 */

import { writeSync } from 'node:fs'

const ENTER = '\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l'
const LEAVE = '\x1b[?25h\x1b[?1049l'
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h'
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l'
const CLEAR = '\x1b[2J\x1b[H'

export interface TerminalOptions {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream & { readonly fd: number }
  readonly isMouseWanted: boolean
  /** The second screen: what was there before comes back at the end. */
  readonly isAlternate: boolean
}

export class Terminal {
  readonly #options: TerminalOptions
  #isEntered = false

  constructor(options: TerminalOptions) {
    this.#options = options
  }

  enter(): void {
    if (this.#isEntered) return
    this.#isEntered = true
    const { stdin, isMouseWanted, isAlternate } = this.#options
    this.#write((isAlternate ? ENTER : `${CLEAR}\x1b[?25l`) + (isMouseWanted ? MOUSE_ON : ''))
    if (!stdin.isTTY) return
    stdin.setRawMode(true)
    stdin.setEncoding('utf8')
    stdin.resume()
  }

  leave(): void {
    if (!this.#isEntered) return
    this.#isEntered = false
    const { stdin, isMouseWanted, isAlternate } = this.#options
    this.#write((isMouseWanted ? MOUSE_OFF : '') + (isAlternate ? LEAVE : '\x1b[?25h\n'))
    if (!stdin.isTTY) return
    try {
      stdin.setRawMode(false)
      stdin.pause()
    } catch {
      // The terminal is gone; there is nothing left to give back.
    }
  }

  clear(): void {
    this.#write(CLEAR)
  }

  /** Asks the terminal to copy; many do, some refuse, none answers. */
  copy(text: string): void {
    this.#write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)
  }

  /** At once: the process may be about to end. */
  #write(text: string): void {
    try {
      writeSync(this.#options.stdout.fd, text)
    } catch {
      // EAGAIN of a terminal that does not read, EIO of one that was closed.
      this.#options.stdout.write(text)
    }
  }
}
