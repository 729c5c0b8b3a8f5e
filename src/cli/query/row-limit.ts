/**
 * `--max-rows`: lets so many rows of an answer through, those of all statements together. `isPassed` says that there was at
 * least one more; whoever reads then stops, which ends the query where it runs.
 */

import type { AnswerResult, AnswerSeries, QueryAnswer } from '../../client/query-answer.js'

export class RowLimit {
  readonly rowCountMax: number
  #isPassed = false
  #leftCount: number

  constructor(rowCountMax: number) {
    this.rowCountMax = rowCountMax
    this.#leftCount = rowCountMax
  }

  static none(): RowLimit {
    return new RowLimit(Number.POSITIVE_INFINITY)
  }

  get isPassed(): boolean {
    return this.#isPassed
  }

  /** How many of the next `rowCount` rows may be shown. */
  take(rowCount: number): number {
    const taken = Math.min(rowCount, this.#leftCount)
    this.#leftCount -= taken
    if (taken < rowCount) this.#isPassed = true
    return taken
  }

  /** What goes beyond is left out, and the series that is cut short says so as a server's own limit would: `partial`. */
  async *cut(answers: AsyncIterable<QueryAnswer>): AsyncGenerator<QueryAnswer> {
    for await (const answer of answers) {
      yield { ...answer, ...(answer.results && { results: this.#cutResults(answer.results) }) }
      if (this.#isPassed) return
    }
  }

  #cutResults(results: readonly AnswerResult[]): AnswerResult[] {
    const shown: AnswerResult[] = []
    for (const result of results) {
      if (this.#isPassed) break
      shown.push(result.series === undefined ? result : { ...result, series: this.#cutSeries(result.series) })
    }
    return shown
  }

  #cutSeries(list: readonly AnswerSeries[]): AnswerSeries[] {
    const shown: AnswerSeries[] = []
    for (const series of list) {
      if (this.#isPassed) break
      const { values = [] } = series
      const count = this.take(values.length)
      if (count === values.length) shown.push(series)
      else if (count > 0) shown.push({ ...series, values: values.slice(0, count), partial: true })
    }
    return shown
  }
}
