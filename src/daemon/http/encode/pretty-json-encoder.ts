/**
 * `pretty=true`: what another encoder writes, laid out as Go's json.MarshalIndent does with four spaces. Works on bytes
 * as they pass: outside strings, brackets and commas break lines, a colon gets a space; empty brackets stay closed.
 */

import type { QueryEvent } from '../../../engine/index.js'
import { ByteWriter } from './byte-writer.js'
import type { ResultEncoder } from './result-encoder.js'

const QUOTE = 34
const BACKSLASH = 92
const NEWLINE = 10
const SPACE = 32
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

export class PrettyJsonEncoder implements ResultEncoder {
  readonly contentType: string
  readonly #inner: ResultEncoder
  readonly #writer = new ByteWriter()
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** After an opening bracket: its line break waits for the first item. */
  #isJustOpened = false

  constructor(inner: ResultEncoder) {
    this.#inner = inner
    this.contentType = inner.contentType
  }

  get isFinished(): boolean {
    return this.#inner.isFinished
  }

  *encode(event: QueryEvent): Iterable<Buffer> {
    for (const piece of this.#inner.encode(event)) yield this.#indent(piece)
  }

  *end(): Iterable<Buffer> {
    for (const piece of this.#inner.end()) yield this.#indent(piece)
  }

  #indent(piece: Buffer): Buffer {
    // The text of an encoding that failed is no JSON, and starts like none.
    if (this.#depth === 0 && !this.#isInString && piece.length > 0 && piece[0] !== OPEN_OBJECT) return piece
    for (const byte of piece) this.#indentByte(byte)
    return this.#writer.take()
  }

  #indentByte(byte: number): void {
    const writer = this.#writer
    if (this.#isInString) {
      writer.byte(byte)
      if (this.#isEscaped) this.#isEscaped = false
      else if (byte === BACKSLASH) this.#isEscaped = true
      else if (byte === QUOTE) this.#isInString = false
      return
    }
    const isClosing = byte === CLOSE_LIST || byte === CLOSE_OBJECT
    if (isClosing) {
      this.#depth--
      if (!this.#isJustOpened) this.#breakLine()
      this.#isJustOpened = false
      writer.byte(byte)
      return
    }
    if (this.#isJustOpened) {
      this.#isJustOpened = false
      this.#breakLine()
    }
    writer.byte(byte)
    switch (byte) {
      case QUOTE:
        this.#isInString = true
        break
      case COMMA:
        this.#breakLine()
        break
      case COLON:
        writer.byte(SPACE)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        this.#depth++
        this.#isJustOpened = true
    }
  }

  #breakLine(): void {
    const writer = this.#writer
    writer.reserve(1 + this.#depth * 4)
    writer.bytes[writer.length++] = NEWLINE
    for (let i = this.#depth * 4; i > 0; i--) writer.bytes[writer.length++] = SPACE
  }
}
