/** Which of our formats a client accepts, and how an error looks in it. */

import { encode as encodeMsgpack } from '@msgpack/msgpack'
import { ByteWriter } from './encode/byte-writer.js'
import { csvField } from './encode/csv-field.js'
import { writeJsonString } from './encode/write-json-string.js'

export const FORMATS = [
  'application/json',
  'application/csv',
  'text/csv',
  'application/x-msgpack',
  'application/vnd.apache.arrow.stream',
] as const

export type AnswerFormat = (typeof FORMATS)[number]

/** The first format, by the client's `q` values, that it accepts; JSON when there is none. */
export function answerFormatOf(accept: string | undefined): AnswerFormat {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json'
  const ranges = accept.split(',').map(parseRange)
  ranges.sort((a, b) => b.quality - a.quality)
  for (const { range } of ranges) {
    const format = FORMATS.find((name) => accepts(range, name))
    if (format !== undefined) return format
  }
  return 'application/json'
}

function parseRange(text: string): { range: string; quality: number } {
  const [range, ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = q === undefined ? 1 : Number.parseFloat(q.slice(2))
  return { range, quality: Number.isNaN(quality) ? 0 : quality }
}

function accepts(range: string, format: string): boolean {
  if (range === '*/*' || range === format) return true
  return range.endsWith('/*') && format.startsWith(range.slice(0, -1))
}

export interface EncodedError {
  readonly contentType: string
  readonly body: string | Uint8Array
}

export function encodeError(format: AnswerFormat, text: string, isPretty: boolean): EncodedError {
  switch (format) {
    case 'application/csv':
    case 'text/csv':
      return { contentType: format, body: `error\n${csvField(text)}\n` }
    case 'application/x-msgpack':
      return { contentType: format, body: encodeMsgpack({ error: text }) }
    default:
      return { contentType: 'application/json', body: errorJson(text, isPretty) }
  }
}

function errorJson(text: string, isPretty: boolean): Uint8Array {
  const writer = new ByteWriter()
  writer.ascii(isPretty ? '{\n    "error": ' : '{"error":')
  writeJsonString(writer, text)
  writer.ascii(isPretty ? '\n}\n' : '}\n')
  return writer.take()
}
