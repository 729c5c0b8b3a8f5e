/**
 * What a delete left behind: rows of some series of one table in one range of time that nobody may see any more. A
 * tombstone says what is hidden; where it counts is a matter of the source it is attached to (a file, or the first rows
 * of a memtable), so that rows written later are never hidden by it.
 */

import type { TableName } from './table-name.js'
import type { TimeRange, TimeSpan } from './time-range.js'

export interface Tombstone {
  readonly id: number
  readonly table: TableName
  readonly range: TimeRange
  /** null = every series. */
  readonly seriesIds: ReadonlySet<bigint> | null
}

export function hidesSeries({ seriesIds }: Tombstone, seriesId: bigint): boolean {
  return seriesIds === null || seriesIds.has(seriesId)
}

/** Whether every time of the span is in the tombstone's range. */
export function coversSpan({ range }: Tombstone, span: TimeSpan): boolean {
  return range.startNs <= span.minNs && span.maxNs < range.endNs
}

/** Whether `other` hides nothing that the first does not hide as well, given that it came earlier. */
export function subsumes(tombstone: Tombstone, other: Tombstone): boolean {
  const { range, seriesIds } = tombstone
  if (range.startNs > other.range.startNs || range.endNs < other.range.endNs) return false
  if (seriesIds === null) return true
  if (other.seriesIds === null || other.seriesIds.size > seriesIds.size) return false
  for (const id of other.seriesIds) if (!seriesIds.has(id)) return false
  return true
}

export function touchesSpan({ range }: Tombstone, span: TimeSpan): boolean {
  return range.startNs <= span.maxNs && span.minNs < range.endNs
}

/** The ranges in which these tombstones hide a series' rows. */
export function hiddenRanges(tombstones: readonly Tombstone[], seriesId: bigint): TimeRange[] {
  return tombstones.filter((tombstone) => hidesSeries(tombstone, seriesId)).map(({ range }) => range)
}
