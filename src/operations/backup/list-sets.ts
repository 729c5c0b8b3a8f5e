/** The sets of a repository, newest first, with what `list` tells of them. */

import { runParallel } from '../run-parallel.js'
import { BackupError } from './backup-error.js'
import { blobsOf, dataBytes, type Manifest, timeRange } from './repository/manifest.js'
import type { Repository, SetCheck, SetEntry } from './repository/repository.js'
import { isBeingWritten } from './repository/repository-lock.js'
import { setTimeMs } from './set-id.js'

/** `written`: not all of it was read back, then or later. `running`: somebody is at it. `partial`: nobody is any more. */
export type SetState = 'verified' | 'written' | 'damaged' | 'running' | 'partial'

/** A manifest without its lists: those of a year would not fit into memory. */
export interface SetHead
  extends Pick<Manifest, 'time' | 'type' | 'parent' | 'instance' | 'labels' | 'selection' | 'verified'> {
  readonly fileCount: number
}

export interface ListedSet {
  readonly id: string
  readonly timeMs: number
  readonly state: SetState
  readonly isPinned: boolean
  /** Also of a set that never ended; null when it cannot be read. */
  readonly type: string | null
  /** null for a set that has not ended or cannot be read. */
  readonly head: SetHead | null
  readonly check: SetCheck | null
  readonly range: { readonly minNs: bigint; readonly maxNs: bigint } | null
  readonly dataBytes: number | null
  /** What it added to the repository; of a partial one what no set needs. */
  readonly addedBytes: number | null
}

/** Manifests of large databases are megabytes. */
const READ_COUNT_MAX = 8

export async function listSets(repository: Repository): Promise<ListedSet[]> {
  const entries = await repository.sets()
  const listed = new Map<string, ListedSet>()
  await runParallel(entries, READ_COUNT_MAX, async (entry) => {
    listed.set(entry.id, await listSet(repository, entry))
  })
  const oldestFirst = entries.map(({ id }) => listed.get(id) as ListedSet)
  return (await withRemains(repository, withInheritedStates(oldestFirst))).reverse()
}

async function listSet(repository: Repository, { id, state, isPinned, isChecked }: SetEntry): Promise<ListedSet> {
  const nothing: ListedSet = {
    id,
    timeMs: setTimeMs(id),
    state: 'partial',
    isPinned,
    type: null,
    head: null,
    check: null,
    range: null,
    dataBytes: null,
    addedBytes: null,
  }
  if (state === 'partial') return { ...nothing, type: (await repository.beginning(id))?.type ?? null }
  try {
    const manifest = await repository.manifest(id)
    const check = isChecked ? await repository.check(id) : null
    const isReadBack = check?.isGood ?? manifest.verified !== 'none'
    return {
      ...nothing,
      state: check?.isGood === false ? 'damaged' : isReadBack ? 'verified' : 'written',
      type: manifest.type,
      head: headOf(manifest),
      check,
      range: timeRange(manifest),
      dataBytes: dataBytes(manifest),
      addedBytes: manifest.added.bytes,
    }
  } catch (error) {
    if (!(error instanceof BackupError) || error.kind !== 'damaged') throw error
    return { ...nothing, state: 'damaged' }
  }
}

function headOf({ time, type, parent, instance, labels, selection, verified, files }: Manifest): SetHead {
  return { time, type, parent, instance, labels, selection, verified, fileCount: files.length }
}

/** An incremental backup that read back what was new is as good as the set before it. */
function withInheritedStates(oldestFirst: readonly ListedSet[]): ListedSet[] {
  const states = new Map<string, SetState>()
  return oldestFirst.map((set) => {
    const { id, head, check } = set
    const isLeaning = check === null && head?.type === 'incr' && head.verified === 'new'
    const parentState = isLeaning ? states.get(head.parent ?? '') : undefined
    const isWeak = set.state === 'verified' && (parentState === 'written' || parentState === 'damaged')
    const state = isWeak ? 'written' : set.state
    states.set(id, state)
    return { ...set, state }
  })
}

/** Whoever writes to the repository is at the newest set that has not ended; blobs that no set needs are the others'. */
async function withRemains(repository: Repository, oldestFirst: readonly ListedSet[]): Promise<ListedSet[]> {
  const unfinished = oldestFirst.filter(({ state }) => state === 'partial')
  const newest = unfinished.at(-1)
  if (newest === undefined) return [...oldestFirst]
  if (await isBeingWritten(repository.store)) {
    return oldestFirst.map((set) => (set === newest ? { ...set, state: 'running' } : set))
  }
  const addedBytes = await unneededBytes(repository, oldestFirst)
  return oldestFirst.map((set) => (set === newest ? { ...set, addedBytes } : set))
}

/** null when a manifest cannot be read: what its set needs is not known. */
async function unneededBytes(repository: Repository, sets: readonly ListedSet[]): Promise<number | null> {
  const needed = new Set<string>()
  for (const { id, head, state } of sets) {
    if (head === null && state === 'damaged') return null
    if (head === null) continue
    for (const sha256 of blobsOf(await repository.manifest(id)).keys()) needed.add(sha256)
  }
  let bytes = 0
  for await (const { sha256, size } of repository.blobs()) if (!needed.has(sha256)) bytes += size
  return bytes
}
