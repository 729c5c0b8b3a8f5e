/**
 * Functions that make one or several points of a bucket: count, sum, mean, the selectors, and those that need all
 * values at once. A reducer is fed the rows of a bucket in one or more pieces, then closes the bucket, which appends
 * to a series; so a group larger than memory's share passes through piece by piece.
 *
 * Semantics are influxd 1.6.7's: a bucket without values gives no point; standard deviation of one value is NaN,
 * which an answer shows as null; integer sums wrap; percentile is nearest rank.
 */

import { type Column, type ColumnType, isValid } from '../../domain/column.js'
import { assert } from '../../domain/errors.js'
import { countValid, standardDeviation, sumFloat, sumInteger } from './accumulate.js'
import type { RowBuckets } from './bucket-rows.js'
import {
  betterOf,
  type Candidate,
  candidate,
  chooseRow,
  IS_BETTER,
  type IsBetter,
  type SelectorName,
} from './choose-row.js'
import type { Rows, Series } from './rows.js'
import { SeriesBuilder, type Value } from './series-builder.js'

export type ReduceFunction =
  | SelectorName
  | 'count'
  | 'sum'
  | 'mean'
  | 'spread'
  | 'stddev'
  | 'median'
  | 'mode'
  | 'percentile'
  | 'distinct'
  | 'count-distinct'
  | 'top'
  | 'bottom'
  | 'sample'

export interface ReduceSpec {
  readonly function: ReduceFunction
  /** Index of the argument among the columns of the rows. */
  readonly column: number
  readonly inputType: ColumnType
  /** N of percentile, top, bottom and sample; 0 otherwise. */
  readonly argument: number
  /** Columns by whose values top and bottom tell points apart: one point for each combination. */
  readonly distinctBy: readonly number[]
  /** Points keep the time of the chosen row: a lone selector without GROUP BY time. */
  readonly keepsTime: boolean
  /** Columns whose values go with the chosen row. */
  readonly auxiliary: readonly number[]
}

/** One call over one group. */
export class GroupReducer {
  readonly #bucket: BucketReducer
  readonly #series: SeriesBuilder
  #openStartNs: bigint | null = null

  constructor(spec: ReduceSpec) {
    this.#bucket = BUCKET_REDUCERS[spec.function](spec)
    this.#series = new SeriesBuilder(reducedType(spec.function, spec.inputType), spec.auxiliary)
  }

  /** The first bucket may continue the last one of the push before. */
  push(rows: Rows, buckets: RowBuckets): void {
    for (let k = 0; k < buckets.count; k++) {
      const startNs = buckets.startsNs[k]
      if (this.#openStartNs !== null && this.#openStartNs !== startNs) this.#close()
      this.#openStartNs = startNs
      this.#bucket.add(rows, buckets.firstRow[k], buckets.firstRow[k + 1])
    }
  }

  finish(): Series {
    this.#close()
    return this.#series.finish()
  }

  #close(): void {
    if (this.#openStartNs !== null) this.#bucket.close(this.#series, this.#openStartNs)
    this.#openStartNs = null
  }
}

export function reducedType(name: ReduceFunction, inputType: ColumnType): ColumnType {
  switch (name) {
    case 'count':
    case 'count-distinct':
      return 'integer'
    case 'mean':
    case 'stddev':
    case 'median':
      return 'float'
    default:
      return inputType
  }
}

/** Types that a function takes; every other is `unsupported … iterator type`. */
export function acceptsType(name: ReduceFunction, inputType: ColumnType): boolean {
  switch (name) {
    case 'count':
    case 'count-distinct':
    case 'first':
    case 'last':
    case 'distinct':
    case 'mode':
    case 'sample':
      return true
    case 'min':
    case 'max':
      return inputType !== 'string'
    default:
      return inputType === 'float' || inputType === 'integer' || inputType === 'unsigned'
  }
}

interface BucketReducer {
  add(rows: Rows, from: number, to: number): void
  /** Appends the bucket's points and starts afresh. */
  close(series: SeriesBuilder, bucketStartNs: bigint): void
}

const BUCKET_REDUCERS = {
  count: (spec) => new CountReducer(spec),
  sum: (spec) => (spec.inputType === 'float' ? new FloatSumReducer(spec, 'sum') : new IntegerSumReducer(spec, 'sum')),
  mean: (spec) =>
    spec.inputType === 'float' ? new FloatSumReducer(spec, 'mean') : new IntegerSumReducer(spec, 'mean'),
  min: (spec) => new SelectorReducer(spec, 'min'),
  max: (spec) => new SelectorReducer(spec, 'max'),
  first: (spec) => new SelectorReducer(spec, 'first'),
  last: (spec) => new SelectorReducer(spec, 'last'),
  spread: (spec) => new SpreadReducer(spec),
  stddev: (spec) => new StddevReducer(spec),
  median: (spec) => new MedianReducer(spec),
  mode: (spec) => (spec.inputType === 'boolean' ? new BooleanModeReducer(spec) : new ModeReducer(spec)),
  percentile: (spec) => new PercentileReducer(spec),
  distinct: (spec) => new DistinctReducer(spec),
  'count-distinct': (spec) => new CountDistinctReducer(spec),
  top: (spec) => new RankedReducer(spec, 'max'),
  bottom: (spec) => new RankedReducer(spec, 'min'),
  sample: (spec) => new SampleReducer(spec),
} satisfies Record<ReduceFunction, (spec: ReduceSpec) => BucketReducer>

class CountReducer implements BucketReducer {
  readonly #column: number
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    this.#count += countValid(rows.columns[this.#column].validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, BigInt(this.#count))
    this.#count = 0
  }
}

