/**
 * Functions that make one or several points of a bucket: count, sum, mean, the selectors, and those that need all
 * values at once. A reducer is fed the rows of a bucket in one or more pieces, then closes the bucket, which appends
 * to a series; so a group larger than memory's share passes through piece by piece.
 *
 * Semantics are influxd 1.6.7's: a bucket without values gives no point; standard deviation of one value is NaN,
 * which an answer shows as null; integer sums wrap; percentile is nearest rank.
 */

import type { ColumnType } from '../../domain/column.js'
import type { RowBuckets } from './bucket-rows.js'
import type { BucketReducer, ReduceFunction, ReduceSpec } from './reducers/bucket-reducer.js'
import { PercentileReducer, RankedReducer, SampleReducer } from './reducers/collecting-reducers.js'
import { MedianReducer, StddevReducer } from './reducers/deviation-reducers.js'
import { CountDistinctReducer, DistinctReducer } from './reducers/distinct-reducers.js'
import { BooleanModeReducer, ModeReducer } from './reducers/mode-reducers.js'
import { SelectorReducer } from './reducers/selector-reducer.js'
import { CountReducer, FloatSumReducer, IntegerSumReducer, SpreadReducer } from './reducers/sum-reducers.js'
import type { Rows, Series } from './rows.js'
import { SeriesBuilder } from './series-builder.js'

export function isReduceFunction(name: string): name is ReduceFunction {
  return Object.hasOwn(BUCKET_REDUCERS, name)
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
