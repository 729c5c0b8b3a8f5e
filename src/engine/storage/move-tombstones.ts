/**
 * What becomes of a table's tombstones when some of its files make room for others: a tombstone leaves the files that are
 * gone, goes over to the new ones where the caller says so, and is forgotten with its last file.
 */

import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'

export interface MovedTombstones {
  readonly tombstones: readonly TombstoneEntry[]
  /** For the registry. */
  readonly changes: readonly TombstoneChange[]
}

/** `carriedTo` = ids of new files in which the tombstone hides rows as well; asked for those that were on a removed file. */
export function moveTombstones(
  tombstones: readonly TombstoneEntry[],
  removedIds: ReadonlySet<number>,
  carriedTo: (tombstone: TombstoneEntry) => readonly number[],
): MovedTombstones {
  const kept: TombstoneEntry[] = []
  const changes: TombstoneChange[] = []
  for (const tombstone of tombstones) {
    const stays = [...tombstone.fileIds].filter((id) => !removedIds.has(id))
    if (stays.length === tombstone.fileIds.size) {
      kept.push(tombstone)
      continue
    }
    const fileIds = new Set([...stays, ...carriedTo(tombstone)])
    if (fileIds.size === 0) {
      changes.push({ kind: 'remove-tombstone', tombstone })
      continue
    }
    const moved = { ...tombstone, fileIds }
    kept.push(moved)
    changes.push({ kind: 'put-tombstone', tombstone: moved })
  }
  return { tombstones: kept, changes }
}
