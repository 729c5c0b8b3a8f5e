/**
 * The narrow path of a scan: few series, few rows, no SQL. Rows come from cached blocks of the files and from the
 * memtables' links; segments of a series are merged, filtered and handed on per group. A dashboard panel about one host
 * takes well under a millisecond here, where planning alone would take DuckDB as long.
 */

import type { Column } from '../domain/column.js'
import { isValid } from '../domain/column.js'
import type { SeriesTable } from '../metadata/series-table.js'
import type { GroupRows, ScanField, ScanGroup, ScanRequest } from '../query/scan.js'
import type { FileColumn } from '../registry/file-entry.js'
import { castColumn, missingColumn } from './cast-column.js'
import { expandColumn } from './compact-column.js'
import { type FileIndex, type FileReader, findSeries, searchTime } from './file-reader.js'
import { filterRows, takeRows } from './filter-rows.js'
import { mergeGroups } from './merge-groups.js'
import { readMemtableSeries } from './read-memtable-series.js'
import { mergeSegments, type SeriesSegment } from './series-segment.js'
import { countSeries } from './series-selection.js'
import { coveredShare, type FileSource, type MemtableSource, type SourceSet } from './source-set.js'

const SERIES_MAX = 256
/** Sources beyond this make too many small reads. */
const SOURCES_MAX = 32

interface OpenFile {
  readonly source: FileSource
  readonly index: FileIndex
  /** Column of each field, or null. */
  readonly columns: readonly (FileColumn | null)[]
}

/** What a narrow scan needs, or null when the request is not narrow. */
export async function openNarrowScan(
  reader: FileReader,
  set: SourceSet,
  request: ScanRequest,
  seriesTable: SeriesTable,
  rowCountMax: number,
): Promise<NarrowScan | null> {
  if (rowCountMax === 0 || set.sources.length > SOURCES_MAX || countSeries(request.groups) > SERIES_MAX) return null
  if (!request.fields.every((field) => isStoredOnce(set, field))) return null
  const files: OpenFile[] = []
  for (const source of set.sources) {
    if (source.kind !== 'file') continue
    const columns = request.fields.map((field) => findColumn(source, field))
    files.push({ source, index: await reader.index(source.file), columns })
  }
  const scan = new NarrowScan(reader, set, files, request, seriesTable)
  return scan.estimatedRowCount() < rowCountMax ? scan : null
}

/** A field with two types in one source would need both columns. */
function isStoredOnce({ sources }: SourceSet, { name }: ScanField): boolean {
  return sources.every((source) => {
    const columns =
      source.kind === 'file' ? source.file.columns.filter(({ kind }) => kind === 'field') : source.rows.fields
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
  }

  /** Rows of the wanted series in the files, by the share of each file's time that the range covers. */
  estimatedRowCount(): number {
    let sum = 0
    for (const { source, index } of this.#files.values()) {
      const share = coveredShare(source, this.#request.range)
      for (const { parts } of this.#request.groups) {
        for (const { series } of parts) {
          for (const ordinal of series) {
            const rows = findSeries(index, this.#seriesTable.idOf(ordinal))
            if (rows !== null) sum += (rows.to - rows.from) * share
          }
        }
      }
    }
    return sum
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
    const segments: SeriesSegment[] = []
    for (const source of this.#set.sources) {
      const segment =
        source.kind === 'file' ? await this.#readFileSeries(source, ordinal) : this.#readMemtableSeries(source, ordinal)
      if (segment !== null && segment.times.length > 0) segments.push(segment)
    }
    return segments.length === 0 ? null : mergeSegments(segments)
  }

  #readMemtableSeries(source: MemtableSource, ordinal: number): SeriesSegment {
    return readMemtableSeries(source, ordinal, this.#request.range, this.#request.fields)
  }

  async #readFileSeries(source: FileSource, ordinal: number): Promise<SeriesSegment | null> {
    const { index, columns } = this.#files.get(source)!
    const rows = findSeries(index, this.#seriesTable.idOf(ordinal))
    if (rows === null) return null
    const stored = columns.filter((column) => column !== null)
    const [time, ...decoded] = await this.#reader.columns(source.file, index, rows.block, [null, ...stored])
    const times = time.values as BigInt64Array
    const { startNs, endNs } = this.#request.range
    const from = searchTime(times, rows.from, rows.to, startNs)
    const to = searchTime(times, from, rows.to, endNs)
    let next = 0
    return {
      times: times.slice(from, to),
      columns: this.#request.fields.map(({ type }, i) =>
        columns[i] === null
          ? missingColumn(type, to - from)
          : castColumn(expandColumn(decoded[next++], from, to), type),
      ),
    }
  }
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
