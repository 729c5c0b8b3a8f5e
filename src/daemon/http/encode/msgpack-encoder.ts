/**
 * MessagePack, byte for byte as InfluxDB's: maps in its field order, `series` also when empty, `values` always, times as
 * extension 5 (8 bytes of seconds, 4 of nanoseconds, big endian), integers in the smallest signed form. Counts come
 * before items, so an answer that is not chunked starts when its last statement is done.
 */

import type { QueryEvent } from '../../../engine/index.js'
import { ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { viewColumns } from './column-view.js'
import { DocumentCutter, type ResultDocument, type SeriesPart } from './result-documents.js'
import { type ResultEncoder, rowsPerTurn } from './result-encoder.js'
import { writeArrayHead, writeInteger, writeMapHead, writeMsgpackRows, writeText } from './write-msgpack.js'

const TRUE = 0xc3

export class MsgpackEncoder implements ResultEncoder {
  /** Without parameters: python-influxdb compares it whole. */
  readonly contentType = 'application/x-msgpack'
  readonly isFinished = false
  readonly #epochDivisor: bigint | null
  readonly #isChunked: boolean
  readonly #cutter: DocumentCutter
  readonly #writer = new ByteWriter()
  #results: ResultDocument[] = []

  constructor(epochDivisor: bigint | null, chunkSize: number | null) {
    this.#epochDivisor = epochDivisor
    this.#isChunked = chunkSize !== null
    this.#cutter = new DocumentCutter(chunkSize)
  }

  *encode(event: QueryEvent): Iterable<Buffer> {
    for (const document of this.#cutter.push(event)) {
      // A second end of the same statement replaces the first.
      if (!this.#isChunked && this.#results.at(-1)?.statementId === document.statementId) this.#results.pop()
      this.#results.push(document)
      if (this.#isChunked) yield* this.#writeResponse()
    }
  }

  *end(): Iterable<Buffer> {
    if (!this.#isChunked) yield* this.#writeResponse()
    if (this.#writer.length > 0) yield this.#writer.take()
  }

  *#writeResponse(): Iterable<Buffer> {
    const writer = this.#writer
    writeMapHead(writer, 1)
    writeText(writer, 'results')
    writeArrayHead(writer, this.#results.length)
    for (const result of this.#results) yield* this.#writeResult(result)
    this.#results = []
  }

  *#writeResult(result: ResultDocument): Iterable<Buffer> {
    const writer = this.#writer
    if (result.error !== null) {
      writeMapHead(writer, 1)
      writeText(writer, 'error')
      writeText(writer, result.error)
      return
    }
    writeMapHead(writer, 2 + (result.messages.length > 0 ? 1 : 0) + (result.isPartial ? 1 : 0))
    writeText(writer, 'statement_id')
    writeInteger(writer, result.statementId)
    if (result.messages.length > 0) {
      writeText(writer, 'messages')
      writeArrayHead(writer, result.messages.length)
      for (const message of result.messages) {
        writeMapHead(writer, 2)
        writeText(writer, 'level')
        writeText(writer, message.level)
        writeText(writer, 'text')
        writeText(writer, message.text)
      }
    }
    writeText(writer, 'series')
    writeArrayHead(writer, result.series.length)
    for (const part of result.series) yield* this.#writeSeries(part)
    if (result.isPartial) {
      writeText(writer, 'partial')
      writer.byte(TRUE)
    }
  }

  *#writeSeries(part: SeriesPart): Iterable<Buffer> {
    const writer = this.#writer
    const { name, tags, columns } = part.slices[0].frame
    const hasTags = tags !== null && tags.length > 0
    writeMapHead(writer, 2 + (name === '' ? 0 : 1) + (hasTags ? 1 : 0) + (part.isPartial ? 1 : 0))
    if (name !== '') {
      writeText(writer, 'name')
      writeText(writer, name)
    }
    if (hasTags) {
      writeText(writer, 'tags')
      writeMapHead(writer, tags.length)
      for (const [key, value] of tags) {
        writeText(writer, key)
        writeText(writer, value)
      }
    }
    writeText(writer, 'columns')
    writeArrayHead(writer, columns.length)
    for (const column of columns) writeText(writer, column.name)
    writeText(writer, 'values')
    writeArrayHead(writer, part.rowCount)
    for (const { frame, from, to } of part.slices) {
      const views = viewColumns(frame, this.#epochDivisor)
      const step = rowsPerTurn(views.length)
      for (let row = from; row < to; ) {
        row = writeMsgpackRows(writer, views, row, Math.min(row + step, to))
        if (writer.length >= PIECE_BYTES) yield writer.take()
      }
    }
    if (part.isPartial) {
      writeText(writer, 'partial')
      writer.byte(TRUE)
    }
  }
}
