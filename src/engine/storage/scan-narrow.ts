/**
 * The narrow path of a scan: few rows, no SQL. Rows come from cached blocks of the files and from the memtables' links;
 * segments of a series are merged, filtered and handed on per group. A dashboard panel about one host takes well under a
 * millisecond here, where planning alone would take DuckDB as long.
 *
 * A request for the first rows of each group ("the last point of every host") is narrow even with many series, because
 * only the ends of the series are touched.
 */

import { castColumn } from '../domain/cast-column.js'
import type { Column } from '../domain/column.js'
import { isValid } from '../domain/column.js'
import { missingColumn } from '../domain/empty-column.js'
import { hiddenRanges } from '../domain/tombstone.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { GroupRows, ScanField, ScanGroup, ScanRequest } from '../query/scan.js'
import type { FileColumn } from '../registry/file-entry.js'
import { type CompactColumn, expandColumn } from './compact-column.js'
import { type FileIndex, type FileReader, findSeries, searchTime } from './file-reader.js'
import { filterRows, takeRows } from './filter-rows.js'
import { mergeGroups } from './merge-groups.js'
import { readMemtableSeries } from './read-memtable-series.js'
import { gather, joinSegments, mergeSegments, type SeriesSegment } from './series-segment.js'
import { countSeries } from './series-selection.js'
import { coveredShare, type FileSource, type SourceSet } from './source-set.js'
import { cutHidden, cutRuns } from './visible-runs.js'

const SERIES_MAX = 256
/** Series of which only the first or last rows are wanted: a few microseconds each. */
const CUT_SERIES_MAX = 20_000
/** A guess: times take 8 bytes in the cache, most integers 1 to 4. */
const VALUE_BYTES = 4
/** Sources beyond this make too many small reads. */
const SOURCES_MAX = 32

interface OpenFile {
  readonly source: FileSource
  readonly index: FileIndex
  /** Column of each field, or null. */
  readonly columns: readonly (FileColumn | null)[]
  readonly blocks: Map<number, Promise<CompactColumn[]>>
}

/** What a narrow scan needs, or null when the request is not narrow. */
export async function openNarrowScan(
  reader: FileReader,
  set: SourceSet,
  request: ScanRequest,
  seriesTable: SeriesTable,
  rowCountMax: number,
): Promise<NarrowScan | null> {
  const isCut = isCuttable(request)
  if (rowCountMax === 0 || set.sources.length > SOURCES_MAX) return null
  if (countSeries(request.groups) > (isCut ? CUT_SERIES_MAX : SERIES_MAX)) return null
  if (!request.fields.every((field) => isStoredOnce(set, field))) return null
  const files: OpenFile[] = []
  for (const source of set.sources) {
    if (source.kind !== 'file') continue
    const columns = request.fields.map((field) => findColumn(source, field))
    files.push({ source, index: await reader.index(source.file), columns, blocks: new Map() })
  }
  const scan = new NarrowScan(reader, set, files, request, seriesTable)
  const { readCount, decodedByteCount } = scan.estimate()
  if (isCut && decodedByteCount > reader.scanByteCountMax) return null
  return readCount < rowCountMax ? scan : null
}

/** Only the first rows of each series can be in the answer: there is a limit and no filter to pass first. */
function isCuttable({ rowLimitPerGroup, groups }: ScanRequest): boolean {
  if (rowLimitPerGroup === 0) return false
  for (const { parts } of groups) for (const { filter } of parts) if (filter !== null) return false
  return true
}

/** A field with two types in one source would need both columns. */
function isStoredOnce({ sources }: SourceSet, { name }: ScanField): boolean {
  return sources.every((source) => {
    const columns = source.kind === 'file' ? source.file.columns.filter(({ kind }) => kind === 'field') : source.fields
    let count = 0
    for (const column of columns) if (column.name === name) count++
    return count <= 1
  })
}

function findColumn({ file }: FileSource, { name }: ScanField): FileColumn | null {
  return file.columns.find((column) => column.kind === 'field' && column.name === name) ?? null
}

export class NarrowScan {
  readonly #reader: FileReader
  readonly #set: SourceSet
  readonly #files: ReadonlyMap<FileSource, OpenFile>
  readonly #request: ScanRequest
  readonly #seriesTable: SeriesTable
  readonly #isCut: boolean

