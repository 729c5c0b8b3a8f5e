/**
 * The Parquet files on disk: where they are, whether their bytes are those that were written, and when they may go. A file
 * that nobody wants any more stays until the last query that pinned it is done, and as long as somebody holds all files.
 */

import { rm } from 'node:fs/promises'
import path from 'node:path'
import { HyperbyteError } from '../domain/errors.js'
import { sha256OfFile } from '../parquet/write-parquet-file.js'
import type { FileEntry } from '../registry/file-entry.js'
import { Pins } from './pins.js'

/** Files that stay on disk for somebody who copies them. */
export interface FileHold {
  /** Lets go of all but these; call it once. */
  keepOnly(ids: readonly number[]): void
  release(): void
}

export interface StoredFilesOptions {
  readonly dataDir: string
  /** What was read of a file is not wanted any more. */
  readonly forget: (file: FileEntry) => void
  readonly log: { error(message: string, fields?: Record<string, unknown>): void }
}

export class StoredFiles {
  readonly #options: StoredFilesOptions
  /** By file id: the registry's copy of an entry pins the same file. */
  readonly #pins = new Pins<number>()
  /** Files whose SHA-256 has been checked since they were found or written; rejected for damaged ones. */
  readonly #verified = new Map<number, Promise<void>>()
  #holdCount = 0
  #heldBack: FileEntry[] = []

  constructor(options: StoredFilesOptions) {
    this.#options = options
  }

  absolute(file: FileEntry): string {
    return path.join(this.#options.dataDir, file.path)
  }

  /** Keeps the files on disk until the returned function is called. */
  pin(files: readonly FileEntry[]): () => void {
    const ids = files.map(({ id }) => id)
    this.#pins.pin(ids)
    return () => this.#pins.unpin(ids)
  }

  /** No file is removed until the hold is released. */
  hold(): FileHold {
    this.#holdCount++
    let pinned: readonly number[] = []
    let isHolding = true
    const stopHolding = (): void => {
      if (!isHolding) return
      isHolding = false
      if (--this.#holdCount > 0) return
      for (const file of this.#heldBack.splice(0)) this.#removeUnpinned(file)
    }
    return {
      keepOnly: (ids) => {
        pinned = ids
        this.#pins.pin(pinned)
        stopHolding()
      },
      release: () => {
        stopHolding()
        this.#pins.unpin(pinned)
        pinned = []
      },
    }
  }

  /** Their bytes are what was written: this process has hashed them. */
  trust(files: readonly FileEntry[]): void {
    for (const { id } of files) this.#verified.set(id, Promise.resolve())
  }

  /**
   * Throws `corrupt` for a damaged file. A flipped bit in a Parquet file can change an answer without any error, so files
   * are checked before first use.
   */
  async verify(files: readonly FileEntry[]): Promise<void> {
    for (const file of files) {
      let check = this.#verified.get(file.id)
      if (check === undefined) this.#verified.set(file.id, (check = this.readAndVerify(file)))
      await check
    }
  }

  /** As `verify`, from the disk, whatever is known of the file; from then on what was found is known. */
  async readAndVerify(file: FileEntry): Promise<void> {
    let found: string
    try {
      found = await sha256OfFile(this.absolute(file))
    } catch (cause) {
      // Perhaps it can be the next time.
      this.#verified.delete(file.id)
      throw new HyperbyteError('corrupt', `cannot read the Parquet file ${file.path}`, { cause })
    }
    if (found === file.sha256) {
      this.trust([file])
      return
    }
    this.#options.log.error('a Parquet file is damaged; queries that need it fail until it is restored or removed', {
      file: file.path,
      expectedSha256: file.sha256,
      foundSha256: found,
    })
    const text = `the Parquet file ${file.path} is damaged: its SHA-256 is not what was written`
    const damaged = Promise.reject(new HyperbyteError('corrupt', text))
    this.#verified.set(file.id, damaged)
    await damaged
  }

  /** Nobody will ask for them again: each goes when those that use it are done. */
  retire(files: readonly FileEntry[]): void {
    for (const file of files) {
      this.#options.forget(file)
      this.#verified.delete(file.id)
      if (this.#holdCount > 0) this.#heldBack.push(file)
      else this.#removeUnpinned(file)
    }
  }

  /** At once: nobody has been told of them. */
  async remove(files: readonly FileEntry[]): Promise<void> {
    for (const file of files) {
      await rm(this.absolute(file), { force: true }).catch((error) =>
        this.#options.log.error('could not remove a Parquet file', { error: (error as Error).message }),
      )
    }
  }

  #removeUnpinned(file: FileEntry): void {
    this.#pins.retire(file.id, () => void this.remove([file]))
  }
}
