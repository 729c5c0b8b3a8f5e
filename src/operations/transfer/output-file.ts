/** Text into a file that has its name only when it is whole and on disk, or to stdout; gzip when asked for. */

import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

export class OutputFile {
  readonly #path: string | null
  readonly #file: Writable
  readonly #entry: Writable
  /** Rejects when the file cannot be written any more, which is not always while somebody waits for it. */
  readonly #failed: Promise<never>
  byteCount = 0

  /** null: stdout, which stays open. */
  constructor(path: string | null, isCompressed: boolean) {
    this.#path = path
    if (path !== null) mkdirSync(dirname(path), { recursive: true })
    this.#file = path === null ? process.stdout : createWriteStream(`${path}.partial`, { flush: true })
    this.#failed = new Promise((_, reject) => this.#file.once('error', reject))
    this.#failed.catch(() => {})
    this.#entry = this.#file
    if (!isCompressed) return
    const gzip = createGzip({ level: 4 })
    gzip.pipe(this.#file, { end: path !== null })
    this.#file.once('error', () => gzip.destroy())
    this.#entry = gzip
  }

  async write(text: string): Promise<void> {
    if (text === '') return
    this.byteCount += Buffer.byteLength(text)
    if (!this.#entry.write(text)) await Promise.race([once(this.#entry, 'drain'), this.#failed])
  }

  async finish(): Promise<void> {
    if (this.#path === null && this.#entry === this.#file) return
    this.#entry.end()
    await Promise.race([finished(this.#path === null ? this.#entry : this.#file), this.#failed])
    if (this.#path !== null) await rename(`${this.#path}.partial`, this.#path)
  }

  async abandon(): Promise<void> {
    if (this.#path === null) return
    this.#entry.destroy()
    this.#file.destroy()
    // Until it is closed it may still come into being.
    await finished(this.#file).catch(() => {})
    await rm(`${this.#path}.partial`, { force: true })
  }
}
