/** Why the files of a bucket are to be merged, or why not, for those who ask. Pure. */

import type { FileEntry } from '../registry/file-entry.js'
import { type CompactionLimits, type CompactionPlan, planCompaction } from './plan-compaction.js'

export type CompactionVerdict =
  /** It is done without being asked for. */
  | { readonly kind: 'due'; readonly plan: CompactionPlan }
  /** The bucket is still written to: it is done when it is at rest, or asked for. */
  | { readonly kind: 'early'; readonly plan: CompactionPlan }
  /** One file, without hidden rows. */
  | { readonly kind: 'single' }
  /** Any two neighbours would be larger than a file may be. */
  | { readonly kind: 'large' }

/** `files`: of one bucket, at least one. */
export function explainCompaction(
  files: readonly FileEntry[],
  isAtRest: boolean,
  limits: CompactionLimits,
  hiddenCount: (file: FileEntry) => number,
): CompactionVerdict {
  const due = planCompaction(files, isAtRest, limits, hiddenCount)
  if (due !== null) return { kind: 'due', plan: due }
  const early = planCompaction(files, true, limits, hiddenCount)
  if (early !== null) return { kind: 'early', plan: early }
  return { kind: files.length === 1 ? 'single' : 'large' }
}
