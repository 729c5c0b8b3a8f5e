/**
 * The fields of a section that `scanPoint` found well-formed, as names, types and positions of their values. A name
 * ends at an `=` that no backslash precedes, a value at a comma outside quotes; where that differs from how the section
 * was scanned, InfluxDB's own second pass differs in the same way. It may then find a value that nobody checked: influxd
 * fails the whole request or crashes, here only the line is refused.
 */

import type { FieldType } from '../domain/field-type.js'
import { BACKSLASH, COMMA, DOT, EQUALS, LOWER_I, LOWER_N, LOWER_U, MINUS, NINE, QUOTE, UPPER_N, ZERO } from './bytes.js'
import { decodeBytes } from './decode-bytes.js'
import { parseInt64, parseUint64 } from './parse-integer-text.js'
import { BOOLEANS, LineFault } from './scan-point.js'

export interface FieldSpan {
  readonly name: string
  readonly type: FieldType
  readonly nameStart: number
  readonly nameEnd: number
  /** Without the quotes of a string or the suffix of an integer. */
  readonly valueStart: number
  readonly valueEnd: number
}

/** Throws `LineFault`. */
export function parseFields(body: Buffer, start: number, end: number, fieldCountMax: number): FieldSpan[] {
  const fields: FieldSpan[] = []
  // Without backslashes and quotes the two passes agree: both stop at every comma and `=`.
  const section = body.subarray(start, end)
  const isChecked = !section.includes(BACKSLASH) && !section.includes(QUOTE)
  let pos = start
  while (pos < end) {
    const nameEnd = findNameEnd(body, pos, end)
    if (nameEnd > end - 2) throw invalidValue(body, pos, nameEnd)
    if (fields.length === fieldCountMax)
      throw new LineFault(`too many fields: more than ${fieldCountMax} in one request`)
    const valueEnd = findValueEnd(body, nameEnd + 1, end)
    const field = describeField(body, pos, nameEnd, valueEnd)
    if (!isChecked && !isValue(body, field)) throw invalidValue(body, pos, nameEnd)
    fields.push(field)
    pos = valueEnd + 1
  }
  return fields
}

function invalidValue(body: Buffer, nameStart: number, nameEnd: number): LineFault {
  return new LineFault(`invalid value: field-key=${decodeBytes(body, nameStart, nameEnd)}`)
}

function findNameEnd(body: Buffer, start: number, end: number): number {
  for (let pos = start; pos < end; pos++) {
    if (body[pos] === EQUALS && (pos === start || body[pos - 1] !== BACKSLASH)) return pos
  }
  return end
}

function findValueEnd(body: Buffer, start: number, end: number): number {
  let isQuoted = false
  let pos = start
  while (pos < end) {
    const byte = body[pos]
    if (byte === BACKSLASH && pos + 1 < end && (body[pos + 1] === QUOTE || body[pos + 1] === BACKSLASH)) pos++
    else if (byte === QUOTE) isQuoted = !isQuoted
    else if (byte === COMMA && !isQuoted) return pos
    pos++
  }
  return Math.min(pos, end)
}

function describeField(body: Buffer, nameStart: number, nameEnd: number, valueEnd: number): FieldSpan {
  const name = unescapeName(decodeBytes(body, nameStart, nameEnd))
  const valueStart = nameEnd + 1
  const first = body[valueStart]
  if (first === QUOTE) {
    return { name, type: 'string', nameStart, nameEnd, valueStart: valueStart + 1, valueEnd: valueEnd - 1 }
  }
  if (!startsNumber(first)) return { name, type: 'boolean', nameStart, nameEnd, valueStart, valueEnd }
  const last = body[valueEnd - 1]
  if (last === LOWER_I) return { name, type: 'integer', nameStart, nameEnd, valueStart, valueEnd: valueEnd - 1 }
  if (last === LOWER_U) return { name, type: 'unsigned', nameStart, nameEnd, valueStart, valueEnd: valueEnd - 1 }
  return { name, type: 'float', nameStart, nameEnd, valueStart, valueEnd }
}

function startsNumber(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === MINUS || byte === DOT || byte === LOWER_N || byte === UPPER_N
}

const FLOAT = /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

function isValue(body: Buffer, { type, valueStart, valueEnd }: FieldSpan): boolean {
  if (type === 'string') return valueStart <= valueEnd
  const text = body.toString('latin1', valueStart, valueEnd)
  switch (type) {
    case 'float':
      return FLOAT.test(text) && Number.isFinite(Number(text))
    case 'integer':
      return /^-?\d+$/.test(text) && parseInt64(text) !== null
    case 'unsigned':
      return /^\d+$/.test(text) && parseUint64(text) !== null
    case 'boolean':
      return BOOLEANS.has(text)
  }
}

/** Measurement and field names: InfluxDB takes the backslash from these four. */
export function unescapeName(text: string): string {
  return text.includes('\\') ? text.replace(/\\([,"= ])/g, '$1') : text
}

export function unescapeString(text: string): string {
  return text.includes('\\') ? text.replace(/\\(["\\])/g, '$1') : text
}
