/**
 * Line protocol to columns, in slices so that the caller can let others run in between. Good lines become rows of the
 * batch, bad ones errors in InfluxDB's words, and points that may not be stored are counted with their reason.
 *
 * A series is added to the table as soon as a line names it, whether or not the batch is stored in the end: tables of
 * keys are cheap, and only stored points make a series visible to queries.
 */

import type { ParsedPoints, PointParser } from '../domain/parsed-points.js'
import { PointBatchBuilder } from '../domain/point-batch-builder.js'
import { PointDrops } from '../domain/point-drops.js'
import { NANOSECONDS_PER, type Precision } from '../domain/precision.js'
import { floorToInterval } from '../domain/time-range.js'
import type { MemorySeriesTable } from '../metadata/memory-series-table.js'
import { HASH, NEWLINE, skipBlanks } from './bytes.js'
import { decodeBytes } from './decode-bytes.js'
import { LineContext, parseKnownLine } from './parse-known-line.js'
import { parseLine } from './parse-line.js'
import { scanLine } from './scan-line.js'
import { LineFault } from './scan-point.js'

/** Text of errors kept for one body: more than any client shows, and little next to the largest body. */
const ERROR_TEXT_MAX = 1 << 20

/** Shortest line of the kind this database is made for; only sizes the first arrays. */
const LINE_BYTES_MIN = 16
const ROW_COUNT_HINT_MAX = 8192
/** Lines differ in length; room for an eighth more costs less than growing every column when the first line was long. */
const ROW_COUNT_SLACK = 1.125

export interface LineProtocolOptions {
  readonly table: MemorySeriesTable
  readonly precision: Precision
  /** For lines without a timestamp, truncated to the precision. */
  readonly nowNs: bigint
}

export class LineProtocolParser implements PointParser {
  readonly #context: LineContext
  readonly #batch = new PointBatchBuilder()
  readonly #drops = new PointDrops()
  readonly #errors: string[] = []
  #errorText = 0
  #faultyCount = 0
  #pos = 0
  /** Lines that start before this position have a newline ahead. */
  readonly #lastNewline: number

  constructor(body: Uint8Array, options: LineProtocolOptions) {
    const unitNs = NANOSECONDS_PER[options.precision]
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
    this.#context = new LineContext(bytes, options.table, unitNs, floorToInterval(options.nowNs, unitNs))
    this.#lastNewline = body.lastIndexOf(NEWLINE)
  }

  /** Parses about `byteCount` more bytes, whole lines; true when the body is at its end. */
  parseSlice(byteCount: number): boolean {
    const { body } = this.#context
    const stop = Math.min(body.length, this.#pos + byteCount)
    let pos = this.#pos
    while (pos < stop) {
      const next = pos < this.#lastNewline ? parseKnownLine(this.#context, pos) : -1
      pos = next >= 0 ? next : this.#parseExactly(pos)
    }
    this.#pos = pos
    return pos >= body.length
  }

  /** To be called once, when the body is at its end. */
  finish(): ParsedPoints {
    return {
      batch: this.#batch.finish(),
      errors: this.#errors,
      faultyCount: this.#faultyCount,
      droppedCount: this.#drops.count,
      dropReason: this.#drops.reason,
    }
  }

  /** Start of the next line. */
  #parseExactly(lineStart: number): number {
    const { body } = this.#context
    const end = scanLine(body, lineStart)
    const start = skipBlanks(body, lineStart, end)
    if (start < end && body[start] !== HASH) {
      try {
        const rowCount = (body.length - lineStart) / Math.max(LINE_BYTES_MIN, end - lineStart)
        const rowCountHint = Math.min(Math.ceil(rowCount * ROW_COUNT_SLACK), ROW_COUNT_HINT_MAX)
        parseLine(this.#context, this.#batch, this.#drops, start, end, rowCountHint)
      } catch (error) {
        if (!(error instanceof LineFault)) throw error
        this.#addError(start, end, error.reason)
      }
    }
    return end + 1
  }

  #addError(start: number, end: number, reason: string): void {
    this.#faultyCount++
    if (this.#errorText >= ERROR_TEXT_MAX) return
    const room = ERROR_TEXT_MAX - this.#errorText
    const line = decodeBytes(this.#context.body, start, Math.min(end, start + room))
    const text = `unable to parse '${line}${end - start > room ? '…' : ''}': ${reason.slice(0, ERROR_TEXT_MAX)}`
    this.#errorText += text.length
    this.#errors.push(text)
  }
}

/** All at once. */
export function parseLineProtocol(body: Uint8Array, options: LineProtocolOptions): ParsedPoints {
  const parser = new LineProtocolParser(body, options)
  parser.parseSlice(body.length)
  return parser.finish()
}
