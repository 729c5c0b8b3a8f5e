/** What the files of one table come to. Computed when the set of files has changed, not when somebody asks. */

import type { FileEntry } from '../registry/file-entry.js'

/** Upper bounds of the classes files are counted in; one class more for what is larger. */
export const SIZE_CLASS_BYTES: readonly number[] = [2 ** 20, 2 ** 24, 2 ** 27]

export interface TableTotals {
  readonly fileCount: number
  readonly byteCount: number
  readonly rowCount: number
  /** null = no files. */
  readonly minNs: bigint | null
  readonly maxNs: bigint | null
  readonly classFileCounts: readonly number[]
  readonly classByteCounts: readonly number[]
  /** The bucket that retention takes next; null = no files. */
  readonly oldestBucketNs: bigint | null
  readonly oldestBucketFileCount: number
  readonly oldestBucketByteCount: number
}

export function totalsOf(files: readonly FileEntry[]): TableTotals {
  const classFileCounts = new Array<number>(SIZE_CLASS_BYTES.length + 1).fill(0)
  const classByteCounts = new Array<number>(SIZE_CLASS_BYTES.length + 1).fill(0)
  let byteCount = 0
  let rowCount = 0
  let minNs: bigint | null = null
  let maxNs: bigint | null = null
  let oldestBucketNs: bigint | null = null
  for (const file of files) {
    byteCount += file.byteCount
    rowCount += file.rowCount
    if (minNs === null || file.minNs < minNs) minNs = file.minNs
    if (maxNs === null || file.maxNs > maxNs) maxNs = file.maxNs
    if (oldestBucketNs === null || file.bucketStartNs < oldestBucketNs) oldestBucketNs = file.bucketStartNs
    const sizeClass = SIZE_CLASS_BYTES.filter((bound) => file.byteCount > bound).length
    classFileCounts[sizeClass]++
    classByteCounts[sizeClass] += file.byteCount
  }
  const oldest = files.filter(({ bucketStartNs }) => bucketStartNs === oldestBucketNs)
  return {
    fileCount: files.length,
    byteCount,
    rowCount,
    minNs,
    maxNs,
    classFileCounts,
    classByteCounts,
    oldestBucketNs,
    oldestBucketFileCount: oldest.length,
    oldestBucketByteCount: oldest.reduce((sum, file) => sum + file.byteCount, 0),
  }
}
