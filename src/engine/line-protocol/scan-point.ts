/**
 * Splits one line into series key, fields and timestamp, or says why that is impossible, in InfluxDB's words. This is
 * the exact and slow reading of a line: what it accepts, rejects and in which order it complains is InfluxDB's
 * behaviour, warts included (an escape in keys is "the byte before is a backslash", in the field section it is "skip
 * two"). Lines of known shape never come here.
 */

import {
  BACKSLASH,
  COMMA,
  DOT,
  EQUALS,
  LOWER_E,
  LOWER_I,
  LOWER_N,
  LOWER_U,
  MINUS,
  NEWLINE,
  NINE,
  PLUS,
  QUOTE,
  SPACE,
  skipBlanks,
  UPPER_E,
  UPPER_N,
  ZERO,
} from './bytes.js'
import { parseInt64, parseUint64 } from './parse-integer-text.js'

export interface TagSpan {
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueEnd: number
}

/** Positions in the body; all ends are exclusive. */
export interface PointSpans {
  readonly keyStart: number
  readonly measurementEnd: number
  /** As spelled. Empty when there are none. */
  readonly tags: readonly TagSpan[]
  readonly keyEnd: number
  readonly fieldsStart: number
  readonly fieldsEnd: number
}

/**
 * Why a line is not a point: what follows `unable to parse '<line>': `. Thrown, but no `Error`: a body may consist of
 * millions of bad lines, and a stack trace costs several times as much as reading one.
 */
export class LineFault {
  readonly reason: string

  constructor(reason: string) {
    this.reason = reason
  }
}

/** From this length on, and with an exponent always, a float may be out of range. */
const FLOAT_DIGITS_UNCHECKED_MAX = 25

/** `start` is behind leading blanks, `end` the end of the line. Throws `LineFault`. */
export function scanPoint(body: Buffer, start: number, end: number, keyBytesMax: number): PointSpans {
  if (start >= end || body[start] === COMMA) throw new LineFault('missing measurement')
  let pos = scanMeasurement(body, start, end)
  const measurementEnd = pos
  const tags: TagSpan[] = []
  while (body[pos] === COMMA) {
    const tag = scanTag(body, pos + 1, end)
    tags.push(tag)
    pos = tag.valueEnd
  }
  const keyEnd = pos
  checkUniqueTags(body, tags)
  if (keyEnd - start > keyBytesMax) throw keyTooLong(keyEnd - start, keyBytesMax)

  const fieldsStart = skipBlanks(body, keyEnd, end)
  const fieldsEnd = scanFields(body, fieldsStart, end)
  if (fieldsEnd === fieldsStart) throw new LineFault('missing fields')
  return { keyStart: start, measurementEnd, tags, keyEnd, fieldsStart, fieldsEnd }
}

export function keyTooLong(byteCount: number, keyBytesMax: number): LineFault {
  return new LineFault(`max key length exceeded: ${byteCount} > ${keyBytesMax}`)
}

function scanMeasurement(body: Buffer, start: number, end: number): number {
  for (let pos = start + 1; pos < end; pos++) {
    if (body[pos - 1] !== BACKSLASH && (body[pos] === COMMA || body[pos] === SPACE)) return pos
  }
  throw new LineFault('missing fields')
}

function scanTag(body: Buffer, keyStart: number, end: number): TagSpan {
  const keyEnd = scanTagKey(body, keyStart, end)
  return { keyStart, keyEnd, valueEnd: scanTagValue(body, keyEnd + 1, end) }
}

function scanTagKey(body: Buffer, start: number, end: number): number {
  if (start >= end || body[start] === SPACE || body[start] === COMMA || body[start] === EQUALS) {
    throw new LineFault('missing tag key')
  }
  for (let pos = start + 1; pos < end; pos++) {
    if (body[pos - 1] === BACKSLASH) continue
    if (body[pos] === EQUALS) return pos
    if (body[pos] === SPACE || body[pos] === COMMA) break
  }
  throw new LineFault('missing tag value')
}

