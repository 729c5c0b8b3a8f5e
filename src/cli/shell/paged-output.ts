/**
 * Output of one statement on a terminal: printed as it comes until it would leave the screen, from there on through the
 * user's pager, which gets all of it from the first line.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'

export interface PagedOutputOptions {
  readonly output: Writable & { readonly rows?: number }
  /** $PAGER; null: never. */
  readonly pager: string | null
  /** The pager reads the keys while it runs. */
  readonly onPagerStart: () => void
  readonly onPagerEnd: () => void
}

export class PagedOutput {
  readonly #options: PagedOutputOptions
  #held = ''
  #heldLineCount = 0
  #pager: ChildProcess | null = null
  #isPagerGone = false

  constructor(options: PagedOutputOptions) {
    this.#options = options
  }

  /** False: the reader has left the pager and wants no more. */
  async write(text: string): Promise<boolean> {
    const { output, pager } = this.#options
    if (pager === null) return await writeAll(output, text)
    if (this.#pager !== null) return await this.#writeToPager(text)
    this.#held += text
    for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) this.#heldLineCount++
    // One line stays free for the prompt.
    if (this.#heldLineCount < (output.rows ?? Number.POSITIVE_INFINITY)) return true
    this.#startPager(pager)
    const held = this.#held
    this.#held = ''
    return await this.#writeToPager(held)
  }

  /** Resolves when everything is shown and, if there was a pager, the user has left it. */
  async end(): Promise<void> {
    if (this.#pager === null) {
      await writeAll(this.#options.output, this.#held)
      return
    }
    this.#pager.stdin!.end()
    if (!this.#isPagerGone) await once(this.#pager, 'close')
  }

  #startPager(command: string): void {
    this.#options.onPagerStart()
    const environment = { LESS: 'FRSX', ...process.env }
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'inherit', 'inherit'], env: environment })
    const leave = () => {
      if (this.#isPagerGone) return
      this.#isPagerGone = true
      this.#options.onPagerEnd()
    }
    child.on('close', leave)
    child.on('error', leave)
    // Somebody who quits the pager early breaks the pipe; that is not a failure.
    child.stdin.on('error', () => {})
    this.#pager = child
  }

  async #writeToPager(text: string): Promise<boolean> {
    if (this.#isPagerGone) return false
    await writeAll(this.#pager!.stdin!, text)
    return !this.#isPagerGone
  }
}

/** Waits while the reader is slow. False: it has gone. */
export async function writeAll(output: Writable, text: string): Promise<boolean> {
  if (text === '' || output.destroyed) return !output.destroyed
  if (!output.write(text) && !output.destroyed) {
    await new Promise<void>((resolve) => {
      const done = () => {
        output.off('drain', done)
        output.off('close', done)
        resolve()
      }
      output.once('drain', done)
      output.once('close', done)
    })
  }
  return !output.destroyed
}
