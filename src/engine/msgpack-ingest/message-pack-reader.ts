/**
 * Pulls values out of MessagePack bytes one by one, each as the type the caller expects. No tree of objects is built, so
 * a body costs no more memory than what is made of it, however it is nested; lengths are checked against the bytes that
 * are left before anyone relies on them. 64-bit integers stay exact: beyond 2^53 they are bigints.
 */

import { isUtf8 } from 'node:buffer'

/** What the bytes at hand are not. The reason is for the client. */
export class MessagePackFault {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

export type MessagePackKind =
  | 'nil'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'string'
  | 'binary'
  | 'array'
  | 'map'
  | 'extension'

const NIL = 0xc0
const FALSE = 0xc2
const TRUE = 0xc3
const BIN_8 = 0xc4
const EXT_8 = 0xc7
const FLOAT_32 = 0xca
const FLOAT_64 = 0xcb
const UINT_8 = 0xcc
const INT_64 = 0xd3
const FIXEXT_1 = 0xd4
const STR_8 = 0xd9
const ARRAY_16 = 0xdc
const MAP_16 = 0xde

const TWO_32 = 2 ** 32

export class MessagePackReader {
  readonly #body: Buffer
  #pos = 0

  constructor(body: Uint8Array) {
    this.#body = Buffer.from(body.buffer, body.byteOffset, body.length)
  }

  get position(): number {
    return this.#pos
  }

  get isAtEnd(): boolean {
    return this.#pos >= this.#body.length
  }

  /** Of the value at hand. */
  kind(): MessagePackKind {
    const head = this.#peek()
    if (head < 0x80 || head >= 0xe0) return 'integer'
    if (head < 0x90) return 'map'
    if (head < 0xa0) return 'array'
    if (head < NIL) return 'string'
    if (head === NIL) return 'nil'
    if (head === FALSE || head === TRUE) return 'boolean'
    if (head >= BIN_8 && head < EXT_8) return 'binary'
    if ((head >= EXT_8 && head < FLOAT_32) || (head >= FIXEXT_1 && head < STR_8)) return 'extension'
    if (head === FLOAT_32 || head === FLOAT_64) return 'float'
    if (head >= UINT_8 && head <= INT_64) return 'integer'
    if (head >= STR_8 && head < ARRAY_16) return 'string'
    if (head === ARRAY_16 || head === ARRAY_16 + 1) return 'array'
    if (head >= MAP_16) return 'map'
    throw new MessagePackFault(`byte 0x${head.toString(16)} at offset ${this.#pos} begins no value`)
  }

  /** To a position seen before. */
  seek(position: number): void {
    this.#pos = position
  }

  /** Passes one value with all that is in it; how deep it is does not matter. */
  skip(): void {
    for (let remaining = 1; remaining > 0; remaining--) {
      switch (this.kind()) {
        case 'nil':
        case 'boolean':
          this.#pos++
          break
        case 'integer':
          this.readInteger()
          break
        case 'float':
          this.readFloat()
          break
        case 'string':
          this.#takeString()
          break
        case 'binary':
          this.readBinary()
          break
        case 'extension':
          this.readExtension()
          break
        case 'array':
          remaining += this.readArrayLength()
          break
        case 'map':
          remaining += 2 * this.readMapLength()
      }
    }
  }

