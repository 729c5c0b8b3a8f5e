/** A merge of files before and after it is done, as plain data for those who look at it or choose it. */

import type { TableName } from './domain/table-name.js'
import type { FileEntry } from './registry/file-entry.js'
import type { BucketMerge } from './storage/merge-bucket.js'

export interface PlannedMerge {
  readonly table: TableName
  readonly bucketStartNs: bigint
  /** Oldest first. */
  readonly files: readonly FileEntry[]
  /** `level`: enough neighbours of one level; `rest`: the bucket is no longer written to; `hidden`: rows of deletes. */
  readonly reason: 'level' | 'rest' | 'hidden'
}

export interface DoneMerge extends PlannedMerge {
  /** What came of `files`; null when deletes had hidden every row. */
  readonly output: FileEntry | null
  readonly elapsedMs: number
}

export function toPlannedMerge({ table, bucketStartNs, plan }: BucketMerge): PlannedMerge {
  return { table: table.name, bucketStartNs, files: plan, reason: reasonOf(plan) }
}

/** Of the files of a merge. */
export function reasonOf(plan: readonly FileEntry[]): PlannedMerge['reason'] {
  if (plan.length === 1) return 'hidden'
  return plan.every(({ level }) => level === plan[0].level) ? 'level' : 'rest'
}