function scanTagValue(body: Buffer, start: number, end: number): number {
  if (start >= end || body[start] === COMMA || body[start] === SPACE) throw new LineFault('missing tag value')
  for (let pos = start + 1; pos < end; pos++) {
    if (body[pos - 1] === BACKSLASH) continue
    if (body[pos] === EQUALS) throw new LineFault('invalid tag format')
    if (body[pos] === COMMA || body[pos] === SPACE) return pos
  }
  throw new LineFault('missing fields')
}

function checkUniqueTags(body: Buffer, tags: readonly TagSpan[]): void {
  if (tags.length < 2) return
  const sorted = sortTags(body, tags)
  for (let i = 1; i < sorted.length; i++) {
    if (compareTagKeys(body, sorted[i - 1], sorted[i]) === 0) throw new LineFault('duplicate tags')
  }
}

/** By key as spelled; the same array when it is sorted already. */
export function sortTags(body: Buffer, tags: readonly TagSpan[]): readonly TagSpan[] {
  for (let i = 1; i < tags.length; i++) {
    if (compareTagKeys(body, tags[i - 1], tags[i]) > 0) return [...tags].sort((a, b) => compareTagKeys(body, a, b))
  }
  return tags
}

function compareTagKeys(body: Buffer, a: TagSpan, b: TagSpan): number {
  const length = Math.min(a.keyEnd - a.keyStart, b.keyEnd - b.keyStart)
  for (let i = 0; i < length; i++) {
    const difference = body[a.keyStart + i] - body[b.keyStart + i]
    if (difference !== 0) return difference
  }
  return a.keyEnd - a.keyStart - (b.keyEnd - b.keyStart)
}

/** End of the field section. */
function scanFields(body: Buffer, start: number, end: number): number {
  let isQuoted = false
  let equalsCount = 0
  let commaCount = 0
  let pos = start
  while (pos < end) {
    const byte = body[pos]
    if (byte === BACKSLASH && pos + 1 < end) {
      pos += 2
      continue
    }
    if (byte === QUOTE && equalsCount > commaCount) {
      isQuoted = !isQuoted
      pos++
      continue
    }
    if (byte === EQUALS && !isQuoted) {
      equalsCount++
      const valueEnd = scanFieldStart(body, pos, end)
      if (valueEnd >= 0) {
        pos = valueEnd
        continue
      }
    }
    if (byte === COMMA && !isQuoted) commaCount++
    if (byte === SPACE && !isQuoted) break
    pos++
  }
  if (isQuoted) throw new LineFault('unbalanced quotes')
  if (equalsCount === 0 || commaCount !== equalsCount - 1) throw new LineFault('invalid field format')
  return pos
}

/** At an `=`: checks the key before it, and the value behind it unless that is quoted: then -1, else the value's end. */
function scanFieldStart(body: Buffer, equals: number, end: number): number {
  const before = body[equals - 1]
  if ((before === SPACE || before === COMMA) && body[equals - 2] !== BACKSLASH) {
    throw new LineFault('missing field key')
  }
  const valueStart = equals + 1
  if (valueStart >= end || body[valueStart] === COMMA || body[valueStart] === SPACE) {
    throw new LineFault('missing field value')
  }
  const first = body[valueStart]
  if (isNumeric(first) || first === MINUS || first === UPPER_N || first === LOWER_N) {
    return scanNumber(body, valueStart, end)
  }
  return first === QUOTE ? -1 : scanBoolean(body, valueStart, end)
}

function isNumeric(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === DOT
}

function scanNumber(body: Buffer, start: number, end: number): number {
  let suffix = 0
  let hasDot = false
  let hasExponent = false
  let pos = start
  if (body[pos] === MINUS) {
    pos++
    if (pos === end) throw new LineFault('invalid number')
  }
  while (pos < end) {
    const byte = body[pos]
    if (byte === COMMA || byte === SPACE) break
    if ((byte === LOWER_I || byte === LOWER_U) && pos > start && suffix === 0) suffix = byte
    else if (pos > start && (byte === LOWER_E || byte === UPPER_E)) hasExponent = true
    else if (byte === DOT) {
      if (hasDot) throw new LineFault('invalid number')
      hasDot = true
    } else if (!isExponentSign(body, pos) && !isNumeric(byte)) throw new LineFault('invalid number')
    pos++
  }
  if (suffix !== 0 && (hasDot || hasExponent)) throw new LineFault('invalid number')
  checkNumber(body, start, pos, suffix, hasDot, hasExponent)
  return pos
}

