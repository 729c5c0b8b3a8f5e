/** Percentile, top, bottom and sample: all values of the bucket with the rows they came from. */

import { isValid } from '../../../domain/column.js'
import { type Candidate, IS_BETTER, type IsBetter } from '../choose-row.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder, Value } from '../series-builder.js'
import { appendRow, type BucketReducer, compare, type ReduceSpec } from './bucket-reducer.js'

/** Collects the open bucket's values with where they came from, for functions that need them all. */
export abstract class CollectingReducer implements BucketReducer {
  protected readonly spec: ReduceSpec
  protected values: Value[] = []
  /** Where each value came from: its piece and its row there. */
  #pieces: Rows[] = []
  #rowNumbers: number[] = []

  constructor(spec: ReduceSpec) {
    this.spec = spec
  }

  add(rows: Rows, from: number, to: number): void {
    const column = rows.columns[this.spec.column]
    for (let row = from; row < to; row++) {
      if (!isValid(column.validity, row)) continue
      this.values.push(column.values[row])
      this.#pieces.push(rows)
      this.#rowNumbers.push(row)
    }
  }

  close(series: SeriesBuilder, bucketStartNs: bigint): void {
    if (this.values.length === 0) return
    this.emit(series, bucketStartNs)
    this.values = []
    this.#pieces = []
    this.#rowNumbers = []
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
    const { rows, row } = this.originOf(position)
    series.appendFrom(rows.times[row], this.values[position], rows, row)
  }

  protected originOf(position: number): { readonly rows: Rows; readonly row: number } {
    return { rows: this.#pieces[position], row: this.#rowNumbers[position] }
  }

  protected timeOf(position: number): bigint {
    return this.#pieces[position].times[this.#rowNumbers[position]]
  }
}

export class PercentileReducer extends CollectingReducer {
  protected emit(series: SeriesBuilder, bucketStartNs: bigint): void {
    const rank = Math.floor((this.values.length * this.spec.argument) / 100 + 0.5) - 1
    if (rank < 0 || rank >= this.values.length) return
    const { rows, row } = this.originOf(this.byValue()[rank])
    appendRow(series, this.spec, rows, row, bucketStartNs)
  }
}

/**
 * top and bottom: the N greatest or least points of the bucket, the earlier of equals, in time order with their own
 * times. With tags, only the best point of each combination of their values takes part.
 */
export class RankedReducer extends CollectingReducer {
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
    const { distinctBy } = this.spec
    if (distinctBy === null) return [...this.values.keys()]
    const best = new Map<string, number>()
    for (const position of this.values.keys()) {
      const id = this.#combination(distinctBy, position)
      const known = best.get(id)
      if (known === undefined || this.#compare(position, known) < 0) best.set(id, position)
    }
    return [...best.values()]
  }

  #combination(distinctBy: readonly number[], position: number): string {
    const { rows, row } = this.originOf(position)
    return distinctBy.map((index) => rows.columns[index].values[row]).join('\0')
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
export class SampleReducer extends CollectingReducer {
  protected emit(series: SeriesBuilder): void {
    const count = Math.min(this.spec.argument, this.values.length)
    for (let i = 0; i < count; i++) this.appendAt(series, Math.floor((i * this.values.length) / count))
  }
}
