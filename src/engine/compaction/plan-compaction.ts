/**
 * Which files of a bucket to merge next: a pure decision. Files are ordered by the log sequences they hold, and only
 * neighbours in that order are merged, so that "the later file wins" stays true for every pair that remains.
 *
 * While a bucket is written to, four neighbours of one level become one of the next: a row is rewritten once per level
 * and a bucket holds at most three files a level. A bucket at rest is merged into as few files as the size allows.
 *
 * Files with rows that deletes have hidden go first where there is a choice. One alone is written anew when its bucket is at
 * rest, or when so many deletes have met it that readers are busy with them.
 */

import type { FileEntry } from '../registry/file-entry.js'

export interface CompactionLimits {
  /** Neighbours of one level that make a merge. */
  readonly filesPerLevelMax: number
  /** A merge never makes a larger file; larger ones are left alone. */
  readonly fileBytesMax: number
  /** The same for rows of more than `wideRowBytes`: they are few in a file already, and sorting them takes much memory. */
  readonly wideFileBytesMax: number
  readonly wideRowBytes: number
  /** Deletes that hide rows of a file before it is written anew although its bucket is written to. */
  readonly hiddenCountMax: number
}

export const COMPACTION_LIMITS: CompactionLimits = {
  filesPerLevelMax: 4,
  // 512 MiB: about 80 M rows of `cpu`; a merge of it takes a minute on one core.
  fileBytesMax: 512 * 2 ** 20,
  wideFileBytesMax: 32 * 2 ** 20,
  wideRowBytes: 256,
  // Each is a condition on every row that is read: some nanoseconds.
  hiddenCountMax: 32,
}

/** Files of one bucket, oldest first: at least two, or one with hidden rows. */
export type CompactionPlan = readonly FileEntry[]

/** `files` of one bucket in any order; `hiddenCount`: deletes that hide rows of the file. null = nothing to do. */
export function planCompaction(
  files: readonly FileEntry[],
  isAtRest: boolean,
  limits: CompactionLimits,
  hiddenCount: (file: FileEntry) => number = () => 0,
): CompactionPlan | null {
  const ordered = [...files].sort(bySequence)
  const hasHidden = (file: FileEntry): boolean => hiddenCount(file) > 0
  const hasMany = (file: FileEntry): boolean => hiddenCount(file) >= limits.hiddenCountMax
  if (!isAtRest) return planLevel(ordered, limits, hasHidden) ?? planAlone(ordered, hasMany)
  return planAtRest(ordered, limits) ?? planAlone(ordered, hasHidden)
}

export function bySequence(a: FileEntry, b: FileEntry): number {
  if (a.maxSequence !== b.maxSequence) return a.maxSequence < b.maxSequence ? -1 : 1
  return a.id - b.id
}

/** The lowest level that has enough neighbours; of those on one level the first with hidden rows. */
function planLevel(
  ordered: readonly FileEntry[],
  limits: CompactionLimits,
  hasHidden: (file: FileEntry) => boolean,
): CompactionPlan | null {
  let best: FileEntry[] | null = null
  for (let from = 0; from < ordered.length; ) {
    let to = from + 1
    while (to < ordered.length && ordered[to].level === ordered[from].level) to++
    const run = ordered.slice(from, from + limits.filesPerLevelMax)
    const isFull = to - from >= limits.filesPerLevelMax && fitsOneFile(run, limits)
    if (isFull && (best === null || isBetter(run, best, hasHidden))) best = run
    from = to
  }
  return best
}

function isBetter(run: CompactionPlan, best: CompactionPlan, hasHidden: (file: FileEntry) => boolean): boolean {
  if (run[0].level !== best[0].level) return run[0].level < best[0].level
  return run.some(hasHidden) && !best.some(hasHidden)
}

function planAlone(ordered: readonly FileEntry[], isMeant: (file: FileEntry) => boolean): CompactionPlan | null {
  const file = ordered.find(isMeant)
  return file === undefined ? null : [file]
}

/** The longest run of neighbours that fits one file. */
function planAtRest(ordered: readonly FileEntry[], limits: CompactionLimits): CompactionPlan | null {
  let best: readonly FileEntry[] = []
  for (let from = 0; from < ordered.length; from++) {
    let to = from
    while (to < ordered.length && fitsOneFile(ordered.slice(from, to + 1), limits)) to++
    if (to - from > best.length) best = ordered.slice(from, to)
  }
  return best.length >= 2 ? best : null
}

function fitsOneFile(
  files: readonly FileEntry[],
  { fileBytesMax, wideFileBytesMax, wideRowBytes }: CompactionLimits,
): boolean {
  let bytes = 0
  let rows = 0
  for (const { byteCount, rowCount } of files) {
    bytes += byteCount
    rows += rowCount
  }
  return bytes <= (bytes > rows * wideRowBytes ? wideFileBytesMax : fileBytesMax)
}
