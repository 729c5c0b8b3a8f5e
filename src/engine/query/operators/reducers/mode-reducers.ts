/** The most frequent value, with ties broken as influxd breaks them. */

import { isValid } from '../../../domain/column.js'
import type { Rows } from '../rows.js'
import type { SeriesBuilder } from '../series-builder.js'
import type { BucketReducer, ReduceSpec } from './bucket-reducer.js'
import { CollectingReducer } from './collecting-reducers.js'

/**
 * The most frequent value. Runs of equal values are walked in ascending order; of equally long ones a later run wins
 * when it began no later than the winner so far was last seen, which is what influxd does.
 */
/** Of as many false as true values, true is the mode. */
export class BooleanModeReducer implements BucketReducer {
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

export class ModeReducer extends CollectingReducer {
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
