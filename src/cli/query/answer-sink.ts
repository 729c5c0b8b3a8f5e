/**
 * Where an answer goes: stdout, or a file that has its name only when it is whole. On a terminal, control characters of
 * stored strings are masked, so that none of them steers it; files and pipes get every byte.
 */

import { accessSync, constants, statSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileFailure } from '../file-failure.js'
import { maskControls } from '../format-answer.js'

export interface AnswerSink {
  /** Waits while the reader is slow. False: the reader has gone, as `head` does. */
  write(piece: string | Uint8Array): Promise<boolean>
  finish(): Promise<void>
  /** Leaves nothing behind. Does nothing after `finish`. */
  abandon(): Promise<void>
}

export class StdoutSink implements AnswerSink {
  #failure: NodeJS.ErrnoException | null = null
  #wake: (() => void) | null = null

  constructor() {
    // Node forgets that its stdout was destroyed: only the event tells that the reader has gone. The listener that is there
    // throws where nobody can catch.
    process.stdout.removeAllListeners('error').on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error
      this.#wake?.()
    })
    process.stdout.on('drain', () => this.#wake?.())
  }

  async write(piece: string | Uint8Array): Promise<boolean> {
    const { stdout } = process
    const isMasked = stdout.isTTY && typeof piece === 'string'
    const isTaken = stdout.write(isMasked ? maskControls(piece) : piece)
    if (!isTaken && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure === null) return true
    if (this.#failure.code === 'EPIPE') return false
    throw fileFailure('write', 'stdout', this.#failure)
  }

  /** Waits for what a pipe holds: only then is it known that all of it was taken. */
  async finish(): Promise<void> {
    await this.write('')
  }

  async abandon(): Promise<void> {}
}

/** Small pieces are gathered: an answer of many series comes in very small ones. */
const GATHERED_BYTES = 256 * 2 ** 10

export class FileSink implements AnswerSink {
  readonly #path: string
  readonly #file: FileHandle
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #isClosed = false

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  static async open(path: string): Promise<FileSink> {
    try {
      checkFilePath(path)
      return new FileSink(path, await open(`${path}.partial`, 'w'))
    } catch (cause) {
      throw fileFailure('write', path, cause)
    }
  }

  async write(piece: string | Uint8Array): Promise<boolean> {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#gathered.push(bytes)
    this.#gatheredBytes += bytes.length
    if (this.#gatheredBytes >= GATHERED_BYTES) await this.#flush()
    return true
  }

  async finish(): Promise<void> {
    await this.#flush()
    try {
      await this.#file.sync()
      this.#isClosed = true
      await this.#file.close()
      await rename(`${this.#path}.partial`, this.#path)
    } catch (cause) {
      throw fileFailure('write', this.#path, cause)
    }
  }

  async abandon(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#file.close()
    await rm(`${this.#path}.partial`, { force: true })
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered)
    this.#gathered = []
    this.#gatheredBytes = 0
    try {
      await this.#file.appendFile(bytes)
    } catch (cause) {
      throw fileFailure('write', this.#path, cause)
    }
  }
}

/** Told now rather than when the answer is there: a folder that is not there, a path that is a directory. */
export function checkFilePath(path: string): void {
  accessSync(dirname(path), constants.W_OK)
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined || there.isFile()) return
  if (there.isDirectory()) throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' })
  // The name would be taken from a device such as /dev/null.
  throw new Error(`${path} is no regular file; "-" writes to stdout`)
}
