/**
 * The canonical series key: measurement and tags in the escaped form of line protocol, tags sorted by key, bytewise:
 * `cpu,host=a,region=b`. In measurements `,` and space are escaped; in tag keys and values also `=`. A backslash is not
 * escaped itself, so a name that ends with one would swallow the delimiter after it and is refused; line protocol
 * cannot spell such a name either.
 */

import { compareBytewise } from '../domain/compare-bytewise.js'
import { HyperbyteError } from '../domain/errors.js'
import type { Tag } from './series-table.js'

const BACKSLASH = 0x5c
const COMMA = 0x2c
const EQUALS = 0x3d

/** Longest series key InfluxDB accepts (models.MaxKeyLength). */
export const SERIES_KEY_BYTES_MAX = 65535

/** `tags` in any order, keys unique, values not empty. Throws `invalid` for names that have no unambiguous spelling. */
export function encodeSeriesKey(measurement: string, tags: readonly Tag[]): Uint8Array {
  let text = escapeName(measurement, /[, ]/g)
  for (const [key, value] of [...tags].sort(byKeyBytes)) {
    text += ',' + escapeName(key, /[,= ]/g) + '=' + escapeName(value, /[,= ]/g)
  }
  return Buffer.from(text)
}

/** One `key=value` of a canonical key; null for names that no key can spell. */
export function encodeTag(key: string, value: string): Uint8Array | null {
  if (key.endsWith('\\') || value.endsWith('\\')) return null
  return Buffer.from(escapeName(key, /[,= ]/g) + '=' + escapeName(value, /[,= ]/g))
}

export interface DecodedSeriesKey {
  readonly measurement: string
  readonly tags: readonly Tag[]
}

export function decodeSeriesKey(key: Uint8Array): DecodedSeriesKey {
  let pos = unescapedIndexOf(key, 0, COMMA)
  const measurement = decodeMeasurement(key.subarray(0, pos))
  const tags: Tag[] = []
  while (pos < key.length) {
    const equals = unescapedIndexOf(key, pos + 1, EQUALS)
    const end = unescapedIndexOf(key, equals + 1, COMMA)
    tags.push([decodeTagPart(key.subarray(pos + 1, equals)), decodeTagPart(key.subarray(equals + 1, end))])
    pos = end
  }
  return { measurement, tags }
}

/** End of the measurement part of a canonical key. */
export function measurementEnd(key: Uint8Array): number {
  return unescapedIndexOf(key, 0, COMMA)
}

export function decodeMeasurement(escaped: Uint8Array): string {
  const text = textOf(escaped)
  return text.includes('\\') ? text.replace(/\\([, ])/g, '$1') : text
}

/** A tag key or value as spelled in a key. */
export function decodeTagPart(escaped: Uint8Array): string {
  const text = textOf(escaped)
  return text.includes('\\') ? text.replace(/\\([,= ])/g, '$1') : text
}

function byKeyBytes(a: Tag, b: Tag): number {
  return compareBytewise(a[0], b[0])
}

function escapeName(name: string, special: RegExp): string {
  if (name.endsWith('\\')) throw new HyperbyteError('invalid', `name must not end with a backslash: ${name}`)
  return name.replace(special, '\\$&')
}

function unescapedIndexOf(bytes: Uint8Array, from: number, stop: number): number {
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === stop && (i === 0 || bytes[i - 1] !== BACKSLASH)) return i
  }
  return bytes.length
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
