/**
 * Sets from one repository to another, for a second place: the blobs that are not there yet, each checked on the way, then
 * the manifests, oldest first. Like a backup it can be cut off anywhere and run again.
 */

import type { BytePace } from './byte-pace.js'
import { blobsOf, type Manifest } from './repository/manifest.js'
import { Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { runParallel } from './run-parallel.js'
import type { BlobStore } from './store/blob-store.js'

export interface CopyOptions {
  readonly from: BlobStore
  readonly to: BlobStore
  /** `all`, `latest` or an id. */
  readonly set: string
  readonly jobCount: number
  readonly waitLockMs: number
  readonly isDryRun: boolean
  readonly pace: BytePace
}

export interface CopyOutcome {
  readonly copied: readonly string[]
  /** Sets that the target has already. */
  readonly present: readonly string[]
  readonly blobs: number
  readonly bytes: number
}

export async function copySets(options: CopyOptions): Promise<CopyOutcome> {
  const { from, to, waitLockMs, isDryRun, pace } = options
  const source = await Repository.open(from)
  const { signal } = pace
  if (isDryRun) return await copy(source, null, options)
  const target = await Repository.openOrCreate(to)
  return await withLock(from, { mode: 'read', waitMs: waitLockMs, signal }, () =>
    withLock(to, { mode: 'write', waitMs: waitLockMs, signal }, (confirm) => copy(source, target, options, confirm)),
  )
}

async function copy(
  source: Repository,
  target: Repository | null,
  { set, to, pace, jobCount }: CopyOptions,
  confirm: () => Promise<void> = async () => undefined,
): Promise<CopyOutcome> {
  const ids = (await source.completeSets()).map(({ id }) => id)
  const wanted = set === 'all' ? ids : [set === 'latest' ? (ids.at(-1) ?? set) : set]
  const known = target ?? (await Repository.openIfThere(to))
  const there = new Set((await known?.completeSets())?.map(({ id }) => id))
  const manifests: Manifest[] = []
  for (const id of wanted) {
    const manifest = await source.manifest(id)
    if (!there.has(id)) manifests.push(manifest)
  }
  const missing = await missingBlobs(known, manifests)
  const bytes = missing.reduce((sum, [, size]) => sum + size, 0)
  if (target !== null) {
    pace.begin('copy', bytes, missing.length)
    await runParallel(missing, jobCount, async ([sha256, size]) => {
      const file = pace.isLimited ? null : source.fileOfBlob(sha256)
      const isCopied = file !== null && (await target.copyBlob(sha256, size, file, pace.take))
      if (!isCopied) await target.writeBlob(sha256, size, pace.pass(source.readBlob(sha256, size)))
      pace.endFile()
    })
    for (const manifest of manifests) {
      await confirm()
      await target.finishSet(manifest)
    }
  }
  return {
    copied: manifests.map(({ id }) => id),
    present: wanted.filter((id) => there.has(id)),
    blobs: missing.length,
    bytes,
  }
}

async function missingBlobs(target: Repository | null, manifests: readonly Manifest[]): Promise<[string, number][]> {
  const missing = new Map<string, number>()
  for (const manifest of manifests) {
    for (const [sha256, size] of blobsOf(manifest)) {
      if (missing.has(sha256) || (await target?.hasBlob(sha256, size)) === true) continue
      missing.set(sha256, size)
    }
  }
  return [...missing]
}
