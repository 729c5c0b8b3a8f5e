/**
 * Line protocol, bytes in pieces → bodies of whole lines, of about the size asked for. A newline inside a quoted field
 * value belongs to the value. Bytes without a quote, which is most of them, are cut without being looked at one by one.
 */

import { ClientError } from '../../client/client-error.js'

/** A quote that is never closed makes a line of the rest of a file; no server takes a body as long as this. */
const LINE_BYTES_MAX = 32 * 2 ** 20

const NEWLINE = 0x0a
const QUOTE = 0x22

export class LineCutter {
  readonly #bodyBytes: number
  #pieces: Buffer[] = []
  #byteCount = 0

  constructor(bodyBytes: number) {
    this.#bodyBytes = bodyBytes
  }

  /** A body when enough has gathered; it ends with a newline. Throws when a line does not end. */
  push(piece: Buffer): Buffer | null {
    this.#pieces.push(piece)
    this.#byteCount += piece.length
    if (this.#byteCount < this.#bodyBytes) return null
    const bytes = this.#join()
    const end = lastLineEnd(bytes)
    this.#pieces = [bytes.subarray(end)]
    this.#byteCount = bytes.length - end
    if (this.#byteCount > LINE_BYTES_MAX) {
      const start = bytes.toString('utf8', end, end + 80)
      throw new ClientError(
        'rejected',
        `a line of more than 32 MiB: is a quote left open in ${JSON.stringify(start)}…?`,
      )
    }
    return end === 0 ? null : bytes.subarray(0, end)
  }

  /** What is left at the end. */
  finish(): Buffer {
    const bytes = this.#join()
    this.#pieces = []
    this.#byteCount = 0
    return bytes
  }

  #join(): Buffer {
    return this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
  }
}

/** Index behind the last newline that ends a line; 0 when there is none. */
function lastLineEnd(bytes: Buffer): number {
  if (!bytes.includes(QUOTE)) return bytes.lastIndexOf(NEWLINE) + 1
  let end = 0
  for (let next = lineEnd(bytes, 0); next > 0; next = lineEnd(bytes, next)) end = next
  return end
}

const BACKSLASH = 0x5c
const SPACE = 0x20
const EQUALS = 0x3d
const COMMA = 0x2c
const HASH = 0x23

/** Index behind the newline that ends the line at `start`; 0 when it is not here. */
export function lineEnd(bytes: Uint8Array, start: number): number {
  let at = start
  while (bytes[at] === SPACE) at++
  const isComment = bytes[at] === HASH
  let isInFields = false
  let isQuoted = false
  let equalsCount = 0
  let commaCount = 0
  for (; at < bytes.length; at++) {
    const code = bytes[at]
    if (code > EQUALS && code !== BACKSLASH) continue
    if (code === NEWLINE && !isQuoted) return at + 1
    if (isComment) continue
    if (code === BACKSLASH) at++
    // A quote opens a value only right where a value may begin, as InfluxDB has it.
    else if (code === QUOTE && isInFields && equalsCount > commaCount) isQuoted = !isQuoted
    else if (isQuoted) continue
    else if (code === SPACE) isInFields = true
    else if (isInFields && code === EQUALS) equalsCount++
    else if (isInFields && code === COMMA) commaCount++
  }
  return 0
}

/** Comments and empty lines are none; newlines inside of quoted values are counted with the rest, which only statistics see. */
export function countLines(bytes: Buffer): number {
  let count = 0
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    if (end > start && bytes[start] !== HASH) count++
    start = end + 1
  }
  return count
}