class FloatSumReducer implements BucketReducer {
  readonly #column: number
  readonly #name: 'sum' | 'mean'
  #count = 0
  #sum = 0

  constructor(spec: ReduceSpec, name: 'sum' | 'mean') {
    this.#column = spec.column
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    assert(column.type === 'float', `float column expected, got ${column.type}`)
    this.#count += countValid(column.validity, from, to)
    this.#sum = sumFloat(this.#sum, column.values, column.validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, this.#name === 'sum' ? this.#sum : this.#sum / this.#count)
    this.#count = 0
    this.#sum = 0
  }
}

class IntegerSumReducer implements BucketReducer {
  readonly #column: number
  readonly #name: 'sum' | 'mean'
  #sum = 0n
  #count = 0

  constructor(spec: ReduceSpec, name: 'sum' | 'mean') {
    this.#column = spec.column
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    assert(column.type === 'integer' || column.type === 'unsigned', `integer column expected, got ${column.type}`)
    this.#count += countValid(column.validity, from, to)
    this.#sum += sumInteger(column.values, column.validity, from, to)
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const sum = this.#sum
    // Stored in 64 bits, a sum wraps as InfluxDB's; the mean is of the exact sum.
    if (this.#count > 0) series.append(bucketStartNs, this.#name === 'sum' ? sum : Number(sum) / this.#count)
    this.#count = 0
    this.#sum = 0n
  }
}

class SelectorReducer implements BucketReducer {
  readonly #spec: ReduceSpec
  readonly #name: SelectorName
  #rows: Rows | null = null
  #row = -1

