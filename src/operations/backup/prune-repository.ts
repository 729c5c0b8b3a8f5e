/**
 * Takes sets out of a repository that the rules no longer keep, remains of backups that never ended, and blobs that no
 * set names any more. Whoever removes is alone in the repository, so no backup under way loses a blob that it counts on.
 */

import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import type { BytePace } from './byte-pace.js'
import { type DatedSet, NO_RULES, planRetention, type RetentionRules } from './plan-retention.js'
import { blobsOf, lineOf } from './repository/manifest.js'
import { Repository, type SetEntry } from './repository/repository.js'
import { withLock } from './repository/repository-lock.js'
import { setTimeMs } from './set-id.js'
import type { BlobStore } from './store/blob-store.js'
import { DirectoryStore } from './store/directory-store.js'

/** Requests under way at a time: most of them wait for a disk or a network. */
const JOB_COUNT = 8

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
  { rules, isPartialOnly, isDryRun, pace }: PruneOptions,
  confirm: () => Promise<void> = async () => undefined,
): Promise<PruneOutcome> {
  const sets = await repository.sets()
  const complete = sets.filter(({ state }) => state === 'complete')
  const partial = sets.filter(({ state }) => state === 'partial').map(({ id }) => id)
  const needs = await readNeeds(repository, complete, pace)
  const plan = planRetention(datedSets(complete, needs), isPartialOnly ? NO_RULES : rules)
  const removed = new Set(plan.removed)
  const unneeded = await findUnneeded(repository, needs, removed, pace)
  if (!isDryRun) {
    for (const id of [...plan.removed, ...partial]) await repository.removeSet(id)
    await repository.store.sync()
    pace.begin('remove', null, unneeded.length)
    await runParallel(unneeded, JOB_COUNT, async ({ sha256 }) => {
      pace.signal.throwIfAborted()
      await confirm()
      await repository.removeBlob(sha256)
      pace.endFile()
    })
  }
  return {
    kept: complete
      .filter(({ id }) => !removed.has(id))
      .map(({ id }) => ({ id, reasons: isPartialOnly ? ['all'] : (plan.kept.get(id) ?? []) })),
    removed: plan.removed,
    partial,
    removedBlobs: unneeded.length,
    removedBytes: unneeded.reduce((sum, { size }) => sum + size, 0),
  }
}

/** What pruning has to know of a set. Whole manifests of a year would not fit into memory. */
interface SetNeeds {
  readonly group: string
  readonly blobs: readonly string[]
}

/** A set that cannot be read is an error in its place. */
type NeedsOfSets = ReadonlyMap<string, SetNeeds | BackupError>

async function readNeeds(repository: Repository, sets: readonly SetEntry[], pace: BytePace): Promise<NeedsOfSets> {
  const needs = new Map<string, SetNeeds | BackupError>()
  // Each hash is one string, however many sets name it.
  const hashes = new Map<string, string>()
  const toOne = (sha256: string): string => {
    const known = hashes.get(sha256)
    if (known === undefined) hashes.set(sha256, sha256)
    return known ?? sha256
  }
  pace.begin('sets', null, sets.length)
  await runParallel(sets, JOB_COUNT, async ({ id }) => {
    pace.signal.throwIfAborted()
    try {
      const manifest = await repository.manifest(id)
      needs.set(id, { group: lineOf(manifest), blobs: [...blobsOf(manifest).keys()].map(toOne) })
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      needs.set(id, error)
    }
    pace.endFile()
  })
  return needs
}

/** Sets that hold the same part of the same database are one group; one that cannot be read goes with the newest. */
function datedSets(sets: readonly SetEntry[], needs: NeedsOfSets): DatedSet[] {
  const groupOf = (id: string): string | null => {
    const found = needs.get(id)
    return found === undefined || found instanceof BackupError ? null : found.group
  }
  const newest = sets.map(({ id }) => groupOf(id)).findLast((group) => group !== null) ?? ''
  return sets.map(({ id, isPinned }) => ({ id, timeMs: setTimeMs(id), isPinned, group: groupOf(id) ?? newest }))
}

/** Blobs that only these sets, or none, name. Nothing is removed while a manifest that stays cannot be read. */
async function findUnneeded(
  repository: Repository,
  needs: NeedsOfSets,
  removed: ReadonlySet<string>,
  pace: BytePace,
): Promise<{ sha256: string; size: number }[]> {
  const needed = new Set<string>()
  for (const [id, found] of needs) {
    if (removed.has(id)) continue
    if (found instanceof BackupError) {
      throw new BackupError('damaged', `${found.message}; nothing is removed while nobody knows what the set needs`, {
        hint: `look at it with hyperbyte backup verify --repo ${repository.store.location}`,
        cause: found,
      })
    }
    for (const sha256 of found.blobs) needed.add(sha256)
  }
  pace.signal.throwIfAborted()
  const unneeded: { sha256: string; size: number }[] = []
  for await (const blob of repository.blobs()) if (!needed.has(blob.sha256)) unneeded.push(blob)
  return unneeded
}
