/**
 * Bytes of a body to strings. What is not UTF-8 becomes U+FFFD, one for every byte that does not belong, as Go does
 * when InfluxDB prints such text as JSON.
 */

import { isUtf8 } from 'node:buffer'

export function decodeBytes(body: Uint8Array, start: number, end: number): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset + start, end - start)
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] >= 0x80) return isUtf8(bytes) ? bytes.toString() : decodeLeniently(bytes)
  }
  return bytes.toString('latin1')
}

export function isValidUtf8(body: Uint8Array, start: number, end: number): boolean {
  return isUtf8(body.subarray(start, end))
}

function decodeLeniently(bytes: Buffer): string {
  let text = ''
  let pos = 0
  while (pos < bytes.length) {
    const length = sequenceLength(bytes, pos)
    text += length > 0 ? bytes.toString('utf8', pos, pos + length) : '\ufffd'
    pos += Math.max(1, length)
  }
  return text
}

/** Length of the valid sequence at `pos`, 0 if there is none. */
function sequenceLength(bytes: Buffer, pos: number): number {
  const first = bytes[pos]
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  return length > 0 && pos + length <= bytes.length && isUtf8(bytes.subarray(pos, pos + length)) ? length : 0
}
