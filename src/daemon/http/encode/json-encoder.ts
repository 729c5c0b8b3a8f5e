/**
 * One JSON document for all statements: `{"results":[…]}` and a newline. Frames stream into it as they come; frames
 * that continue a series are joined. A statement that fails while none of its bytes have left is only its error, as
 * influxd answers; later, the error follows the series that are out already.
 */

import { HyperbyteError, type QueryEvent, type SeriesFrame } from '../../../engine/index.js'
import { ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { type ColumnView, viewColumns } from './column-view.js'
import { marshalFailure, writeResultTail, writeSeriesHead } from './json-shapes.js'
import { type ResultEncoder, rowsPerTurn } from './result-encoder.js'
import type { TimeText } from './time-text.js'
import { timeTextOf } from './time-text-of.js'
import { writeJsonRows } from './write-json-rows.js'

type EndEvent = Extract<QueryEvent, { kind: 'statement-end' }>

export class JsonEncoder implements ResultEncoder {
  readonly contentType = 'application/json'
  isFinished = false
  readonly #epochDivisor: bigint | null
  readonly #writer = new ByteWriter()
  #statementId = -1
  /** Where the current result starts in the writer, or -1 when its first bytes have left. */
  #resultStart = -1
  #isResultOpen = false
  #hasSeries = false
  #isSeriesOpen = false
  #hasRows = false
  #isSeriesPartial = false
  #isAnySent = false

  constructor(epochDivisor: bigint | null) {
    this.#epochDivisor = epochDivisor
  }

  *encode(event: QueryEvent): Iterable<Buffer> {
    this.#startResult(event.statementId)
    if (event.kind === 'statement-end') {
      this.#endResult(event)
      if (this.#writer.length >= PIECE_BYTES) yield this.#take()
      return
    }
    this.#startSeries(event.frame)
    yield* this.#writeRows(event.frame)
    this.#isSeriesPartial = event.frame.isPartial
  }

  *end(): Iterable<Buffer> {
    if (!this.isFinished) this.#writer.ascii(this.#statementId === -1 ? '{}\n' : ']}\n')
    if (this.#writer.length > 0) yield this.#take()
  }

  #startResult(statementId: number): void {
    if (this.#isResultOpen && statementId === this.#statementId) return
    // A second end of the same statement replaces the first (`not executed` after an error).
    if (statementId === this.#statementId && this.#resultStart >= 0) this.#writer.length = this.#resultStart
    else {
      this.#writer.ascii(this.#statementId === -1 ? '{"results":[' : ',')
      this.#resultStart = this.#writer.length
    }
    this.#statementId = statementId
    this.#writer.ascii(`{"statement_id":${statementId}`)
    this.#isResultOpen = true
    this.#hasSeries = false
  }

  #startSeries(frame: SeriesFrame): void {
    if (this.#isSeriesOpen) {
      if (this.#isSeriesPartial) return
      this.#endSeries()
    }
    this.#writer.ascii(this.#hasSeries ? ',' : ',"series":[')
    writeSeriesHead(this.#writer, frame)
    this.#hasSeries = true
    this.#isSeriesOpen = true
    this.#hasRows = false
  }

  *#writeRows(frame: SeriesFrame): Iterable<Buffer> {
    const columns = viewColumns(frame, this.#epochDivisor)
    const step = rowsPerTurn(columns.length)
    const time = timeTextOf(frame.timeZone)
    for (let row = 0; row < frame.rowCount; ) {
      if (!this.#hasRows) this.#writer.ascii(',"values":[')
      row = this.#tryRows(columns, time, row, Math.min(row + step, frame.rowCount))
      if (this.isFinished) return
      this.#hasRows = true
      if (this.#writer.length >= PIECE_BYTES) yield this.#take()
    }
  }

  #tryRows(columns: readonly ColumnView[], time: TimeText, from: number, to: number): number {
    try {
      return writeJsonRows(this.#writer, columns, time, from, to, !this.#hasRows)
    } catch (error) {
      if (!(error instanceof HyperbyteError)) throw error
      this.#fail(error.message)
      return to
    }
  }

  /** A value that JSON has no text for makes the whole body plain text; once bytes have left, the document is closed. */
  #fail(reason: string): void {
    this.isFinished = true
    if (!this.#isAnySent) {
      this.#writer.length = 0
      this.#writer.utf8(`${marshalFailure(reason)}\n`)
      return
    }
    this.#hasRows = true
    this.#endSeries()
    this.#writer.ascii(']')
    writeResultTail(this.#writer, [], false, reason)
    this.#writer.ascii(']}\n')
  }

  #endResult(event: EndEvent): void {
    if (event.error !== null && this.#hasSeries && this.#resultStart >= 0) {
      this.#writer.length = this.#resultStart
      this.#writer.ascii(`{"statement_id":${event.statementId}`)
      this.#isSeriesOpen = false
    } else {
      if (this.#isSeriesOpen) this.#endSeries()
      if (this.#hasSeries) this.#writer.ascii(']')
    }
    writeResultTail(this.#writer, event.messages, false, event.error)
    this.#isResultOpen = false
  }

  #endSeries(): void {
    if (this.#hasRows) this.#writer.ascii(']')
    this.#writer.ascii(this.#isSeriesPartial ? ',"partial":true}' : '}')
    this.#isSeriesOpen = false
    this.#isSeriesPartial = false
  }

  #take(): Buffer {
    this.#resultStart = -1
    this.#isAnySent = true
    return this.#writer.take()
  }
}
