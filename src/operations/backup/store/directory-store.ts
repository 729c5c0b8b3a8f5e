/**
 * Blobs as files below a directory. A file is written under `tmp/`, synced and renamed, so that a name never stands for
 * half a file. Directories are synced together in `sync`, one call for thousands of files.
 */

import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeDirectory, syncPath } from '../../../engine/index.js'
import { copyFileChecked } from '../../copy-file.js'
import { type BlobStore, MissingBlobError, type StoredBlob } from './blob-store.js'

const TEMPORARY = 'tmp'
const READ_BYTES = 2 ** 20
const WRITE_BYTES = 2 ** 20
/** What a process that died left in `tmp/` is removed when it is this old. */
const TEMPORARY_AGE_MS = 24 * 3_600_000

export class DirectoryStore implements BlobStore {
  readonly location: string
  readonly #root: string
  readonly #unsynced = new Set<string>()
  readonly #made = new Set<string>()

  constructor(root: string) {
    this.#root = path.resolve(root)
    this.location = this.#root
  }

  async size(key: string): Promise<number | null> {
    try {
      const { size } = await stat(this.#path(key))
      return size
    } catch (error) {
      if (isMissing(error)) return null
      throw error
    }
  }

  async *read(key: string, range?: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array> {
    if (range !== undefined && range.end <= range.start) return
    const bounds = range === undefined ? {} : { start: range.start, end: range.end - 1 }
    try {
      yield* createReadStream(this.#path(key), { highWaterMark: READ_BYTES, ...bounds })
    } catch (error) {
      if (isMissing(error)) throw new MissingBlobError(this.location, key)
      throw error
    }
  }

  async write(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#put(key, async (temporary) => {
      const handle = await open(temporary, 'wx')
      try {
        for await (const batch of batchesOf(pieces)) await writeAll(handle, batch)
        await handle.sync()
      } finally {
        await handle.close()
      }
    })
  }

  async copyIn(key: string, file: string, check: (copy: AsyncIterable<Uint8Array>) => Promise<void>): Promise<void> {
    await this.#put(key, (temporary) => copyFileChecked(file, temporary, check))
  }

  fileOf(key: string): string {
    return this.#path(key)
  }

  async *list(prefix: string): AsyncGenerator<StoredBlob> {
    const from = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    for await (const blob of this.#walk(from)) if (blob.key.startsWith(prefix)) yield blob
  }

  async remove(key: string): Promise<void> {
    await rm(this.#path(key), { force: true })
  }

  async sync(): Promise<void> {
    for (const directory of [...this.#unsynced]) {
      // A name that comes while it is synced is synced by the next call.
      this.#unsynced.delete(directory)
      try {
        await syncPath(directory)
      } catch (error) {
        this.#unsynced.add(directory)
        throw error
      }
    }
  }

  /** Files that writers which no longer live have left behind. */
  async removeLeftovers(nowMs: number): Promise<number> {
    let removedCount = 0
    const directory = path.join(this.#root, TEMPORARY)
    for (const name of await readdir(directory).catch(() => [])) {
      const file = path.join(directory, name)
      const found = await stat(file).catch(() => null)
      if (found === null || nowMs - found.mtimeMs < TEMPORARY_AGE_MS) continue
      await rm(file, { force: true })
      removedCount++
    }
    return removedCount
  }

  async *#walk(folder: string): AsyncGenerator<StoredBlob> {
    const entries = await readdir(path.join(this.#root, folder), { withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const key = folder + entry.name
      if (entry.isDirectory()) {
        if (key !== TEMPORARY) yield* this.#walk(`${key}/`)
        continue
      }
      const found = await stat(path.join(this.#root, key)).catch(() => null)
      if (found !== null) yield { key, byteCount: found.size, modifiedMs: found.mtimeMs }
    }
  }

  /** `make` makes the file under a temporary name, and syncs it. */
  async #put(key: string, make: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = path.join(this.#root, TEMPORARY, randomBytes(12).toString('hex'))
    await this.#makeDirectory(path.dirname(temporary))
    try {
      await make(temporary)
      const target = this.#path(key)
      await this.#makeDirectory(path.dirname(target))
      await rename(temporary, target)
      this.#unsynced.add(path.dirname(target))
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    }
  }

  #path(key: string): string {
    return path.join(this.#root, ...key.split('/'))
  }

  async #makeDirectory(directory: string): Promise<void> {
    if (this.#made.has(directory)) return
    for (const changed of await makeDirectory(directory)) this.#unsynced.add(changed)
    this.#made.add(directory)
  }
}

/** Pieces from a socket are 64 KiB: sixteen of them are one trip to the thread pool. */
async function* batchesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = []
  let byteCount = 0
  for await (const piece of pieces) {
    batch.push(piece)
    byteCount += piece.length
    if (byteCount < WRITE_BYTES) continue
    yield batch
    batch = []
    byteCount = 0
  }
  if (byteCount > 0) yield batch
}

async function writeAll(handle: Awaited<ReturnType<typeof open>>, batch: readonly Uint8Array[]): Promise<void> {
  let rest = batch.filter(({ length }) => length > 0)
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest)
    while (rest.length > 0 && bytesWritten >= rest[0].length) {
      bytesWritten -= rest[0].length
      rest = rest.slice(1)
    }
    if (bytesWritten > 0) rest = [rest[0].subarray(bytesWritten), ...rest.slice(1)]
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
