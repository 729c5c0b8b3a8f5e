/** What storage holds for one table across memtable generations: its files, and the newest time of each series. */

import { bySequence } from '../compaction/plan-compaction.js'
import type { TableName } from '../domain/table-name.js'
import { TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { NewestTimes } from '../memtable/newest-times.js'
import type { FileEntry } from '../registry/file-entry.js'

export class TableState {
  readonly name: TableName
  readonly key: string
  readonly newest: NewestTimes
  /** Oldest first. Replaced, never changed in place: a query keeps the array it saw. */
  files: readonly FileEntry[]

  constructor(name: TableName, key: string, files: readonly FileEntry[]) {
    this.name = name
    this.key = key
    this.files = [...files].sort(bySequence)
    const newestNs = files.reduce((max, { maxNs }) => (maxNs > max ? maxNs : max), TIMESTAMP_NS_MIN - 1n)
    this.newest = new NewestTimes(newestNs)
  }

  replaceFiles(removed: readonly FileEntry[], added: readonly FileEntry[]): void {
    this.files = [...this.files.filter((file) => !removed.includes(file)), ...added].sort(bySequence)
  }
}
