/** A growing little-endian buffer for encoders; `finish` gives a view of the bytes written. */

const GROWTH = 2
const KEPT_BYTES_MAX = 4 * 2 ** 20

export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Begins anew in the same memory; a buffer that one giant made is let go. */
  clear(): void {
    this.#at = 0
    if (this.#bytes.length <= KEPT_BYTES_MAX) return
    this.#bytes = new Uint8Array(KEPT_BYTES_MAX)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#at
  }

  /** For loops that write many values: room for `byteCount` more, then `view` and `skip`. */
  reserve(byteCount: number): DataView {
    if (this.#at + byteCount > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#bytes.length * GROWTH, this.#at + byteCount))
      bytes.set(this.#bytes.subarray(0, this.#at))
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    return this.#view
  }

  skip(byteCount: number): void {
    this.#at += byteCount
  }

  u8(value: number): void {
    this.reserve(1).setUint8(this.#at, value)
    this.#at += 1
  }

  u32(value: number): void {
    this.reserve(4).setUint32(this.#at, value, true)
    this.#at += 4
  }

  u64(value: bigint): void {
    this.reserve(8).setBigUint64(this.#at, value, true)
    this.#at += 8
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** `| length u32 | UTF-8 |` */
  text(text: string): void {
    // UTF-8 takes at most three bytes per UTF-16 unit.
    this.reserve(4 + 3 * text.length)
    const { written } = new TextEncoder().encodeInto(text, this.#bytes.subarray(this.#at + 4))
    this.#view.setUint32(this.#at, written, true)
    this.#at += 4 + written
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }
}
