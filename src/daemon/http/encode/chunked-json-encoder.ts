/**
 * `chunked=true`: one JSON document and a newline per result. SELECT rows are cut at `chunkSize` rows of a series;
 * `partial` on the series says that the series goes on, on the result that the statement does. Other statements keep
 * their frames whole, all in one document or each in its own, as influxd sends them.
 */

import { HyperbyteError, type QueryEvent, type ResultMessage, type SeriesFrame } from '../../../engine/index.js'
import { ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { viewColumns } from './column-view.js'
import { marshalFailure, writeResultTail, writeSeriesHead } from './json-shapes.js'
import { type ResultEncoder, rowsPerTurn } from './result-encoder.js'
import { timeTextOf } from './time-text-of.js'
import { writeJsonRows } from './write-json-rows.js'

/** Chunks are for seeing rows early: those of a slow query do not wait for a full piece. */
const SEND_INTERVAL_MS = 20

const NO_MESSAGES: readonly ResultMessage[] = []

export class ChunkedJsonEncoder implements ResultEncoder {
  readonly contentType = 'application/json'
  readonly isFinished = false
  readonly #epochDivisor: bigint | null
  readonly #chunkSize: number
  readonly #writer = new ByteWriter()
  /** Where the open document starts in the writer, or -1 when its first bytes have left. */
  #documentStart = 0
  #isOpen = false
  #isWhole = false
  #rowCount = 0
  #isSeriesPartial = false
  #sentMs = performance.now()
  /** A document of this statement has been closed. */
  #hasDocuments = false

  constructor(epochDivisor: bigint | null, chunkSize: number) {
    this.#epochDivisor = epochDivisor
    this.#chunkSize = chunkSize
  }

  *encode(event: QueryEvent): Iterable<Buffer> {
    if (event.kind === 'statement-end') this.#endStatement(event.statementId, event.messages, event.error)
    else yield* this.#encodeFrame(event.statementId, event.frame)
    const isDue = performance.now() - this.#sentMs > SEND_INTERVAL_MS
    if (this.#writer.length >= PIECE_BYTES || (isDue && this.#writer.length > 0)) yield this.#take()
  }

  *end(): Iterable<Buffer> {
    if (this.#writer.length > 0) yield this.#take()
  }

  *#encodeFrame(statementId: number, frame: SeriesFrame): Iterable<Buffer> {
    const delivery = frame.delivery ?? 'rows'
    const chunkSize = delivery === 'rows' ? this.#chunkSize : Number.POSITIVE_INFINITY
    if (this.#isOpen && !this.#isSeriesPartial) {
      if (this.#isWhole) this.#startNextSeries(frame)
      else this.#endDocument(NO_MESSAGES, false, delivery === 'rows')
    }
    const columns = viewColumns(frame, this.#epochDivisor)
    const time = timeTextOf(frame.timeZone)
    const step = rowsPerTurn(columns.length)
    if (!this.#isOpen) this.#startDocument(statementId, frame, delivery === 'whole')
    for (let row = 0; row < frame.rowCount; ) {
      if (this.#rowCount >= chunkSize) {
        this.#endDocument(NO_MESSAGES, true, true)
        this.#startDocument(statementId, frame, false)
      }
      let end = Math.min(row + step, frame.rowCount, row + chunkSize - this.#rowCount)
      if (this.#rowCount === 0) this.#writer.ascii(',"values":[')
      try {
        end = writeJsonRows(this.#writer, columns, time, row, end, this.#rowCount === 0)
      } catch (error) {
        if (!(error instanceof HyperbyteError)) throw error
        this.#failDocument(error.message)
        return
      }
      this.#rowCount += end - row
      row = end
      if (this.#writer.length >= PIECE_BYTES) yield this.#take()
    }
    this.#isSeriesPartial = frame.isPartial
  }

  #startDocument(statementId: number, frame: SeriesFrame, isWhole: boolean): void {
    this.#documentStart = this.#writer.length
    this.#writer.ascii(`{"results":[{"statement_id":${statementId},"series":[`)
    writeSeriesHead(this.#writer, frame)
    this.#isOpen = true
    this.#isWhole = isWhole
    this.#rowCount = 0
  }

  #startNextSeries(frame: SeriesFrame): void {
    this.#writer.ascii(this.#rowCount > 0 ? ']},' : '},')
    writeSeriesHead(this.#writer, frame)
    this.#rowCount = 0
  }

  #endDocument(messages: readonly ResultMessage[], isSeriesPartial: boolean, isResultPartial: boolean): void {
    if (this.#rowCount > 0) this.#writer.ascii(']')
    this.#writer.ascii(isSeriesPartial ? ',"partial":true}]' : '}]')
    writeResultTail(this.#writer, messages, isResultPartial, null)
    this.#writer.ascii(']}\n')
    this.#isOpen = false
    this.#hasDocuments = true
  }

  #endStatement(statementId: number, messages: readonly ResultMessage[], error: string | null): void {
    if (this.#isOpen && error !== null) this.#abandonDocument()
    if (this.#isOpen) {
      this.#endDocument(messages, false, false)
    } else if (error !== null || !this.#hasDocuments) {
      this.#writer.ascii(`{"results":[{"statement_id":${statementId}`)
      writeResultTail(this.#writer, messages, false, error)
      this.#writer.ascii(']}\n')
    }
    this.#hasDocuments = false
    this.#isSeriesPartial = false
  }

  /** Rows of a chunk that a failing statement did not finish are not sent, unless their first bytes have left. */
  #abandonDocument(): void {
    if (this.#documentStart < 0) this.#endDocument(NO_MESSAGES, true, true)
    else this.#writer.length = this.#documentStart
    this.#isOpen = false
  }

  #failDocument(reason: string): void {
    if (this.#documentStart >= 0) {
      this.#writer.length = this.#documentStart
      this.#writer.utf8(`${marshalFailure(reason)}\n`)
      this.#isOpen = false
      this.#hasDocuments = true
    } else {
      this.#rowCount = Math.max(1, this.#rowCount)
      this.#endDocument(NO_MESSAGES, false, true)
    }
    this.#isSeriesPartial = false
  }

  #take(): Buffer {
    if (this.#isOpen) this.#documentStart = -1
    this.#sentMs = performance.now()
    return this.#writer.take()
  }
}
