/**
 * Cuts query events into whole results, for formats that must say a count before the items. Chunked: as influxd sends
 * them, `chunkSize` rows of a series at a time with `partial` until the last. Merged: one result per statement. Frames
 * are referred to, not copied.
 */

import type { QueryEvent, ResultMessage, SeriesFrame } from '../../../engine/index.js'

export interface FrameSlice {
  readonly frame: SeriesFrame
  readonly from: number
  readonly to: number
}

export interface SeriesPart {
  readonly slices: FrameSlice[]
  rowCount: number
  isPartial: boolean
}

export interface ResultDocument {
  readonly statementId: number
  readonly series: readonly SeriesPart[]
  readonly messages: readonly ResultMessage[]
  readonly isPartial: boolean
  readonly error: string | null
}

const NO_MESSAGES: readonly ResultMessage[] = []

export class DocumentCutter {
  /** null: merged. */
  readonly #chunkSize: number | null
  #series: SeriesPart[] = []
  #isSeriesPartial = false
  #isWhole = false
  #hasDocuments = false

  constructor(chunkSize: number | null) {
    this.#chunkSize = chunkSize
  }

  /** The results that `event` completes. */
  *push(event: QueryEvent): Iterable<ResultDocument> {
    if (event.kind === 'frame') yield* this.#pushFrame(event.statementId, event.frame)
    else yield* this.#endStatement(event.statementId, event.messages, event.error)
  }

  *#pushFrame(statementId: number, frame: SeriesFrame): Iterable<ResultDocument> {
    const delivery = this.#chunkSize === null ? 'whole' : (frame.delivery ?? 'rows')
    const chunkSize = delivery === 'rows' ? (this.#chunkSize ?? 0) : Number.POSITIVE_INFINITY
    if (this.#series.length > 0 && !this.#isSeriesPartial && !this.#isWhole) {
      yield this.#document(statementId, NO_MESSAGES, delivery === 'rows')
    }
    this.#isWhole = delivery === 'whole'
    if (!this.#isSeriesPartial || this.#series.length === 0) this.#startSeries()
    for (let row = 0; row < frame.rowCount || row === 0; ) {
      let part = this.#series[this.#series.length - 1]
      if (part.rowCount >= chunkSize) {
        part.isPartial = true
        yield this.#document(statementId, NO_MESSAGES, true)
        part = this.#startSeries()
      }
      const to = Math.min(frame.rowCount, row + chunkSize - part.rowCount)
      part.slices.push({ frame, from: row, to })
      part.rowCount += to - row
      if (to === row) break
      row = to
    }
    this.#isSeriesPartial = frame.isPartial
  }

  *#endStatement(
    statementId: number,
    messages: readonly ResultMessage[],
    error: string | null,
  ): Iterable<ResultDocument> {
    if (error !== null) this.#series = []
    const open = this.#series[this.#series.length - 1]
    // Only a row limit ends a statement inside a series.
    if (open !== undefined && this.#isSeriesPartial) open.isPartial = true
    if (open !== undefined || error !== null || !this.#hasDocuments) {
      yield { ...this.#document(statementId, messages, false), error }
    }
    this.#hasDocuments = false
    this.#isSeriesPartial = false
    this.#isWhole = false
  }

  #startSeries(): SeriesPart {
    const part: SeriesPart = { slices: [], rowCount: 0, isPartial: false }
    this.#series.push(part)
    return part
  }

  #document(statementId: number, messages: readonly ResultMessage[], isPartial: boolean): ResultDocument {
    const series = this.#series
    this.#series = []
    this.#hasDocuments = true
    return { statementId, series, messages, isPartial, error: null }
  }
}
