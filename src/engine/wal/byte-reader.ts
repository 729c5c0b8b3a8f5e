/** The reading twin of ByteWriter. Reading past the end throws `corrupt`. */

import { HyperbyteError } from '../domain/errors.js'

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true)
  }

  /** A view into the input, not a copy. */
  bytes(): Uint8Array {
    const length = this.u32()
    const from = this.take(length)
    return this.#bytes.subarray(from, from + length)
  }

  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.bytes())
  }

  /** Moves on by `byteCount` and returns where it was. */
  take(byteCount: number): number {
    const from = this.at
    if (from + byteCount > this.#bytes.length) throw new HyperbyteError('corrupt', 'a log record ends too early')
    this.at = from + byteCount
    return from
  }
}
