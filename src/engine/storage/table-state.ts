/**
 * What storage holds for one table across memtable generations: its files, what is hidden in them, and the newest time of
 * each series.
 */

import { bySequence } from '../compaction/plan-compaction.js'
import type { TableName } from '../domain/table-name.js'
import { TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { NewestTimes } from '../memtable/newest-times.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { TombstoneEntry } from '../registry/tombstone-entry.js'
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

  replaceFiles(removed: readonly FileEntry[], added: readonly FileEntry[]): void {
    this.files = [...this.files.filter((file) => !removed.includes(file)), ...added].sort(bySequence)
  }
}
