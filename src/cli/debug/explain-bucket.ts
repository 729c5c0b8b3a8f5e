/** Why the files of a bucket are to be merged or not, in words. Pure. */

import type { DebugBucket } from '../../client/debug-documents.js'
import { formatBytes, formatSeconds } from '../progress/format-quantity.js'

export function explainBucket(bucket: DebugBucket): string {
  const { merging, retry_s: retry, verdict } = bucket
  if (merging) return 'is being merged'
  const why = WHY[verdict](bucket)
  return retry === null ? why : `${why}; failed before, tried again in ${formatSeconds(retry)}`
}

const WHY = {
  due: (bucket) => `wanted: ${describePlan(bucket)}`,
  early: (bucket) => `only when asked for: ${describePlan(bucket)}, but it is written to (${describeRest(bucket)})`,
  single: () => 'not wanted: one file',
  large: ({ files }) => `not wanted: any two of its ${files} files would be more than a file may hold`,
} as const satisfies Record<DebugBucket['verdict'], (bucket: DebugBucket) => string>

function describePlan({ reason, merge_files: count, merge_bytes: bytes, hidden_files: hidden }: DebugBucket): string {
  const size = formatBytes(bytes)
  switch (reason) {
    case 'level':
      return `${count} files of one level make one of the next, ${size}`
    case 'rest':
      return `${count} files become one, ${size}`
    default:
      return `deletes hide rows of ${hidden === 1 ? '1 file' : `${hidden} files`}, ${size} are written anew`
  }
}

function describeRest({ idle_s: idle, rest_s: rest }: DebugBucket): string {
  return idle === null
    ? 'the server has just started'
    : `last ${formatSeconds(idle)} ago, at rest after ${formatSeconds(rest)}`
}

/** `0×3 1×1`: three files of level 0 and one of level 1. */
export function printLevels({ levels }: DebugBucket): string {
  return levels.map(({ level, files }) => `${level}×${files}`).join(' ')
}
