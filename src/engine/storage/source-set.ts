/**
 * Where a table's rows are at one moment: Parquet files and memtable parts, oldest first. A point may be in several of
 * them; the last one wins, field by field. `dirtySpans` are the only times at which that can happen, so everything else
 * is read without deduplication. Each source brings what deletes have hidden in it; readers leave those rows out before
 * anything else, so that a hidden value neither wins nor is brought back.
 */

import { ALL_TIME, type TimeRange, type TimeSpan } from '../domain/time-range.js'
import type { Tombstone } from '../domain/tombstone.js'
import type { HiddenRows, MemtableField, MemtableTable } from '../memtable/memtable-table.js'
import type { FileEntry } from '../registry/file-entry.js'
import type { StagedTable } from './staged-table.js'
import { clipSpan, spansOverlap, unionSpans } from './time-span.js'

export interface FileSource {
  readonly kind: 'file'
  readonly file: FileEntry
  /** Absolute. */
  readonly path: string
  /** Rows of the file that a delete took away. */
  readonly hidden: readonly Tombstone[]
}

export interface MemtableSource {
  readonly kind: 'memtable'
  readonly rows: MemtableTable
  readonly staged: StagedTable
  /** Rows from this index on came later than the query. */
  readonly rowCount: number
  /** Those that these rows have: later ones may bring others. */
  readonly fields: readonly MemtableField[]
  readonly hidden: readonly HiddenRows[]
}

export type Source = FileSource | MemtableSource

export interface SourceSet {
  /** Oldest first: a later source's values win. Only sources with rows in the range. */
  readonly sources: readonly Source[]
  readonly dirtySpans: readonly TimeSpan[]
}

export const EMPTY_SOURCE_SET: SourceSet = { sources: [], dirtySpans: [] }

/** `sources` oldest first; the result holds those that the range touches. */
export function selectSources(sources: readonly Source[], range: TimeRange): SourceSet {
  const touched = sources.filter((source) => clipSpan(spanOf(source), range) !== null)
  const dirty: TimeSpan[] = []
  for (let i = 0; i < touched.length; i++) {
    const source = touched[i]
    const late = source.kind === 'file' ? source.file.late : source.rows.late
    if (late !== null && touched.slice(0, i).some((earlier) => spansOverlap(spanOf(earlier), late))) dirty.push(late)
    if (source.kind === 'memtable' && source.rows.duplicates !== null) dirty.push(source.rows.duplicates)
  }
  const dirtySpans = unionSpans(dirty)
    .map((span) => clipSpan(span, range))
    .filter((span) => span !== null)
  return { sources: touched, dirtySpans }
}

export function spanOf(source: Source): TimeSpan {
  if (source.kind === 'file') return source.file
  return source.rows.span ?? { minNs: ALL_TIME.startNs, maxNs: ALL_TIME.endNs - 1n }
}

export function rowCountOf(source: Source): number {
  return source.kind === 'file' ? source.file.rowCount : source.rowCount
}

/** The share of the source's time that the range covers, 0 to 1. */
export function coveredShare(source: Source, range: TimeRange): number {
  const span = spanOf(source)
  const covered = clipSpan(span, range)
  if (covered === null) return 0
  return (Number(covered.maxNs - covered.minNs) + 1) / (Number(span.maxNs - span.minNs) + 1)
}

/** The smallest range that holds all rows of the sources inside `range`, or null when there are none. */
export function clipToSources(sources: readonly Source[], range: TimeRange): TimeRange | null {
  const spans = sources.map((source) => clipSpan(spanOf(source), range)).filter((span) => span !== null)
  if (spans.length === 0) return null
  const startNs = spans.reduce((min, span) => (span.minNs < min ? span.minNs : min), spans[0].minNs)
  const maxNs = spans.reduce((max, span) => (span.maxNs > max ? span.maxNs : max), spans[0].maxNs)
  return { startNs, endNs: maxNs + 1n }
}
