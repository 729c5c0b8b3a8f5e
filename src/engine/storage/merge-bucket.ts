/** Files of a bucket that are too many or too small → one. Whatever is dropped or expires meanwhile is not brought back. */

import { COMPACTION_LIMITS, type CompactionPlan, planCompaction } from '../compaction/plan-compaction.js'
import { groupBy } from '../domain/group-by.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { MetaChange } from '../registry/meta-store.js'
import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'
import type { FileChange } from './file-change.js'
import { mergeFiles } from './merge-files.js'
import { moveTombstones } from './move-tombstones.js'
import type { StorageParts } from './storage-parts.js'
import type { TableState } from './table-state.js'

/** A file change that one merge has made, and what it was made of. */
export interface MergeChange {
  readonly merge: BucketMerge
  readonly change: FileChange
}

export type IsBucketAtRest = (table: TableState, bucketStartNs: bigint) => boolean

export interface BucketFiles {
  readonly table: TableState
  readonly bucketStartNs: bigint
  /** All of the bucket. */
  readonly files: readonly FileEntry[]
}

export interface BucketMerge extends BucketFiles {
  readonly plan: CompactionPlan
}

/**
 * Merges one group of files; null when every bucket is within its bounds. `isAtRest` tells whether a bucket is no
 * longer written to, `isWanted` which merges are meant.
 */
export async function mergeNext(
  parts: StorageParts,
  isAtRest: IsBucketAtRest,
  isWanted: (merge: BucketMerge) => boolean = () => true,
): Promise<MergeChange | null> {
  for (const merge of plannedMerges(parts.tables, isAtRest)) {
    if (!isWanted(merge)) continue
    const { table, files, plan } = merge
    const unpin = parts.files.pin(plan)
    try {
      return { merge, change: await mergeBucket(parts, table, files, plan) }
    } finally {
      unpin()
    }
  }
  return null
}

/** The next merge of each bucket that needs one. */
export function* plannedMerges(
  tables: ReadonlyMap<string, TableState>,
  isAtRest: IsBucketAtRest,
): Generator<BucketMerge> {
  for (const { table, bucketStartNs, files } of bucketsOf(tables)) {
    const hiddenCount = ({ id }: FileEntry): number => table.hiddenIn(id).length
    const plan = planCompaction(files, isAtRest(table, bucketStartNs), COMPACTION_LIMITS, hiddenCount)
    if (plan !== null) yield { table, bucketStartNs, files, plan }
  }
}

/** Every bucket that has files. */
export function* bucketsOf(tables: ReadonlyMap<string, TableState>): Generator<BucketFiles> {
  for (const table of tables.values()) {
    for (const [bucketStartNs, files] of groupBy(table.files, (file) => file.bucketStartNs)) {
      yield { table, bucketStartNs, files }
    }
  }
}

/** `plan`: neighbours among `files`, which are those of one bucket. */
async function mergeBucket(
  parts: StorageParts,
  table: TableState,
  files: readonly FileEntry[],
  plan: CompactionPlan,
): Promise<FileChange> {
  await parts.files.verify(plan)
  const older = files.filter((file) => !plan.includes(file) && file.maxSequence < plan[0].maxSequence)
  const { tombstones } = table
  const hiddenIn = ({ id }: FileEntry) => table.hiddenIn(id)
  const merged = await parts.filesWriter.write((context) => mergeFiles(context, plan, hiddenIn, older))
  if (merged !== null) parts.files.trust([merged])
  return mergeChange(parts, table, plan, merged, tombstones)
}

/** `left`: the tombstones whose rows the merge has left out. */
function mergeChange(
  { tables, files }: StorageParts,
  table: TableState,
  plan: readonly FileEntry[],
  merged: FileEntry | null,
  left: readonly TombstoneEntry[],
): FileChange {
  const added = merged === null ? [] : [merged]
  const removedIds = new Set(plan.map(({ id }) => id))
  const leftIds = new Set(left.map(({ id }) => id))
  const carriedTo = (tombstone: TombstoneEntry): number[] =>
    leftIds.has(tombstone.id) ? [] : added.map(({ id }) => id)
  // Dropped or expired while they were merged: the merge must not bring them back.
  const isAlive = (): boolean => tables.get(table.key) === table && plan.every((file) => table.files.includes(file))
  const begin = (): readonly TombstoneChange[] | null => {
    if (isAlive()) return moveTombstones(table.tombstones, removedIds, carriedTo).changes
    files.retire(added)
    return null
  }
  const undo = (): readonly MetaChange[] => [
    ...added.map(({ id }) => ({ kind: 'remove-file', id }) as const),
    ...plan.map((file) => ({ kind: 'put-file', file }) as const),
    ...table.tombstones
      .filter(({ fileIds }) => plan.some(({ id }) => fileIds.has(id)))
      .map((tombstone) => ({ kind: 'put-tombstone', tombstone }) as const),
  ]
  const finish = (): readonly FileEntry[] => {
    const isStillAlive = isAlive()
    if (isStillAlive) {
      table.replaceFiles(plan, added)
      table.tombstones = moveTombstones(table.tombstones, removedIds, carriedTo).tombstones
    }
    files.retire(isStillAlive ? plan : added)
    return isStillAlive ? [] : added
  }
  return { added, removed: plan, begin, undo, finish }
}
