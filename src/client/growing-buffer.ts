/** Bytes being put together: room doubles, `take` gives a view that is valid until the next write. */

export class GrowingBuffer {
  bytes: Buffer
  length = 0

  constructor(capacity = 1 << 16) {
    this.bytes = Buffer.allocUnsafe(capacity)
  }

  /** Makes sure that `count` more bytes fit. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  append(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  utf8(text: string): void {
    // Three bytes for a UTF-16 unit at the most.
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length, 'utf8')
  }

  /** The bytes so far, and starts anew in memory of its own. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.allocUnsafe(Math.max(1 << 10, this.bytes.length))
    this.length = 0
    return taken
  }
}