  constructor(spec: ReduceSpec, name: SelectorName) {
    this.#spec = spec
    this.#name = name
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#spec.column]
    const row = from < to ? chooseRow(this.#name, column, rows, from, to) : -1
    if (row < 0) return
    if (this.#rows !== null) {
      const isBetter = betterOf(this.#name, column)
      const chosen = candidate(this.#rows.columns[this.#spec.column], this.#rows.times, this.#row)
      if (!isBetter(candidate(column, rows.times, row), chosen)) return
    }
    this.#rows = rows
    this.#row = row
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#rows !== null) appendRow(series, this.#spec, this.#rows, this.#row, bucketStartNs)
    this.#rows = null
  }
}

function appendRow(series: SeriesBuilder, spec: ReduceSpec, rows: Rows, row: number, bucketStartNs: bigint): void {
  const timeNs = spec.keepsTime ? rows.times[row] : bucketStartNs
  series.appendFrom(timeNs, rows.columns[spec.column].values[row], rows, row)
}

class SpreadReducer implements BucketReducer {
  readonly #column: number
  #min: number | bigint | null = null
  #max: number | bigint = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      const value = column.values[row] as number | bigint
      if (this.#min === null) this.#min = this.#max = value
      else if (value < this.#min) this.#min = value
      else if (value > this.#max) this.#max = value
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#min !== null) series.append(bucketStartNs, difference(this.#max, this.#min))
    this.#min = null
  }
}

function difference(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === 'bigint' ? a - (b as bigint) : a - (b as number)
}

/** The values of the open bucket, as floats. */
class StddevReducer implements BucketReducer {
  readonly #column: number
  #values = new Float64Array(64)
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    this.#reserve(this.#count + to - from)
    for (let row = from; row < to; row++) {
      if (isValid(column.validity, row)) this.#values[this.#count++] = Number(column.values[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, standardDeviation(this.#values, this.#count))
    this.#count = 0
  }

  #reserve(count: number): void {
    if (count <= this.#values.length) return
    const values = new Float64Array(Math.max(count, this.#values.length * 2))
    values.set(this.#values)
    this.#values = values
  }
}

/** Collects the open bucket's values with where they came from, for functions that need them all. */
abstract class CollectingReducer implements BucketReducer {
  protected readonly spec: ReduceSpec
  protected values: Value[] = []
  protected origins: { readonly rows: Rows; readonly row: number }[] = []

  constructor(spec: ReduceSpec) {
    this.spec = spec
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.spec.column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      this.values.push(column.values[row])
      this.origins.push({ rows, row })
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.values.length === 0) return
    this.emit(series, bucketStartNs)
    this.values = []
    this.origins = []
  }

  protected abstract emit(series: SeriesBuilder, bucketStartNs: bigint): void

  /** Positions of the collected values, ascending by value; equals stay in time order. */
  protected byValue(): Int32Array {
    const { values } = this
    const order = Int32Array.from(values.keys())
    return order.sort((a, b) => (values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b))
  }

  /** The point with its own time and auxiliary values. */
  protected appendAt(series: SeriesBuilder, position: number): void {
    const { rows, row } = this.origins[position]
    series.appendFrom(rows.times[row], this.values[position], rows, row)
  }

  protected timeOf(position: number): bigint {
    const { rows, row } = this.origins[position]
    return rows.times[row]
  }
}

class PercentileReducer extends CollectingReducer {
  protected emit(series: SeriesBuilder, bucketStartNs: bigint): void {
    const rank = Math.floor((this.values.length * this.spec.argument) / 100 + 0.5) - 1
    if (rank < 0 || rank >= this.values.length) return
    const { rows, row } = this.origins[this.byValue()[rank]]
    appendRow(series, this.spec, rows, row, bucketStartNs)
  }
}

/**
 * top and bottom: the N greatest or least points of the bucket, the earlier of equals, in time order with their own
 * times. With tags, only the best point of each combination of their values takes part.
 */
class RankedReducer extends CollectingReducer {
  readonly #isBetter: IsBetter

  constructor(spec: ReduceSpec, name: 'min' | 'max') {
    super(spec)
    this.#isBetter = IS_BETTER[name]
  }

  protected emit(series: SeriesBuilder): void {
    const ranked = this.#contenders().sort((a, b) => this.#compare(a, b))
    const chosen = ranked.slice(0, this.spec.argument)
    chosen.sort((a, b) => compare(this.timeOf(a), this.timeOf(b)))
    for (const position of chosen) this.appendAt(series, position)
  }

  #contenders(): number[] {
    if (this.spec.distinctBy.length === 0) return [...this.values.keys()]
    const best = new Map<string, number>()
    for (const position of this.values.keys()) {
      const id = this.#combination(position)
      const known = best.get(id)
      if (known === undefined || this.#compare(position, known) < 0) best.set(id, position)
    }
    return [...best.values()]
  }

  #combination(position: number): string {
    const { rows, row } = this.origins[position]
    return this.spec.distinctBy.map((index) => rows.columns[index].values[row]).join('\0')
  }

  #compare(a: number, b: number): number {
    return this.#isBetter(this.#candidate(a), this.#candidate(b))
      ? -1
      : this.#isBetter(this.#candidate(b), this.#candidate(a))
        ? 1
        : a - b
  }

  #candidate(position: number): Candidate {
    return { value: this.values[position], timeNs: this.timeOf(position) }
  }
}

/** N points spread evenly over the bucket's, with their own times: the engine draws no lots. */
class SampleReducer extends CollectingReducer {
  protected emit(series: SeriesBuilder): void {
    const count = Math.min(this.spec.argument, this.values.length)
    for (let i = 0; i < count; i++) this.appendAt(series, Math.floor((i * this.values.length) / count))
  }
}

/**
 * The most frequent value. Runs of equal values are walked in ascending order; of equally long ones a later run wins
 * when it began no later than the winner so far was last seen, which is what influxd does.
 */
/** Of as many false as true values, true is the mode. */
class BooleanModeReducer implements BucketReducer {
  readonly #column: number
  #trueCount = 0
  #falseCount = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const { values, validity } = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(validity, row)) continue
      if (values[row] === 0) this.#falseCount++
      else this.#trueCount++
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const isAny = this.#trueCount + this.#falseCount > 0
    if (isAny) series.append(bucketStartNs, this.#trueCount >= this.#falseCount ? 1 : 0)
    this.#trueCount = 0
    this.#falseCount = 0
  }
}

class ModeReducer extends CollectingReducer {
  protected emit(series: SeriesBuilder, bucketStartNs: bigint): void {
    const order = this.byValue()
    let mostFrequency = 0
    let mostTimeNs = this.timeOf(order[0])
    let most = this.values[order[0]]
    let frequency = 0
    let runTimeNs = mostTimeNs
    let run = most
    for (const position of order) {
      const value = this.values[position]
      if (value !== run) {
        run = value
        frequency = 1
        runTimeNs = this.timeOf(position)
        continue
      }
      frequency++
      if (mostFrequency > frequency || (mostFrequency === frequency && runTimeNs > mostTimeNs)) continue
      mostFrequency = frequency
      most = value
      mostTimeNs = this.timeOf(position)
    }
    series.append(bucketStartNs, most)
  }
}

/** Mean of the two middle values when their number is even. */
class MedianReducer implements BucketReducer {
  readonly #column: number
  #pieces: Column[] = []
  #count = 0

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const piece = validValues(rows.columns[this.#column], from, to)
    this.#pieces.push(piece)
    this.#count += piece.values.length
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#count > 0) series.append(bucketStartNs, medianOf(this.#pieces, this.#count))
    this.#pieces = []
    this.#count = 0
  }
}

/** A copy of the valid values of `[from, to)`. */
function validValues(column: Column, from: number, to: number): Column {
  assert(column.type !== 'string' && column.type !== 'boolean', 'numbers expected')
  const values = column.values.slice(from, to)
  if (column.validity === null) return { ...column, values } as Column
  let count = 0
  for (let row = from; row < to; row++) if (isValid(column.validity, row)) values[count++] = column.values[row]
  return { ...column, values: values.subarray(0, count), validity: null } as Column
}

function medianOf(pieces: readonly Column[], count: number): number {
  const sorted = concatenate(pieces, count).sort()
  const middle = count >>> 1
  const high = sorted[middle]
  if (count % 2 === 1) return Number(high)
  const low = sorted[middle - 1]
  return Number(low) + Number(difference(high, low)) / 2
}

function concatenate(pieces: readonly Column[], count: number): Float64Array | BigInt64Array | BigUint64Array {
  const type = pieces[0].type
  const all =
    type === 'float'
      ? new Float64Array(count)
      : type === 'unsigned'
        ? new BigUint64Array(count)
        : new BigInt64Array(count)
  let offset = 0
  for (const { values } of pieces) {
    ;(all as Float64Array).set(values as Float64Array, offset)
    offset += values.length
  }
  return all
}

/** Each value once, in order of the time at which it was met first, in the query's direction; then by value. */
class DistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #firstTimes = new Map<Value, bigint>()

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      const value = column.values[row]
      if (!this.#firstTimes.has(value)) this.#firstTimes.set(value, rows.times[row])
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    const entries = [...this.#firstTimes].sort((a, b) => compare(a[1], b[1]) || compare(a[0], b[0]))
    for (const [value] of entries) series.append(bucketStartNs, value)
    this.#firstTimes.clear()
  }
}

function compare(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : 0
}

class CountDistinctReducer implements BucketReducer {
  readonly #column: number
  readonly #seen = new Set<Value>()

  constructor(spec: ReduceSpec) {
    this.#column = spec.column
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.#column]
    for (let row = from; row < to; row++) if (isValid(column.validity, row)) this.#seen.add(column.values[row])
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.#seen.size > 0) series.append(bucketStartNs, BigInt(this.#seen.size))
    this.#seen.clear()
  }
}