function isExponentSign(body: Buffer, pos: number): boolean {
  const before = body[pos - 1]
  return (body[pos] === PLUS || body[pos] === MINUS) && (before === LOWER_E || before === UPPER_E)
}

function checkNumber(
  body: Buffer,
  start: number,
  end: number,
  suffix: number,
  hasDot: boolean,
  hasExponent: boolean,
): void {
  const isNegative = body[start] === MINUS
  // InfluxDB does not subtract the `u` here, so `-u` fails below instead.
  const digitCount = end - start - (suffix === LOWER_I ? 1 : 0) - (hasDot ? 1 : 0) - (isNegative ? 1 : 0)
  if (digitCount === 0) throw new LineFault('invalid number')
  if (suffix === 0) {
    if (hasExponent || end - start >= FLOAT_DIGITS_UNCHECKED_MAX) checkFloat(textOf(body, start, end))
    return
  }
  if (body[end - 1] !== suffix) throw new LineFault('invalid number')
  const text = textOf(body, start, end - 1)
  if (suffix === LOWER_I) {
    if (parseInt64(text) === null)
      throw new LineFault(`unable to parse integer ${text}: ${outOfRange('ParseInt', text)}`)
    return
  }
  if (isNegative || text === '') throw new LineFault('invalid number')
  if (parseUint64(text) === null)
    throw new LineFault(`unable to parse unsigned ${text}: ${outOfRange('ParseUint', text)}`)
}

function outOfRange(goFunction: string, text: string): string {
  return `strconv.${goFunction}: parsing "${text}": value out of range`
}

function checkFloat(text: string): void {
  if (!Number.isFinite(Number(text))) throw new LineFault('invalid float')
}

export const BOOLEANS: ReadonlySet<string> = new Set([
  't',
  'T',
  'true',
  'True',
  'TRUE',
  'f',
  'F',
  'false',
  'False',
  'FALSE',
])
const BOOLEAN_BYTES_MAX = 5

function scanBoolean(body: Buffer, start: number, end: number): number {
  let pos = start
  while (pos < end && (pos === start || (body[pos] !== COMMA && body[pos] !== SPACE))) pos++
  if (pos - start > BOOLEAN_BYTES_MAX || !BOOLEANS.has(textOf(body, start, pos))) throw new LineFault('invalid boolean')
  return pos
}

export interface TimestampSpan {
  readonly start: number
  /** Equal to `start` when the point has no timestamp. */
  readonly end: number
}

/** `fieldsEnd` is where the field section ends. Throws `LineFault`. */
export function scanTimestamp(body: Buffer, fieldsEnd: number, end: number): TimestampSpan {
  const start = skipBlanks(body, fieldsEnd, end)
  let pos = start
  while (pos < end && body[pos] !== SPACE && body[pos] !== NEWLINE) {
    const isSign = pos === start && body[pos] === MINUS
    if (!isSign && (body[pos] < ZERO || body[pos] > NINE)) throw new LineFault('bad timestamp')
    pos++
  }
  return { start, end: pos }
}

/** Throws `LineFault` for text that `scanTimestamp` let through: a lone sign, or more than 64 bits. */
export function parseTimestamp(text: string): bigint {
  if (text === '-') throw new LineFault('strconv.ParseInt: parsing "-": invalid syntax')
  const value = parseInt64(text)
  if (value === null) throw new LineFault(outOfRange('ParseInt', text))
  return value
}

/** Behind the timestamp only spaces may follow; looked at after the timestamp itself was read. Throws `LineFault`. */
export function checkRest(body: Buffer, timeEnd: number, end: number): void {
  for (let pos = timeEnd; pos < end; pos++) if (body[pos] !== SPACE) throw new LineFault('point is invalid')
}

function textOf(body: Buffer, start: number, end: number): string {
  return body.toString('latin1', start, end)
}
