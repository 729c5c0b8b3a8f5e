/** The terminal as readline writes to it, with a switch that keeps typed passwords off it. */

import { Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'

export class Screen extends Writable {
  isMuted = false
  readonly #terminal: WriteStream

  constructor(terminal: WriteStream) {
    super({ decodeStrings: false })
    this.#terminal = terminal
    terminal.on('resize', () => this.emit('resize'))
  }

  get isTTY(): boolean {
    return true
  }

  get columns(): number {
    return this.#terminal.columns
  }

  get rows(): number {
    return this.#terminal.rows
  }

  override _write(piece: string | Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // At once, not when the terminal is done: the switch holds for what is written now, and terminals write synchronously.
    if (!this.isMuted) this.#terminal.write(piece, encoding)
    done()
  }
}
