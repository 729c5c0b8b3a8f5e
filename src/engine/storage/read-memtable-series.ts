/** Rows of one series in a memtable part → a segment, by walking the series' links from the newest row. */

import { castColumn } from '../domain/cast-column.js'
import type { Column } from '../domain/column.js'
import { missingColumn } from '../domain/empty-column.js'
import { isInside, type TimeRange } from '../domain/time-range.js'
import { hidesSeries } from '../domain/tombstone.js'
import type { HiddenRows, MemtableChunk, MemtableTable } from '../memtable/memtable-table.js'
import type { ScanField } from '../query/scan.js'
import { gather, type SeriesSegment } from './series-segment.js'
import type { MemtableSource } from './source-set.js'

export interface MemtableRead {
  readonly segment: SeriesSegment
  /** Rows older than the segment's first were left out. */
  readonly isCut: boolean
}

/** At least the `newestCountMax` newest rows of the range, all of one time together; each field is in one column at most. */
export function readMemtableSeries(
  { rows, rowCount, hidden }: MemtableSource,
  series: number,
  seriesId: bigint,
  range: TimeRange,
  fields: readonly ScanField[],
  newestCountMax: number,
): MemtableRead {
  const hiding = hidden.filter(({ tombstone }) => hidesSeries(tombstone, seriesId))
  const found: number[] = []
  let isCut = false
  let oldestNs = range.endNs
  for (let row = rows.newestRowOf(series); row >= 0; ) {
    const chunk = rows.chunkOf(row)
    const timeNs = chunk.timestamps[row - chunk.firstRow]
    if (timeNs < range.startNs && rows.isOrdered) break
    if (row < rowCount && timeNs >= range.startNs && timeNs < range.endNs && !isHidden(hiding, row, timeNs)) {
      isCut = rows.isOrdered && found.length >= newestCountMax && timeNs !== oldestNs
      if (isCut) break
      found.push(row)
      oldestNs = timeNs
    }
    row = chunk.previous[row - chunk.firstRow]
  }
  found.reverse()
  const chunks = found.map((row) => rows.chunkOf(row))
  const timeOf = (k: number): bigint => chunks[k].timestamps[found[k] - chunks[k].firstRow]
  if (!rows.isOrdered) sortByTime(found, chunks)
  const times = new BigInt64Array(found.length)
  for (let k = 0; k < found.length; k++) times[k] = timeOf(k)
  const columns = fields.map((field) => {
    const index = rows.fields.findIndex(({ name }) => name === field.name)
    return index < 0
      ? missingColumn(field.type, found.length)
      : castColumn(readColumn(chunks, found, index, rows.fields[index].type), field.type)
  })
  return { segment: { times, columns }, isCut }
}

/** `hiding`: what hides rows of the series at hand. */
function isHidden(hiding: readonly HiddenRows[], row: number, timeNs: bigint): boolean {
  for (const { tombstone, rowCount } of hiding) if (row < rowCount && isInside(tombstone.range, timeNs)) return true
  return false
}

/** Whether the memtable part has a row in the range that no delete has hidden. */
export function hasVisibleRowIn(rows: MemtableTable, range: TimeRange, idOf: (series: number) => bigint): boolean {
  const { hidden } = rows
  for (const { series, timestamps, rowCount, firstRow } of rows.chunks) {
    for (let i = 0; i < rowCount; i++) {
      if (!isInside(range, timestamps[i])) continue
      const hiding =
        hidden.length === 0 ? hidden : hidden.filter(({ tombstone }) => hidesSeries(tombstone, idOf(series[i])))
      if (!isHidden(hiding, firstRow + i, timestamps[i])) return true
    }
  }
  return false
}

/** Whether the memtable part has a row of the series that no delete has hidden. */
export function hasVisibleRow(rows: MemtableTable, series: number, seriesId: bigint): boolean {
  const hiding = rows.hidden.filter(({ tombstone }) => hidesSeries(tombstone, seriesId))
  for (let row = rows.newestRowOf(series); row >= 0; ) {
    const chunk = rows.chunkOf(row)
    if (!isHidden(hiding, row, chunk.timestamps[row - chunk.firstRow])) return true
    row = chunk.previous[row - chunk.firstRow]
  }
  return false
}

/** Ascending by time, then by arrival. */
function sortByTime(found: number[], chunks: MemtableChunk[]): void {
  const order = found.map((row, k) => ({
    row,
    chunk: chunks[k],
    timeNs: chunks[k].timestamps[row - chunks[k].firstRow],
  }))
  order.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : a.row - b.row))
  for (let k = 0; k < order.length; k++) {
    found[k] = order[k].row
    chunks[k] = order[k].chunk
  }
}

function readColumn(
  chunks: readonly MemtableChunk[],
  found: readonly number[],
  index: number,
  type: Column['type'],
): Column {
  const absent = missingColumn(type, 1)
  return gather(type, found.length, (k) => {
    const column = chunks[k].columns[index]
    return column === undefined ? [absent, 0] : [column, found[k] - chunks[k].firstRow]
  })
}
