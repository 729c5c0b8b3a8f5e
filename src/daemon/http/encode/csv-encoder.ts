/**
 * CSV: `name,tags,<columns>`, a header per statement and wherever the columns change, a blank line before each header
 * but the first. Times are integers. Statements without series, and errors, leave nothing behind, as in InfluxDB.
 */

import type { QueryEvent, SeriesFrame } from '../../../engine/index.js'
import { ByteWriter, PIECE_BYTES } from './byte-writer.js'
import { viewColumns } from './column-view.js'
import { csvField } from './csv-field.js'
import { type ResultEncoder, rowsPerTurn } from './result-encoder.js'
import { writeCsvRows } from './write-csv-rows.js'

export class CsvEncoder implements ResultEncoder {
  readonly contentType: string
  readonly isFinished = false
  readonly #epochDivisor: bigint | null
  readonly #isChunked: boolean
  readonly #writer = new ByteWriter()
  /** The last statement that had series. */
  #statementId = -1
  #columnNames: readonly string[] = []
  /** Where the current statement starts and what came before it; -1 when its first bytes have left. */
  #statementStart = -1
  #previousStatementId = -1

  constructor(options: { contentType: string; epochDivisor: bigint | null; isChunked: boolean }) {
    this.contentType = options.contentType
    this.#epochDivisor = options.epochDivisor
    this.#isChunked = options.isChunked
  }

  *encode(event: QueryEvent): Iterable<Buffer> {
    if (event.kind === 'statement-end') {
      if (event.error !== null && event.statementId === this.#statementId) this.#forgetStatement()
      return
    }
    const { frame } = event
    this.#writeHeader(event.statementId, frame)
    const columns = viewColumns(frame, this.#epochDivisor)
    const prefix = Buffer.from(`${csvField(frame.name)},${csvField(tagsText(frame))},`)
    const step = rowsPerTurn(columns.length)
    for (let row = 0; row < frame.rowCount; ) {
      row = writeCsvRows(this.#writer, columns, prefix, row, Math.min(row + step, frame.rowCount))
      if (this.#writer.length >= PIECE_BYTES) yield this.#take()
    }
  }

  *end(): Iterable<Buffer> {
    if (this.#writer.length > 0) yield this.#take()
  }

  #writeHeader(statementId: number, frame: SeriesFrame): void {
    const names = frame.columns.map((column) => column.name)
    const isNewStatement = statementId !== this.#statementId
    const isComparable = !this.#isChunked || frame.delivery === 'whole'
    if (!isNewStatement && !(isComparable && names.join() !== this.#columnNames.join())) return
    if (isNewStatement) {
      this.#previousStatementId = this.#statementId
      this.#statementStart = this.#writer.length
    }
    const isFirst = this.#statementId === -1
    this.#statementId = statementId
    this.#columnNames = names
    this.#writer.utf8(`${isFirst ? '' : '\n'}${['name', 'tags', ...names].map(csvField).join()}\n`)
  }

  #forgetStatement(): void {
    if (this.#statementStart === -1) return
    this.#writer.length = this.#statementStart
    this.#statementId = this.#previousStatementId
  }

  #take(): Buffer {
    this.#statementStart = -1
    return this.#writer.take()
  }
}

/** `k=v,k2=v2`, escaped as in a series key; tags without a value are left out. */
function tagsText({ tags }: SeriesFrame): string {
  if (tags === null) return ''
  const pairs = tags.filter(([, value]) => value !== '')
  return pairs.map(([key, value]) => `${escapeTag(key)}=${escapeTag(value)}`).join()
}

function escapeTag(text: string): string {
  return text.replace(/[,= ]/g, '\\$&')
}
