/**
 * A growing buffer that encoders write into. Hot loops take `bytes` and `length` out, write with plain indexes after
 * `reserve`, and put `length` back. `take` hands the filled part over for good: the next piece gets a buffer of its own,
 * because a socket keeps what it was given until it is sent.
 */

/** Answers are sent in pieces of about this size: 2-3 ms of encoding, so other requests get their turn in between. */
export const PIECE_BYTES = 128 * 1024

const FIRST_BYTES = 4096

export class ByteWriter {
  bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES)
  length = 0

  /** Makes room for `byteCount` more bytes. */
  reserve(byteCount: number): void {
    const needed = this.length + byteCount
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  ascii(text: string): void {
    this.reserve(text.length)
    this.length += this.bytes.write(text, this.length, 'latin1')
  }

  utf8(text: string): void {
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length)
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  copy(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  /** The bytes written so far; the caller owns them. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    // A whole piece filled means more are coming.
    this.bytes = Buffer.allocUnsafeSlow(this.length >= PIECE_BYTES ? PIECE_BYTES + PIECE_BYTES / 4 : FIRST_BYTES)
    this.length = 0
    return taken
  }
}
