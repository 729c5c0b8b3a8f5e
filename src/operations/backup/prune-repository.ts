/**
 * Takes sets out of a repository that the rules no longer keep, remains of backups that never ended, and blobs that no
 * set names any more. Whoever removes is alone in the repository, so no backup under way loses a blob that it counts on.
 */

import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { type DatedSet, planRetention, type RetentionRules } from './plan-retention.js'
import { blobsOf } from './repository/manifest.js'
import { Repository } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { setTimeMs } from './set-id.js'
import type { BlobStore } from './store/blob-store.js'
import { DirectoryStore } from './store/directory-store.js'

export interface PruneOptions {
  readonly store: BlobStore
  readonly rules: RetentionRules
  /** Only what failed backups left: complete sets stay, whatever the rules say. */
  readonly isPartialOnly: boolean
  readonly isDryRun: boolean
  readonly nowMs: number
  readonly waitLockMs: number
  readonly pace: BytePace
}

export interface PruneOutcome {
  readonly kept: readonly { readonly id: string; readonly reasons: readonly string[] }[]
  readonly removed: readonly string[]
  readonly partial: readonly string[]
  readonly removedBlobs: number
  readonly removedBytes: number
}

export async function pruneRepository(options: PruneOptions): Promise<PruneOutcome> {
  const { store, isDryRun, waitLockMs, pace } = options
  const repository = await Repository.open(store)
  if (isDryRun) return await prune(repository, options)
  return await withLock(store, { mode: 'prune', waitMs: waitLockMs, signal: pace.signal }, async (confirm) => {
    const outcome = await prune(repository, options, confirm)
    if (store instanceof DirectoryStore) await store.removeLeftovers(options.nowMs)
    return outcome
  })
}

async function prune(
  repository: Repository,
  { rules, isPartialOnly, isDryRun, nowMs, pace }: PruneOptions,
  confirm: () => Promise<void> = async () => undefined,
): Promise<PruneOutcome> {
  const sets = await repository.sets()
  const complete = sets.filter(({ state }) => state === 'complete')
  const partial = sets.filter(({ state }) => state === 'partial').map(({ id }) => id)
  const dated = complete.map(({ id, isPinned }): DatedSet => ({ id, timeMs: setTimeMs(id), isPinned }))
  const plan = planRetention(dated, rules, nowMs)
  const removed = isPartialOnly ? [] : plan.removed
  const unneeded = await findUnneeded(repository, new Set(removed), pace)
  if (!isDryRun) {
    for (const id of [...removed, ...partial]) await repository.removeSet(id)
    await repository.store.sync()
    for (const { sha256 } of unneeded) {
      pace.signal.throwIfAborted()
      await confirm()
      await repository.removeBlob(sha256)
    }
  }
  const gone = new Set(removed)
  return {
    kept: complete
      .filter(({ id }) => !gone.has(id))
      .map(({ id }) => ({ id, reasons: isPartialOnly ? ['all'] : (plan.kept.get(id) ?? []) })),
    removed,
    partial,
    removedBlobs: unneeded.length,
    removedBytes: unneeded.reduce((sum, { size }) => sum + size, 0),
  }
}

/** Blobs that only these sets, or none, name. Nothing is removed while a manifest that stays cannot be read. */
async function findUnneeded(
  repository: Repository,
  removed: ReadonlySet<string>,
  pace: BytePace,
): Promise<{ sha256: string; size: number }[]> {
  const needed = new Set<string>()
  for (const { id } of await repository.completeSets()) {
    if (removed.has(id)) continue
    try {
      for (const sha256 of blobsOf(await repository.manifest(id)).keys()) needed.add(sha256)
    } catch (cause) {
      if (!(cause instanceof BackupError)) throw cause
      throw new BackupError('damaged', `${cause.message}; nothing is removed while nobody knows what the set needs`, {
        hint: 'look at it with hyperbyte backup verify',
        cause,
      })
    }
  }
  pace.signal.throwIfAborted()
  const unneeded: { sha256: string; size: number }[] = []
  for await (const blob of repository.blobs()) if (!needed.has(blob.sha256)) unneeded.push(blob)
  return unneeded
}
