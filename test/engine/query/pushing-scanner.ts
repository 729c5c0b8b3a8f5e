/**
 * A memory scanner that answers aggregate requests too, each function computed from its definition over a bucket's
 * points, apart from the operators in src. What it answers must be what the operators make of the rows.
 */

import { type Column, isValid, setValid, validityWordCount } from '../../../src/engine/domain/column.js'
import { emptyColumn } from '../../../src/engine/domain/empty-column.js'
import { floorToInterval, TIMESTAMP_NS_MIN } from '../../../src/engine/domain/time-range.js'
import type {
  AggregateCall,
  AggregateRequest,
  GroupAggregates,
  GroupRows,
  PushableFunction,
} from '../../../src/engine/query/scan.js'
import { MemoryScanner } from './memory-scanner.js'

type Scalar = number | bigint | string

interface Point {
  readonly timeNs: bigint
  readonly value: Scalar
}

export class PushingScanner extends MemoryScanner {
  aggregateCount = 0

  override aggregate(request: AggregateRequest): AsyncIterable<GroupAggregates> {
    this.aggregateCount++
    return this.#aggregate(request)
  }

  async *#aggregate(request: AggregateRequest): AsyncGenerator<GroupAggregates> {
    for await (const rows of this.scan({ ...request, isDescending: false, rowLimitPerGroup: 0 })) {
      yield aggregatesOf(request, rows)
    }
  }
}

function aggregatesOf(request: AggregateRequest, rows: GroupRows): GroupAggregates {
  const buckets = [...new Set(Array.from(rows.timestamps, (timeNs) => bucketOf(request, timeNs)))].sort((a, b) =>
    a < b ? -1 : 1,
  )
  const chosen = request.calls.map((call) => buckets.map((bucket) => evaluate(call, request, rows, bucket)))
  const isPresent = buckets.map((_, i) => chosen.some((points) => points[i] !== null))
  const kept = buckets.filter((_, i) => isPresent[i])
  return {
    group: rows.group,
    rowCount: kept.length,
    buckets: BigInt64Array.from(kept),
    values: request.calls.map((call, i) =>
      columnOf(
        typeOf(call, rows),
        chosen[i].filter((_, k) => isPresent[k]),
      ),
    ),
    times: request.calls.map((call, i) =>
      HAS_TIME.has(call.function)
        ? BigInt64Array.from(
            chosen[i].filter((_, k) => isPresent[k]),
            (point) => point?.timeNs ?? 0n,
          )
        : null,
    ),
  }
}

const HAS_TIME: ReadonlySet<PushableFunction> = new Set(['min', 'max', 'first', 'last', 'percentile'])

function bucketOf({ window, range }: AggregateRequest, timeNs: bigint): bigint {
  if (window === null) return range.startNs
  const startNs = floorToInterval(timeNs - window.offsetNs, window.intervalNs) + window.offsetNs
  if (startNs < TIMESTAMP_NS_MIN) return TIMESTAMP_NS_MIN
  return startNs
}

function typeOf(call: AggregateCall, rows: GroupRows): Column['type'] {
  if (call.function === 'count' || call.function === 'count-distinct') return 'integer'
  return ['mean', 'stddev', 'median'].includes(call.function) ? 'float' : rows.columns[call.field].type
}

function columnOf(type: Column['type'], points: readonly (Point | null)[]): Column {
  const column = emptyColumn(type, points.length)
  const validity = new Uint32Array(validityWordCount(points.length))
  points.forEach((point, row) => {
    if (point === null) return
    column.values[row] = point.value
    setValid(validity, row)
  })
  return { ...column, validity } as Column
}

function evaluate(call: AggregateCall, request: AggregateRequest, rows: GroupRows, bucket: bigint): Point | null {
  const column = rows.columns[call.field]
  const points: Point[] = []
  for (let row = 0; row < rows.rowCount; row++) {
    if (!isValid(column.validity, row) || bucketOf(request, rows.timestamps[row]) !== bucket) continue
    points.push({ timeNs: rows.timestamps[row], value: column.values[row] })
  }
  return points.length === 0 ? null : DEFINITIONS[call.function](points, call.argument, column.type)
}

