/**
 * A backup repository: sets that name blobs, and blobs that are named by what they hold. docs/formats/backup-repository.md
 * describes every key.
 *
 *   hyperbyte-backup        what this is            sets/ID.json     manifest, written last
 *   blobs/AB/ABCD…          bytes, by SHA-256       sets/ID.partial  a backup that has begun
 *   locks/…                 who works on it         sets/ID.pin      empty: prune leaves the set alone
 *                                                   sets/ID.check    what the last `verify` found
 */

import { createHash, randomUUID } from 'node:crypto'
import { assert } from '../../../engine/index.js'
import { copyFileChecked } from '../../copy-file.js'
import { BackupError } from '../backup-error.js'
import { type BlobStore, MissingBlobError } from '../store/blob-store.js'
import { bytesOf, piecesOf } from '../store/bytes-of.js'
import type { Manifest } from './manifest.js'
import { seal, unseal } from './sealed-document.js'

const ROOT_KEY = 'hyperbyte-backup'
const SET_KEY = /^sets\/([^/]+)\.(json|partial|pin|check)$/
const BLOB_KEY = /^blobs\/([0-9a-f]{2})\/([0-9a-f]{64})$/

export interface SetCheck {
  readonly time: string
  readonly isGood: boolean
  /** Of the bytes whose hashes were checked; 1 = all. */
  readonly readShare: number
  /** SHA-256 of the blobs that were missing or wrong. */
  readonly bad?: readonly string[]
}

/** What is known of a set without reading its manifest. */
export interface SetEntry {
  readonly id: string
  readonly state: 'complete' | 'partial'
  readonly isPinned: boolean
  readonly isChecked: boolean
}

export interface SetBeginning {
  readonly started: string
  readonly instance: string
  readonly type: string
}

export class Repository {
  readonly store: BlobStore
  readonly id: string

  private constructor(store: BlobStore, id: string) {
    this.store = store
    this.id = id
  }

  /** Throws `missing` when there is none. */
  static async open(store: BlobStore): Promise<Repository> {
    const found = await Repository.#find(store)
    if (found !== null) return found
    throw new BackupError('missing', `${store.location} is no backup repository`, {
      hint: 'hyperbyte backup --repo makes one with the first set',
    })
  }

  /** null when there is none. */
  static async openIfThere(store: BlobStore): Promise<Repository | null> {
    return await Repository.#find(store)
  }

  /** Makes a repository where nothing is. Throws `conflict` when there is something else. */
  static async openOrCreate(store: BlobStore): Promise<Repository> {
    const found = await Repository.#find(store)
    if (found !== null) return found
    for await (const { key } of store.list('')) {
      throw new BackupError('conflict', `${store.location} holds ${key} and is no backup repository`, {
        hint: 'name an empty place with --repo',
      })
    }
    const repository = new Repository(store, randomUUID())
    const content = { repository: repository.id, created: new Date().toISOString() }
    await store.write(ROOT_KEY, piecesOf(seal('repository', content)))
    await store.sync()
    return repository
  }

