/** Merges as they are planned, and one that is done. Both choose by the same parameters, so that a preview shows what will be. */

import type { DebugDocuments, DebugDoneMerge, DebugMerge, DebugParams } from '../../client/debug-documents.js'
import { type DoneMerge, type FileEntry, formatTime, type PlannedMerge } from '../../engine/index.js'
import { type DocumentContext, tableFilter, timeParam } from './document-context.js'
import { toTable } from './table-documents.js'

export function makeMerges({ engine }: DocumentContext, params: DebugParams): DebugDocuments['merges'] {
  return { merges: engine.inspection.plannedMerges().filter(isWantedMerge(params)).map(toMerge) }
}

export async function makeCompact(
  { engine }: DocumentContext,
  params: DebugParams,
): Promise<DebugDocuments['compact']> {
  const done = await engine.mergeNext(isWantedMerge(params))
  return { merge: done === null ? null : toDoneMerge(done) }
}

/** Of a range `[start, end)`: merges that read a file which has rows there. */
function isWantedMerge(params: DebugParams): (merge: PlannedMerge) => boolean {
  const isWantedTable = tableFilter(params)
  const startNs = timeParam(params, 'start')
  const endNs = timeParam(params, 'end')
  const isInRange = ({ minNs, maxNs }: FileEntry) =>
    (startNs === null || maxNs >= startNs) && (endNs === null || minNs < endNs)
  return ({ table, files }) => isWantedTable(table) && files.some(isInRange)
}

function toMerge({ table, bucketStartNs, files, reason }: PlannedMerge): DebugMerge {
  return {
    ...toTable(table),
    bucket: formatTime(bucketStartNs),
    files: files.map(({ path }) => path),
    rows: sum(files.map(({ rowCount }) => rowCount)),
    bytes: sum(files.map(({ byteCount }) => byteCount)),
    reason,
  }
}

function toDoneMerge(done: DoneMerge): DebugDoneMerge {
  const { output, elapsedMs } = done
  return {
    ...toMerge(done),
    written_file: output?.path ?? null,
    written_bytes: output?.byteCount ?? 0,
    elapsed_s: Math.round(elapsedMs) / 1000,
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