  constructor(
    reader: FileReader,
    set: SourceSet,
    files: readonly OpenFile[],
    request: ScanRequest,
    seriesTable: SeriesTable,
  ) {
    this.#reader = reader
    this.#set = set
    this.#files = new Map(files.map((file) => [file.source, file]))
    this.#request = request
    this.#seriesTable = seriesTable
    this.#isCut = isCuttable(request)
  }

  /** Rows of the files' wanted series in the range, if time is even: what is read of them, and what must be decoded. */
  estimate(): { readCount: number; decodedByteCount: number } {
    const rowCountMax = this.#isCut ? this.#request.rowLimitPerGroup : Number.POSITIVE_INFINITY
    let readCount = 0
    let decodedCount = 0
    for (const { source, index } of this.#files.values()) {
      const share = coveredShare(source, this.#request.range)
      for (const { parts } of this.#request.groups) {
        for (const { series } of parts) {
          for (const ordinal of series) {
            const rows = findSeries(index, this.#seriesTable.idOf(ordinal))
            if (rows === null) continue
            readCount += Math.min(rowCountMax, (rows.to - rows.from) * share)
            decodedCount += rows.to - rows.from
          }
        }
      }
    }
    return { readCount, decodedByteCount: decodedCount * VALUE_BYTES * (this.#request.fields.length + 1) }
  }

  async *run(): AsyncGenerator<GroupRows> {
    const { groups } = this.#request
    for (let group = 0; group < groups.length; group++) {
      const rows = await this.#readGroup(groups[group], group)
      if (rows.rowCount > 0) yield rows
    }
  }

  async #readGroup(group: ScanGroup, number: number): Promise<GroupRows> {
    const segments: { series: number; segment: SeriesSegment }[] = []
    for (const { series } of group.parts) {
      for (const ordinal of series) {
        const segment = await this.#readSeries(ordinal)
        if (segment !== null && segment.times.length > 0) segments.push({ series: ordinal, segment })
      }
    }
    const merged = mergeGroups(number, segments, this.#request)
    const present = keepPresent(merged, this.#request.outputFieldCount)
    const filtered = group.parts.every(({ filter }) => filter === null)
      ? present
      : filterRows(present, group, this.#request)
    return finishRows(filtered, this.#request)
  }

  /** The series' rows of all sources, each point once; null when no source has any. */
  async #readSeries(ordinal: number): Promise<SeriesSegment | null> {
    const { rowLimitPerGroup, isDescending, outputFieldCount } = this.#request
    if (!this.#isCut) return mergeReads(await this.#readSources(ordinal, Number.POSITIVE_INFINITY))
    // Rows without a value of any wanted field, and points that several sources have, take up some of what was read.
    for (let rowCountMax = rowLimitPerGroup; ; rowCountMax *= 4) {
      const reads = await this.#readSources(ordinal, rowCountMax)
      const merged = mergeReads(reads)
      if (merged === null) return null
      const known = dropUncertain(merged, reads, isDescending)
      if (reads.every(({ isCut }) => !isCut)) return known
      if (countPresent(known, outputFieldCount, rowLimitPerGroup) >= rowLimitPerGroup) return known
    }
  }

  /** Reads of all sources with rows of the series; cut ones have at least `rowCountMax` rows from the end that comes first. */
  async #readSources(ordinal: number, rowCountMax: number): Promise<SeriesRead[]> {
    const { range, fields, isDescending } = this.#request
    const reads: SeriesRead[] = []
    for (const source of this.#set.sources) {
      const read =
        source.kind === 'file'
          ? await this.#readFileSeries(source, ordinal, rowCountMax)
          : readMemtableSeries(
              source,
              ordinal,
              this.#seriesTable.idOf(ordinal),
              range,
              fields,
              isDescending ? rowCountMax : Number.POSITIVE_INFINITY,
            )
      if (read !== null && read.segment.times.length > 0) reads.push(read)
    }
    return reads
  }

  async #readFileSeries(source: FileSource, ordinal: number, rowCountMax: number): Promise<SeriesRead | null> {
    const { index, columns } = this.#files.get(source)!
    const seriesId = this.#seriesTable.idOf(ordinal)
    const rows = findSeries(index, seriesId)
    if (rows === null) return null
    const [time, ...decoded] = await this.#readBlock(source, rows.block)
    const times = time.values as BigInt64Array
    const { startNs, endNs } = this.#request.range
    const from = searchTime(times, rows.from, rows.to, startNs)
    const to = searchTime(times, from, rows.to, endNs)
    const visible = cutHidden({ from, to }, times, hiddenRanges(source.hidden, seriesId))
    const { runs, isCut } = cutRuns(visible, rowCountMax, this.#request.isDescending)
    const segments = runs.map((run): SeriesSegment => {
      let next = 0
      return {
        times: times.slice(run.from, run.to),
        columns: this.#request.fields.map(({ type }, i) =>
          columns[i] === null
            ? missingColumn(type, run.to - run.from)
            : castColumn(expandColumn(decoded[next++], run.from, run.to), type),
        ),
      }
    })
    return segments.length === 0 ? null : { segment: joinSegments(segments), isCut }
  }

  /** `time` and the wanted columns of a block. Held for the length of the scan: many series share a block. */
  #readBlock(source: FileSource, block: number): Promise<CompactColumn[]> {
    const { index, columns, blocks } = this.#files.get(source)!
    let read = blocks.get(block)
    if (read === undefined) {
      const stored = columns.filter((column) => column !== null)
      read = this.#reader.columns(source.file, index, block, [null, ...stored])
      blocks.set(block, read)
    }
    return read
  }
}

/** A series' rows from one source, and whether rows beyond its far end were left out. */
interface SeriesRead {
  readonly segment: SeriesSegment
  readonly isCut: boolean
}

function mergeReads(reads: readonly SeriesRead[]): SeriesSegment | null {
  return reads.length === 0 ? null : mergeSegments(reads.map(({ segment }) => segment))
}

/** Without the rows beyond the far end of a cut read: that source may have had more rows of these times. */
function dropUncertain(merged: SeriesSegment, reads: readonly SeriesRead[], isDescending: boolean): SeriesSegment {
  let from = 0
  let to = merged.times.length
  for (const { segment, isCut } of reads) {
    if (!isCut) continue
    if (isDescending) from = Math.max(from, searchTime(merged.times, 0, to, segment.times[0]))
    else to = Math.min(to, searchTime(merged.times, 0, merged.times.length, segment.times.at(-1)! + 1n))
  }
  return from === 0 && to === merged.times.length ? merged : sliceSegment(merged, from, to)
}

function sliceSegment({ times, columns }: SeriesSegment, from: number, to: number): SeriesSegment {
  return {
    times: times.slice(from, to),
    columns: columns.map((column) => gather(column.type, to - from, (k) => [column, from + k])),
  }
}

/** Counts up to `enough`. */
function countPresent({ times, columns }: SeriesSegment, outputFieldCount: number, enough: number): number {
  const outputs = columns.slice(0, outputFieldCount)
  let count = 0
  for (let row = 0; row < times.length && count < enough; row++) if (isAnyValid(outputs, row)) count++
  return count
}

/** Rows in which at least one of the output fields has a value. */
function keepPresent(rows: GroupRows, outputFieldCount: number): GroupRows {
  const outputs = rows.columns.slice(0, outputFieldCount)
  if (outputs.length === 0 || outputs.some(({ validity }) => validity === null)) return rows
  const kept: number[] = []
  for (let row = 0; row < rows.rowCount; row++) if (isAnyValid(outputs, row)) kept.push(row)
  return kept.length === rows.rowCount ? rows : takeRows(rows, kept)
}

function isAnyValid(columns: readonly Column[], row: number): boolean {
  for (const { validity } of columns) if (isValid(validity, row)) return true
  return false
}

/** The limit, and only the columns that are asked for. */
function finishRows(rows: GroupRows, { rowLimitPerGroup, outputFieldCount }: ScanRequest): GroupRows {
  const isCut = rowLimitPerGroup > 0 && rows.rowCount > rowLimitPerGroup
  const columns = rows.columns.length > outputFieldCount ? rows.columns.slice(0, outputFieldCount) : rows.columns
  return { ...rows, rowCount: isCut ? rowLimitPerGroup : rows.rowCount, columns }
}
