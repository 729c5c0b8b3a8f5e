/** Segments of a group's series → the group's rows in the order asked for: by time, ties by the series' position. */

import { emptyValues } from '../domain/empty-column.js'
import type { GroupRows, ScanRequest } from '../query/scan.js'
import { gather, type SeriesSegment } from './series-segment.js'

export interface GroupSegment {
  readonly series: number
  readonly segment: SeriesSegment
}

export function mergeGroups(group: number, segments: readonly GroupSegment[], request: ScanRequest): GroupRows {
  const { isDescending, fields } = request
  if (segments.length === 1 && !isDescending) {
    const { series, segment } = segments[0]
    const rowCount = segment.times.length
    const { times, columns } = segment
    return { group, rowCount, timestamps: times, series: new Uint32Array(rowCount).fill(series), columns }
  }
  const { segmentOf, rowOf } = isDescending ? descendingOrder(segments) : ascendingOrder(segments)
  const rowCount = rowOf.length
  const timestamps = new BigInt64Array(rowCount)
  const series = new Uint32Array(rowCount)
  for (let k = 0; k < rowCount; k++) {
    timestamps[k] = segments[segmentOf[k]].segment.times[rowOf[k]]
    series[k] = segments[segmentOf[k]].series
  }
  const columns = fields.map(({ type }, c) =>
    segments.length === 0
      ? ({ type, values: emptyValues(type, 0), validity: null } as GroupRows['columns'][number])
      : gather(type, rowCount, (k) => [segments[segmentOf[k]].segment.columns[c], rowOf[k]]),
  )
  return { group, rowCount, timestamps, series, columns }
}

interface RowOrder {
  readonly segmentOf: Uint32Array
  readonly rowOf: Uint32Array
}

function ascendingOrder(segments: readonly GroupSegment[]): RowOrder {
  return mergeOrder(segments, 1)
}

function descendingOrder(segments: readonly GroupSegment[]): RowOrder {
  return mergeOrder(segments, -1)
}

/** A heap of the segments' next rows; `direction` 1 walks them forwards, -1 backwards. */
function mergeOrder(segments: readonly GroupSegment[], direction: 1 | -1): RowOrder {
  const rowCount = segments.reduce((sum, { segment }) => sum + segment.times.length, 0)
  const segmentOf = new Uint32Array(rowCount)
  const rowOf = new Uint32Array(rowCount)
  const next = segments.map(({ segment }) => (direction === 1 ? 0 : segment.times.length - 1))
  const isBefore = (a: number, b: number): boolean => {
    const ta = segments[a].segment.times[next[a]]
    const tb = segments[b].segment.times[next[b]]
    return ta === tb ? a < b : ta < tb === (direction === 1)
  }
  const heap: number[] = []
  for (let s = 0; s < segments.length; s++) {
    heap.push(s)
    siftUp(heap, heap.length - 1, isBefore)
  }
  for (let k = 0; k < rowCount; k++) {
    const s = heap[0]
    segmentOf[k] = s
    rowOf[k] = next[s]
    next[s] += direction
    if (next[s] < 0 || next[s] >= segments[s].segment.times.length) {
      const last = heap.pop()!
      if (heap.length === 0) break
      heap[0] = last
    }
    siftDown(heap, 0, isBefore)
  }
  return { segmentOf, rowOf }
}

function siftUp(heap: number[], at: number, isBefore: (a: number, b: number) => boolean): void {
  while (at > 0) {
    const parent = (at - 1) >>> 1
    if (!isBefore(heap[at], heap[parent])) return
    ;[heap[at], heap[parent]] = [heap[parent], heap[at]]
    at = parent
  }
}

function siftDown(heap: number[], at: number, isBefore: (a: number, b: number) => boolean): void {
  for (;;) {
    let best = at
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isBefore(heap[child], heap[best])) best = child
    if (best === at) return
    ;[heap[at], heap[best]] = [heap[best], heap[at]]
    at = best
  }
}
