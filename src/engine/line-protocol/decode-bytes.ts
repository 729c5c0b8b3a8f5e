/**
 * Bytes of a body to strings. What is not UTF-8 becomes U+FFFD, one for every byte that does not belong, as Go does
 * when InfluxDB prints such text as JSON.
 */

import { isUtf8 } from 'node:buffer'

const REPLACEMENT = '\ufffd'
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT)

export function decodeBytes(body: Buffer, start: number, end: number): string {
  const text = body.toString('utf8', start, end)
  // Node replaces a cut-off sequence by one U+FFFD, however many bytes it has.
  return text.includes(REPLACEMENT) ? decodeLeniently(body.subarray(start, end)) : text
}

export function isValidUtf8(body: Buffer, start: number, end: number): boolean {
  return isUtf8(body.subarray(start, end))
}

/** Through bytes again: a text put together from millions of pieces would take many times its size. */
function decodeLeniently(bytes: Buffer): string {
  const repaired = Buffer.allocUnsafe(bytes.length * REPLACEMENT_BYTES.length)
  let size = 0
  let pos = 0
  while (pos < bytes.length) {
    const length = sequenceLength(bytes, pos)
    if (length > 0) size += bytes.copy(repaired, size, pos, pos + length)
    else size += REPLACEMENT_BYTES.copy(repaired, size)
    pos += Math.max(1, length)
  }
  return repaired.toString('utf8', 0, size)
}

/** Length of the valid sequence at `pos`, 0 if there is none. */
function sequenceLength(bytes: Buffer, pos: number): number {
  const first = bytes[pos]
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  if (length <= 1 || pos + length > bytes.length) return length === 1 ? 1 : 0
  return isUtf8(bytes.subarray(pos, pos + length)) ? length : 0
}
