/**
 * What storage holds for one table across memtable generations: its files, what is hidden in them, and the newest time of
 * each series.
 */

import { bySequence } from '../compaction/plan-compaction.js'
import type { TableName } from '../domain/table-name.js'
import { TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { subsumes } from '../domain/tombstone.js'
import { NewestTimes } from '../memtable/newest-times.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { TombstoneChange, TombstoneEntry } from '../registry/tombstone-entry.js'
import { moveTombstones } from './move-tombstones.js'
import { type TableTotals, totalsOf } from './table-totals.js'

const NO_TOMBSTONES: readonly TombstoneEntry[] = []

export class TableState {
  readonly name: TableName
  readonly key: string
  readonly newest: NewestTimes
  /** Oldest first. Replaced, never changed in place: a query keeps the array it saw. */
  files: readonly FileEntry[]
  #tombstones: readonly TombstoneEntry[] = NO_TOMBSTONES
  #byFile = new Map<number, readonly TombstoneEntry[]>()
  #totals: TableTotals | null = null
  /** What `#totals` was computed from. */
  #counted: readonly FileEntry[] | null = null

  constructor(
    name: TableName,
    key: string,
    files: readonly FileEntry[],
    tombstones: readonly TombstoneEntry[] = NO_TOMBSTONES,
  ) {
    this.name = name
    this.key = key
    this.files = [...files].sort(bySequence)
    const newestNs = files.reduce((max, { maxNs }) => (maxNs > max ? maxNs : max), TIMESTAMP_NS_MIN - 1n)
    this.newest = new NewestTimes(newestNs)
    this.tombstones = tombstones
  }

  get totals(): TableTotals {
    if (this.#totals === null || this.#counted !== this.files) {
      this.#counted = this.files
      this.#totals = totalsOf(this.files)
    }
    return this.#totals
  }

  get tombstones(): readonly TombstoneEntry[] {
    return this.#tombstones
  }

  set tombstones(tombstones: readonly TombstoneEntry[]) {
    this.#tombstones = tombstones
    this.#byFile = new Map()
    for (const tombstone of tombstones) {
      for (const id of tombstone.fileIds) this.#byFile.set(id, [...(this.#byFile.get(id) ?? []), tombstone])
    }
  }

  /** What hides rows of a file; the same array until something changes. */
  hiddenIn(fileId: number): readonly TombstoneEntry[] {
    return this.#byFile.get(fileId) ?? NO_TOMBSTONES
  }

  /** In place of those of the same number. */
  putTombstones(tombstones: readonly TombstoneEntry[]): void {
    const ids = new Set(tombstones.map(({ id }) => id))
    this.tombstones = [...this.#tombstones.filter(({ id }) => !ids.has(id)), ...tombstones]
  }

  /** In place of those that it makes superfluous; returns what the registry has to know. */
  addTombstone(tombstone: TombstoneEntry): readonly TombstoneChange[] {
    const superfluous = this.#tombstones.filter((earlier) => subsumes(tombstone, earlier))
    // A file that is missing now may come back.
    const fileIds = new Set([...tombstone.fileIds, ...superfluous.flatMap((earlier) => [...earlier.fileIds])])
    const entry = { ...tombstone, fileIds }
    this.tombstones = [...this.#tombstones.filter((earlier) => !superfluous.includes(earlier)), entry]
    return [
      ...superfluous.map((earlier): TombstoneChange => ({ kind: 'remove-tombstone', tombstone: earlier })),
      { kind: 'put-tombstone', tombstone: entry },
    ]
  }

  /** Takes them off files that are gone; returns what the registry has to know. */
  dropTombstones(removed: readonly FileEntry[]): readonly TombstoneChange[] {
    const moved = moveTombstones(this.#tombstones, new Set(removed.map(({ id }) => id)), () => [])
    if (moved.changes.length > 0) this.tombstones = moved.tombstones
    return moved.changes
  }

  replaceFiles(removed: readonly FileEntry[], added: readonly FileEntry[]): void {
    this.files = [...this.files.filter((file) => !removed.includes(file)), ...added].sort(bySequence)
  }
}