const compare = (a: Scalar, b: Scalar): number => (a < b ? -1 : a > b ? 1 : 0)
const byValue = (a: Point, b: Point): number => compare(a.value, b.value) || compare(a.timeNs, b.timeNs)
const greaterLast = (a: Point, b: Point): number => compare(a.timeNs, b.timeNs) || compare(a.value, b.value)
const greaterFirst = (a: Point, b: Point): number => compare(a.timeNs, b.timeNs) || compare(b.value, a.value)
const sorted = (points: readonly Point[]): Point[] => [...points].sort(byValue)
const aggregate = (value: Scalar): Point => ({ timeNs: 0n, value })

const DEFINITIONS: Record<PushableFunction, (points: Point[], argument: number, type: Column['type']) => Point | null> =
  {
    count: (points) => aggregate(BigInt(points.length)),
    'count-distinct': (points) => aggregate(BigInt(new Set(points.map(({ value }) => value)).size)),
    sum: (points) => aggregate(points.map(({ value }) => value).reduce(add)),
    mean: (points) => aggregate(Number(points.map(({ value }) => value).reduce(add)) / points.length),
    min: (points) => sorted(points)[0],
    max: (points) => [...points].sort((a, b) => compare(b.value, a.value) || compare(a.timeNs, b.timeNs))[0],
    first: (points, _argument, type) => [...points].sort(type === 'boolean' ? greaterLast : greaterFirst)[0],
    last: (points) => [...points].sort(greaterLast).at(-1)!,
    spread: (points) => aggregate(subtract(sorted(points).at(-1)!.value, sorted(points)[0].value)),
    stddev: (points) => {
      const mean = points.reduce((sum, { value }) => sum + Number(value), 0) / points.length
      const squares = points.reduce((sum, { value }) => sum + (Number(value) - mean) ** 2, 0)
      return aggregate(Math.sqrt(squares / (points.length - 1)))
    },
    median: (points) => {
      const values = sorted(points).map(({ value }) => value)
      const high = values[values.length >>> 1]
      if (values.length % 2 === 1) return aggregate(Number(high))
      const low = values[values.length / 2 - 1]
      return aggregate(Number(low) + Number(subtract(high, low)) / 2)
    },
    percentile: (points, argument) => {
      const rank = Math.floor((points.length * argument) / 100 + 0.5) - 1
      return sorted(points)[rank] ?? null
    },
    mode: (points, _argument, type) => {
      const counts = new Map<Scalar, number>()
      for (const { value } of points) counts.set(value, (counts.get(value) ?? 0) + 1)
      const most = Math.max(...counts.values())
      const modes = sorted(points).filter(({ value }) => counts.get(value) === most)
      return aggregate(type === 'boolean' ? modes.at(-1)!.value : modeAmong(modes))
    },
  }

function add(a: Scalar, b: Scalar): Scalar {
  return typeof a === 'bigint' ? a + (b as bigint) : (a as number) + (b as number)
}

function subtract(a: Scalar, b: Scalar): Scalar {
  return typeof a === 'bigint' ? a - (b as bigint) : (a as number) - (b as number)
}

/** Of equally frequent values a greater one wins if it was first seen before the lesser one was last seen. */
function modeAmong(modes: readonly Point[]): Scalar {
  const values = [...new Set(modes.map(({ value }) => value))]
  const timesOf = (value: Scalar): bigint[] => modes.flatMap((point) => (point.value === value ? [point.timeNs] : []))
  return values.reduce((best, value) => {
    const isSingle = timesOf(value).length === 1
    return !isSingle && timesOf(value)[0] <= timesOf(best).at(-1)! ? value : best
  })
}