  static async #find(store: BlobStore): Promise<Repository | null> {
    const bytes = await readWhole(store, ROOT_KEY)
    if (bytes === null) return null
    const { repository } = unseal('repository', `${store.location}/${ROOT_KEY}`, bytes) as { repository: string }
    return new Repository(store, repository)
  }

  /** Oldest first: an id is the time of its set. */
  async sets(): Promise<SetEntry[]> {
    const endings = new Map<string, Set<string>>()
    for await (const { key } of this.store.list('sets/')) {
      const match = SET_KEY.exec(key)
      if (match === null) continue
      const known = endings.get(match[1])
      if (known === undefined) endings.set(match[1], new Set([match[2]]))
      else known.add(match[2])
    }
    return [...endings]
      .filter(([, found]) => found.has('json') || found.has('partial'))
      .map(([id, found]): SetEntry => {
        const state = found.has('json') ? 'complete' : 'partial'
        return { id, state, isPinned: found.has('pin'), isChecked: found.has('check') }
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Complete sets, oldest first. */
  async completeSets(): Promise<SetEntry[]> {
    return (await this.sets()).filter(({ state }) => state === 'complete')
  }

  /** Throws `missing`, `damaged` or `too-new`. */
  async manifest(id: string): Promise<Manifest> {
    const key = `sets/${id}.json`
    const bytes = await readWhole(this.store, key)
    if (bytes === null) {
      throw new BackupError('missing', `${this.store.location} has no set ${id}`, {
        hint: `hyperbyte backup list --repo ${this.store.location}`,
      })
    }
    return unseal('manifest', key, bytes) as Manifest
  }

  async beginSet(id: string, beginning: SetBeginning): Promise<void> {
    await this.store.write(`sets/${id}.partial`, piecesOf(Buffer.from(`${JSON.stringify(beginning)}\n`)))
  }

  /** What is known of a backup that has not ended; null when it has, or its note cannot be read. */
  async beginning(id: string): Promise<SetBeginning | null> {
    const bytes = await readWhole(this.store, `sets/${id}.partial`)
    try {
      return bytes === null ? null : (JSON.parse(bytes.toString()) as SetBeginning)
    } catch {
      return null
    }
  }

  /** The set exists from here on. Every blob must have been written. */
  async finishSet(manifest: Manifest): Promise<void> {
    await this.store.sync()
    await this.store.write(`sets/${manifest.id}.json`, piecesOf(seal('manifest', manifest)))
    await this.store.sync()
    await this.store.remove(`sets/${manifest.id}.partial`)
  }

  /** The manifest goes first: a set without one does not exist. */
  async removeSet(id: string): Promise<void> {
    for (const ending of ['json', 'partial', 'pin', 'check']) await this.store.remove(`sets/${id}.${ending}`)
  }

  async setPin(id: string, isPinned: boolean): Promise<void> {
    if (isPinned) await this.store.write(`sets/${id}.pin`, piecesOf(new Uint8Array(0)))
    else await this.store.remove(`sets/${id}.pin`)
    await this.store.sync()
  }

  async writeCheck(id: string, check: SetCheck): Promise<void> {
    await this.store.write(`sets/${id}.check`, piecesOf(seal('check', check)))
    await this.store.sync()
  }

  /** null when the set was never checked. */
  async check(id: string): Promise<SetCheck | null> {
    const key = `sets/${id}.check`
    const bytes = await readWhole(this.store, key)
    return bytes === null ? null : (unseal('check', key, bytes) as SetCheck)
  }

  async hasBlob(sha256: string, size: number): Promise<boolean> {
    return (await this.store.size(blobKey(sha256))) === size
  }

  /** Throws `damaged`, and stores nothing, when the pieces are not what the hash says. */
  async writeBlob(sha256: string, size: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.store.write(blobKey(sha256), verified(pieces, sha256, size, 'what was read'))
  }

  /**
   * The same from a file of this machine, which is read back before it is stored. False, and nothing is done, where blobs
   * do not lie on this machine.
   */
  async copyBlob(
    sha256: string,
    size: number,
    file: string,
    onBytes: (byteCount: number) => Promise<void>,
  ): Promise<boolean> {
    if (this.store.copyIn === undefined) return false
    await this.store.copyIn(blobKey(sha256), file, async (copy) => {
      for await (const { length } of verified(copy, sha256, size, 'what was copied')) await onBytes(length)
    })
    return true
  }

  /** The file of this machine that holds a blob; null when blobs lie elsewhere. */
  fileOfBlob(sha256: string): string | null {
    return this.store.fileOf(blobKey(sha256))
  }

  /** A blob that has a file → another file, which is read back. Throws `damaged`, and leaves nothing. */
  async copyBlobTo(
    target: string,
    { sha256, size }: { readonly sha256: string; readonly size: number },
    onBytes: (byteCount: number) => Promise<void>,
  ): Promise<void> {
    const key = blobKey(sha256)
    const file = this.store.fileOf(key)
    assert(file !== null, 'only a blob that has a file is copied')
    try {
      await copyFileChecked(file, target, async (copy) => {
        for await (const { length } of verified(copy, sha256, size, `${this.store.location}/${key}`))
          await onBytes(length)
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      throw new BackupError('damaged', new MissingBlobError(this.store.location, key).message, { cause: error })
    }
  }

  /** Throws `damaged` at the end when the bytes were not what the hash says, and `missing` when there are none. */
  async *readBlob(sha256: string, size: number): AsyncGenerator<Uint8Array> {
    const key = blobKey(sha256)
    try {
      yield* verified(this.store.read(key), sha256, size, `${this.store.location}/${key}`)
    } catch (error) {
      if (error instanceof MissingBlobError) throw new BackupError('damaged', error.message, { cause: error })
      throw error
    }
  }

  /** What is wrong with a blob, null when nothing is. */
  async blobFault(sha256: string, size: number, onBytes: (byteCount: number) => Promise<void>): Promise<string | null> {
    try {
      for await (const { length } of this.readBlob(sha256, size)) await onBytes(length)
      return null
    } catch (error) {
      if (error instanceof BackupError) return error.message
      throw error
    }
  }

  /** Part of a blob, unchecked. */
  readBlobRange(sha256: string, start: number, end: number): Promise<Buffer> {
    return bytesOf(this.store.read(blobKey(sha256), { start, end }))
  }

  async *blobs(): AsyncGenerator<{ sha256: string; size: number }> {
    for await (const { key, byteCount } of this.store.list('blobs/')) {
      const match = BLOB_KEY.exec(key)
      if (match !== null) yield { sha256: match[2], size: byteCount }
    }
  }

  /** SHA-256 → size of every blob: one listing where a question per blob would take minutes, as with S3. */
  async blobSizes(): Promise<Map<string, number>> {
    const sizes = new Map<string, number>()
    for await (const { sha256, size } of this.blobs()) sizes.set(sha256, size)
    return sizes
  }

  removeBlob(sha256: string): Promise<void> {
    return this.store.remove(blobKey(sha256))
  }
}

export function blobKey(sha256: string): string {
  return `blobs/${sha256.slice(0, 2)}/${sha256}`
}

async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  sha256: string,
  size: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let length = 0
  for await (const piece of pieces) {
    hash.update(piece)
    length += piece.length
    yield piece
  }
  if (length !== size) throw new BackupError('damaged', `${what} has ${length} bytes instead of ${size}`)
  if (hash.digest('hex') !== sha256) throw new BackupError('damaged', `${what} is damaged: its SHA-256 is wrong`)
}

async function readWhole(store: BlobStore, key: string): Promise<Buffer | null> {
  try {
    return await bytesOf(store.read(key))
  } catch (error) {
    if (error instanceof MissingBlobError) return null
    throw error
  }
}
