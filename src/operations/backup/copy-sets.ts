/**
 * Sets from one repository to another, for a second place, oldest first: the blobs of a set that are not there yet, each
 * checked on the way and read back, then its manifest. Like a backup it can be cut off anywhere and run again; sets that were
 * done by then are whole. A set with damaged blobs is left out, and the others are copied.
 */

import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { copyHere } from './copy-here.js'
import { blobsOf, type Manifest } from './repository/manifest.js'
import { Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { findSet } from './show-set.js'
import type { BlobStore } from './store/blob-store.js'

export interface CopyOptions {
  readonly from: BlobStore
  readonly to: BlobStore
  /** `all`, `latest` or an id. */
  readonly set: string
  readonly jobCount: number
  readonly waitLockMs: number
  readonly isDryRun: boolean
  /** Whether what was written is read again and compared before the set is made. */
  readonly isReadBack: boolean
  readonly pace: BytePace
}

export interface CopyOutcome {
  readonly copied: readonly string[]
  /** Sets that the target has already. */
  readonly present: readonly string[]
  /** Sets that the source does not have whole, and why. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[]
  readonly blobs: number
  readonly bytes: number
}

export async function copySets(options: CopyOptions): Promise<CopyOutcome> {
  const { from, to, waitLockMs, isDryRun, pace } = options
  const source = await Repository.open(from)
  const { signal } = pace
  if (isDryRun) return await new Copying(options, source, await Repository.openIfThere(to)).preview()
  const target = await Repository.openOrCreate(to)
  return await withLock(from, { mode: 'read', waitMs: waitLockMs, signal }, () =>
    withLock(to, { mode: 'write', waitMs: waitLockMs, signal }, (confirm) =>
      new Copying(options, source, target).run(target, confirm),
    ),
  )
}

class Copying {
  readonly #options: CopyOptions
  readonly #source: Repository
  /** null in a preview of a place where nothing is. */
  readonly #known: Repository | null
  /** Blobs of the target: SHA-256 → size. */
  #there: Map<string, number> = new Map()
  readonly #damaged = new Map<string, string>()

  constructor(options: CopyOptions, source: Repository, known: Repository | null) {
    this.#options = options
    this.#source = source
    this.#known = known
  }

  async preview(): Promise<CopyOutcome> {
    const { ids, present } = await this.#chooseSets()
    const { blobs, bytes } = await this.#measure(ids)
    return this.#outcome(
      ids.filter((id) => !this.#damaged.has(id)),
      present,
      { blobs, bytes },
    )
  }

  async run(target: Repository, confirm: () => Promise<void>): Promise<CopyOutcome> {
    const { pace, isReadBack } = this.#options
    const { ids, present } = await this.#chooseSets()
    const { blobs, bytes } = await this.#measure(ids)
    pace.begin('copy', bytes, blobs)
    const copied: string[] = []
    const written = { blobs: 0, bytes: 0 }
    for (const id of ids.filter((name) => !this.#damaged.has(name))) {
      const manifest = await this.#source.manifest(id)
      try {
        await this.#copyBlobs(target, manifest, written)
      } catch (error) {
        this.#leaveOut(id, error)
        continue
      }
      await confirm()
      await target.finishSet(isReadBack ? manifest : { ...manifest, verified: 'none' })
      copied.push(id)
    }
    return this.#outcome(copied, present, written)
  }

  async #copyBlobs(target: Repository, manifest: Manifest, written: { blobs: number; bytes: number }): Promise<void> {
    const { pace, jobCount, isReadBack } = this.#options
    const source = this.#source
    await runParallel(this.#absentBlobs(manifest), jobCount, async ([sha256, size]) => {
      if (!(await this.#copyHere(target, sha256, size))) {
        await target.writeBlob(sha256, size, pace.pass(source.readBlob(sha256, size)))
        if (isReadBack) await readBack(target, sha256, size, (byteCount) => pace.limit(byteCount))
      }
      this.#there.set(sha256, size)
      written.blobs++
      written.bytes += size
      pace.endFile()
    })
  }

  /** From file to file, read back. False when a blob is no file of this machine, or not what it should be. */
  async #copyHere(target: Repository, sha256: string, size: number): Promise<boolean> {
    const { pace } = this.#options
    const file = pace.isLimited ? null : this.#source.fileOfBlob(sha256)
    return file !== null && (await copyHere(target, file, { sha256, size }, pace))
  }

  #absentBlobs(manifest: Manifest): [sha256: string, size: number][] {
    return [...blobsOf(manifest)].filter(([sha256, size]) => this.#there.get(sha256) !== size)
  }

  /** Oldest first. */
  async #chooseSets(): Promise<{ ids: string[]; present: string[] }> {
    const { set } = this.#options
    const wanted =
      set === 'all' ? (await this.#source.completeSets()).map(({ id }) => id) : [(await findSet(this.#source, set)).id]
    const there = new Set((await this.#known?.completeSets())?.map(({ id }) => id))
    if (this.#known !== null) this.#there = await this.#known.blobSizes()
    return { ids: wanted.filter((id) => !there.has(id)), present: wanted.filter((id) => there.has(id)) }
  }

  /** What is to be copied in all; manifests are large, so they are read again one by one when their turn comes. */
  async #measure(ids: readonly string[]): Promise<{ blobs: number; bytes: number }> {
    const absent = new Map<string, number>()
    for (const id of ids) {
      this.#options.pace.signal.throwIfAborted()
      try {
        const manifest = await this.#source.manifest(id)
        for (const [sha256, size] of this.#absentBlobs(manifest)) absent.set(sha256, size)
      } catch (error) {
        this.#leaveOut(id, error)
      }
    }
    return { blobs: absent.size, bytes: [...absent.values()].reduce((sum, size) => sum + size, 0) }
  }

  /** Rethrows what is not the set's own damage. */
  #leaveOut(id: string, error: unknown): void {
    if (!(error instanceof BackupError) || error.kind !== 'damaged' || error instanceof UntrustworthyError) throw error
    this.#damaged.set(id, error.message)
    this.#options.pace.warn(`${id} is left out: ${error.message}`)
  }

  #outcome(copied: string[], present: string[], { blobs, bytes }: { blobs: number; bytes: number }): CopyOutcome {
    const damaged = [...this.#damaged].map(([id, reason]) => ({ id, reason }))
    return { copied, present, damaged, blobs, bytes }
  }
}

/** The target does not give back what it was given: no set should go there. */
class UntrustworthyError extends BackupError {}

async function readBack(
  target: Repository,
  sha256: string,
  size: number,
  onBytes: (byteCount: number) => Promise<void>,
): Promise<void> {
  const fault = await target.blobFault(sha256, size, onBytes)
  if (fault === null) return
  // Not there for the next copy, which would take it for good.
  await target.removeBlob(sha256)
  throw new UntrustworthyError('damaged', `${fault}; it was just written, so the storage cannot be trusted`)
}
