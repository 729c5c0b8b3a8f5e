/**
 * Where a line ends. A newline inside a quoted string or after a backslash does not end it. Quotes count only in field
 * values, so the scan follows roughly where it is: behind the first space, with more `=` than commas so far. That is
 * InfluxDB's rule to the letter, including what it does to malformed lines.
 */

import { BACKSLASH, COMMA, EQUALS, NEWLINE, QUOTE, SPACE } from './bytes.js'

/** Position of the newline that ends the line starting at `start`, or the end of the body. */
export function scanLine(body: Uint8Array, start: number): number {
  const end = body.length
  let isQuoted = false
  let isInFields = false
  let equalsCount = 0
  let commaCount = 0
  let pos = start
  while (pos < end) {
    const byte = body[pos]
    if (byte === BACKSLASH && pos + 2 < end) {
      pos += 2
      continue
    }
    if (byte === SPACE) isInFields = true
    if (isInFields) {
      if (byte === EQUALS && !isQuoted) equalsCount++
      else if (byte === COMMA && !isQuoted) commaCount++
      else if (byte === QUOTE && equalsCount > commaCount) isQuoted = !isQuoted
    }
    if (byte === NEWLINE && !isQuoted) return pos
    pos++
  }
  return end
}
