/**
 * Rows of one series from one source, ascending in time, and how segments of several sources become one: on equal times
 * the newer source wins, field by field.
 */

import { type Column, type ColumnType, isValid, setValid, validityWordCount } from '../domain/column.js'
import { emptyValues } from '../domain/empty-column.js'

export interface SeriesSegment {
  readonly times: BigInt64Array
  /** One per field of the request. */
  readonly columns: readonly Column[]
}

/** `segments` oldest source first; each may hold a time twice, the later row being the newer. */
export function mergeSegments(segments: readonly SeriesSegment[]): SeriesSegment {
  return segments.map(withoutRepeats).reduce(mergeTwo)
}

function withoutRepeats(segment: SeriesSegment): SeriesSegment {
  const { times } = segment
  for (let i = 1; i < times.length; i++) if (times[i] === times[i - 1]) return foldRepeats(segment)
  return segment
}

function foldRepeats({ times, columns }: SeriesSegment): SeriesSegment {
  const groupStarts: number[] = []
  for (let i = 0; i < times.length; i++) if (i === 0 || times[i] !== times[i - 1]) groupStarts.push(i)
  const choose = ({ validity }: Column, group: number): number => {
    const first = groupStarts[group]
    const end = groupStarts[group + 1] ?? times.length
    for (let row = end - 1; row > first; row--) if (isValid(validity, row)) return row
    return first
  }
  return {
    times: BigInt64Array.from(groupStarts, (row) => times[row]),
    columns: columns.map((column) =>
      gather(column.type, groupStarts.length, (group) => [column, choose(column, group)]),
    ),
  }
}

function mergeTwo(older: SeriesSegment, newer: SeriesSegment): SeriesSegment {
  if (older.times.length === 0) return newer
  if (newer.times.length === 0) return older
  const a = older.times
  const b = newer.times
  /** Row of each side, or -1. */
  const fromOlder: number[] = []
  const fromNewer: number[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const takesOlder = j >= b.length || (i < a.length && a[i] <= b[j])
    const takesNewer = i >= a.length || (j < b.length && b[j] <= a[i])
    fromOlder.push(takesOlder ? i++ : -1)
    fromNewer.push(takesNewer ? j++ : -1)
  }
  const times = BigInt64Array.from(fromOlder, (row, k) => (row >= 0 ? a[row] : b[fromNewer[k]]))
  const columns = older.columns.map((column, c) =>
    gather(column.type, times.length, (k) => {
      const other = newer.columns[c]
      const isFromNewer = fromNewer[k] >= 0 && (fromOlder[k] < 0 || isValid(other.validity, fromNewer[k]))
      return isFromNewer ? [other, fromNewer[k]] : [column, fromOlder[k]]
    }),
  )
  return { times, columns }
}

/** Segments of one source, each later than the one before, as one. */
export function joinSegments(segments: readonly SeriesSegment[]): SeriesSegment {
  if (segments.length === 1) return segments[0]
  const rowCount = segments.reduce((sum, { times }) => sum + times.length, 0)
  const times = new BigInt64Array(rowCount)
  const segmentOf = new Uint32Array(rowCount)
  const rowOf = new Uint32Array(rowCount)
  let count = 0
  for (let s = 0; s < segments.length; s++) {
    times.set(segments[s].times, count)
    for (let row = 0; row < segments[s].times.length; row++, count++) {
      segmentOf[count] = s
      rowOf[count] = row
    }
  }
  const columns = segments[0].columns.map(({ type }, c) =>
    gather(type, rowCount, (k) => [segments[segmentOf[k]].columns[c], rowOf[k]]),
  )
  return { times, columns }
}

/** A column whose row k is the row that `pick(k)` names. */
export function gather(type: ColumnType, count: number, pick: (k: number) => readonly [Column, number]): Column {
  const values = emptyValues(type, count) as unknown[]
  let validity: Uint32Array | null = null
  for (let k = 0; k < count; k++) {
    const [source, row] = pick(k)
    values[k] = source.values[row]
    if (isValid(source.validity, row)) {
      if (validity !== null) setValid(validity, k)
    } else if (validity === null) {
      validity = new Uint32Array(validityWordCount(count))
      for (let i = 0; i < k; i++) setValid(validity, i)
    }
  }
  return { type, values, validity } as unknown as Column
}