  /** Whether there was a nil, which is then passed. */
  skipNil(): boolean {
    if (this.#peek() !== NIL) return false
    this.#pos++
    return true
  }

  readBoolean(): boolean {
    this.#expect('boolean')
    return this.#body[this.#pos++] === TRUE
  }

  /** A bigint only where a number would not be exact. */
  readInteger(): number | bigint {
    this.#expect('integer')
    const head = this.#body[this.#pos]
    if (head < 0x80) return this.#body[this.#pos++]
    if (head >= 0xe0) return this.#body.readInt8(this.#pos++)
    const isSigned = head > UINT_8 + 3
    const width = 1 << ((head - UINT_8) & 3)
    const at = this.#take(1 + width) + 1
    if (width < 8) return isSigned ? this.#body.readIntBE(at, width) : this.#body.readUIntBE(at, width)
    const high = isSigned ? this.#body.readInt32BE(at) : this.#body.readUInt32BE(at)
    const value = high * TWO_32 + this.#body.readUInt32BE(at + 4)
    if (Number.isSafeInteger(value)) return value
    return isSigned ? this.#body.readBigInt64BE(at) : this.#body.readBigUInt64BE(at)
  }

  readFloat(): number {
    this.#expect('float')
    const isDouble = this.#body[this.#pos] === FLOAT_64
    const at = this.#take(isDouble ? 9 : 5) + 1
    return isDouble ? this.#body.readDoubleBE(at) : this.#body.readFloatBE(at)
  }

  /** What is not UTF-8 in it becomes U+FFFD. */
  readString(): string {
    const { start, end } = this.#takeString()
    return this.#body.toString('utf8', start, end)
  }

  /** As `readString`, for names: these must be UTF-8. */
  readName(): string {
    const { start, end } = this.#takeString()
    if (!isUtf8(this.#body.subarray(start, end))) throw new MessagePackFault(`name at offset ${start} is not UTF-8`)
    return this.#body.toString('utf8', start, end)
  }

  /** A view, not a copy. */
  readBinary(): Buffer {
    this.#expect('binary')
    const width = 1 << (this.#body[this.#pos] - BIN_8)
    const at = this.#take(1 + width) + 1
    const length = this.#body.readUIntBE(at, width)
    const start = this.#take(length)
    return this.#body.subarray(start, start + length)
  }

  /** Number of elements; each takes a byte at least, so this is never more than there are bytes. */
  readArrayLength(): number {
    this.#expect('array')
    const head = this.#body[this.#pos]
    return this.#checkCount(head < 0xa0 ? this.#takeShortCount(0x0f) : this.#takeLongCount(head - ARRAY_16), 1)
  }

  /** Number of entries. */
  readMapLength(): number {
    this.#expect('map')
    const head = this.#body[this.#pos]
    return this.#checkCount(head < 0x90 ? this.#takeShortCount(0x0f) : this.#takeLongCount(head - MAP_16), 2)
  }

  /** Type and payload; the payload is a view. */
  readExtension(): { readonly type: number; readonly data: Buffer } {
    this.#expect('extension')
    const head = this.#body[this.#pos]
    let length = 1 << (head - FIXEXT_1)
    if (head < FLOAT_32) {
      const width = 1 << (head - EXT_8)
      const at = this.#take(1 + width) + 1
      length = this.#body.readUIntBE(at, width)
    } else this.#pos++
    const at = this.#take(1 + length)
    return { type: this.#body.readInt8(at), data: this.#body.subarray(at + 1, at + 1 + length) }
  }

  /** The bytes between two positions, as a text of one character a byte: cheap to compare and to look up. */
  textBetween(start: number, end: number): string {
    return this.#body.toString('latin1', start, end)
  }

  #takeString(): { start: number; end: number } {
    this.#expect('string')
    const head = this.#body[this.#pos]
    let length = head & 0x1f
    if (head >= NIL) {
      const width = 1 << (head - STR_8)
      const at = this.#take(1 + width) + 1
      length = this.#body.readUIntBE(at, width)
    } else this.#pos++
    const start = this.#take(length)
    return { start, end: start + length }
  }

  #takeShortCount(mask: number): number {
    return this.#body[this.#pos++] & mask
  }

  #takeLongCount(sizeClass: number): number {
    const width = sizeClass === 0 ? 2 : 4
    const at = this.#take(1 + width) + 1
    return this.#body.readUIntBE(at, width)
  }

  #checkCount(count: number, bytesEach: number): number {
    if (count * bytesEach > this.#body.length - this.#pos) throw this.#tooShort()
    return count
  }

  #expect(kind: MessagePackKind): void {
    const actual = this.kind()
    if (actual !== kind) throw new MessagePackFault(`expected ${kind} at offset ${this.#pos}, found ${actual}`)
  }

  #peek(): number {
    if (this.isAtEnd) throw this.#tooShort()
    return this.#body[this.#pos]
  }

  /** Passes `length` bytes; returns where they start. */
  #take(length: number): number {
    const start = this.#pos
    if (start + length > this.#body.length) throw this.#tooShort()
    this.#pos = start + length
    return start
  }

  #tooShort(): MessagePackFault {
    return new MessagePackFault(`body ends within a value, after ${this.#body.length} bytes`)
  }
}
